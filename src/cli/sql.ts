// `tributary sql`: one read-only query on the ledger that `replay` or `demo` left, or on a server,
// since a machine may have no ClickHouse client. A table on a terminal, CSV off it.
import { Command, Option } from '@commander-js/extra-typings'
import type { ClickHouse } from '../adapters/clickhouse/connection.ts'
import { hasLedger, openFolderReadOnly } from '../adapters/clickhouse/embedded-folder.ts'
import { openServer } from '../adapters/clickhouse/server.ts'
import { loadConfig } from '../config/load.ts'
import { TributaryError } from '../ports/errors.ts'
import { configOption, jsonOption } from './options.ts'

/** Our names of formats, and ClickHouse's. JSON is an array of objects, 64-bit numbers as text. */
const FORMATS = {
  table: 'PrettyCompactNoEscapes',
  csv: 'CSVWithNames',
  tsv: 'TSVWithNames',
  json: 'JSONEachRow',
} as const
type FormatName = keyof typeof FORMATS

const DEFAULT_FOLDERS = ['.tributary/replay', '.tributary/demo'] as const

const HELP = `
Views: bi_credits bi_transitions bi_paths bi_conversions bi_live_minutes bi_activity bi_intake
Example: tributary sql "SELECT channel, sum(conversions) FROM bi_credits WHERE model = 'linear' GROUP BY channel"`

export function sqlCommand() {
  return new Command('sql')
    .description('query the ledger with SQL, read-only')
    .argument('<query>', 'a SELECT, SHOW or DESCRIBE in the SQL of ClickHouse')
    .option(
      '--db <dir>',
      `folder of a replay or demo (default: ${DEFAULT_FOLDERS.join(', else ')})`,
    )
    .option('--clickhouse <url>', 'a ClickHouse server instead of a folder')
    .option('--database <name>', 'database on that server')
    .addOption(
      new Option(
        '--format <name>',
        'how to print (default: table on a terminal, else csv)',
      ).choices(Object.keys(FORMATS) as FormatName[]),
    )
    .addOption(configOption())
    .addOption(jsonOption())
    .addHelpText('after', HELP)
    .action(async (query, options) => {
      const format = options.json === true ? 'json' : (options.format ?? defaultFormat())
      const db = await open(options)
      try {
        process.stdout.write(await answer(db, query, format))
      } finally {
        await db.close()
      }
    })
}

interface Where {
  readonly db?: string | undefined
  readonly clickhouse?: string | undefined
  readonly database?: string | undefined
  readonly config?: string | undefined
}

async function open({ db, clickhouse, database, config }: Where): Promise<ClickHouse> {
  if (clickhouse === undefined && database === undefined) return openFolderReadOnly(folderOf(db))
  if (db !== undefined) {
    throw new TributaryError('TRIBUTARY_USAGE', '--db and --clickhouse exclude each other.', {
      hint: 'Name the folder or the server.',
    })
  }
  const flags = [
    { option: '--clickhouse', key: 'clickhouse.url', value: clickhouse },
    { option: '--database', key: 'clickhouse.database', value: database },
  ]
  return openServer({ ...loadConfig({ flags, file: config }).clickhouse, readOnly: true })
}

function folderOf(db: string | undefined): string {
  return db ?? DEFAULT_FOLDERS.find(hasLedger) ?? DEFAULT_FOLDERS[0]
}

function defaultFormat(): FormatName {
  return process.stdout.isTTY ? 'table' : 'csv'
}

async function answer(db: ClickHouse, query: string, format: FormatName): Promise<string> {
  const text = await db.text(query, FORMATS[format])
  if (format !== 'json') return text
  const rows = text.split('\n').filter((line) => line !== '')
  return `[${rows.join(',\n ')}]\n`
}
