// `tributary sql`: one read-only query on the ledger that `replay` or `demo` left, or on a server,
// since a machine may have no ClickHouse client. A table on a terminal, CSV off it.
import { readFile } from 'node:fs/promises'
import { Command, Option } from '@commander-js/extra-typings'
import type { ClickHouse } from '../adapters/clickhouse/connection.ts'
import { TributaryError } from '../ports/errors.ts'
import { configOption, jsonOption } from './options.ts'
import { databaseOption, folderOption, openToRead, serverOption } from './read-ledger.ts'

/** Our names of formats, and ClickHouse's. JSON is an array of objects, 64-bit numbers as text. */
const FORMATS = {
  table: 'PrettyCompactNoEscapes',
  csv: 'CSVWithNames',
  tsv: 'TSVWithNames',
  json: 'JSONEachRow',
} as const
type FormatName = keyof typeof FORMATS

const HELP = `
Views: bi_credits bi_transitions bi_paths bi_conversions bi_live_minutes bi_activity bi_intake
       bi_credits_booked bi_intake_booked; their columns are in schemas/DICTIONARY.md
Example: tributary sql "SELECT channel, sum(conversions) FROM bi_credits WHERE model = 'linear' GROUP BY channel"
Twelve questions with their SQL are in schemas/cookbook: tributary sql --file schemas/cookbook/top-paths.sql`

export function sqlCommand() {
  return new Command('sql')
    .description('query the ledger with SQL, read-only')
    .argument('[query]', 'a SELECT, SHOW or DESCRIBE in the SQL of ClickHouse')
    .option('--file <file>', 'the query from a file')
    .addOption(folderOption())
    .addOption(serverOption())
    .addOption(databaseOption())
    .addOption(
      new Option(
        '--format <name>',
        'how to print (default: table on a terminal, else csv)',
      ).choices(Object.keys(FORMATS) as FormatName[]),
    )
    .addOption(configOption())
    .addOption(jsonOption())
    .addHelpText('after', HELP)
    .action(async (given, options) => {
      const query = await queryOf(given, options.file)
      const format = options.json === true ? 'json' : (options.format ?? defaultFormat())
      const db = await openToRead(options)
      try {
        process.stdout.write(await answer(db, query, format))
      } finally {
        await db.close()
      }
    })
}

async function queryOf(given: string | undefined, file: string | undefined): Promise<string> {
  if ((given === undefined) === (file === undefined)) {
    const message = given === undefined ? 'A query is missing.' : 'There are two queries.'
    const hint = 'Give the query as an argument, or its file with --file.'
    throw new TributaryError('TRIBUTARY_USAGE', message, { hint })
  }
  if (file === undefined) return given!
  try {
    // What a client takes for the end of a statement is a second, empty one here.
    return (await readFile(file, 'utf8')).replace(/;\s*$/, '')
  } catch (error) {
    throw new TributaryError('TRIBUTARY_USAGE', `The file ${file} cannot be read.`, {
      cause: error,
      hint: 'Name a file with one query.',
    })
  }
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
