// Where commands that only read take the ledger from: the folder that `replay` or `demo` left, or a
// server. The options read the same in each of them.
import { Option } from '@commander-js/extra-typings'
import type { ClickHouse } from '../adapters/clickhouse/connection.ts'
import { hasLedger, openFolderReadOnly } from '../adapters/clickhouse/embedded-folder.ts'
import { openServer } from '../adapters/clickhouse/server.ts'
import { loadConfig } from '../config/load.ts'
import { TributaryError } from '../ports/errors.ts'

const DEFAULT_FOLDERS = ['.tributary/replay', '.tributary/demo'] as const

export const folderOption = () =>
  new Option(
    '--db <dir>',
    `folder of a replay or demo (default: ${DEFAULT_FOLDERS.join(', else ')})`,
  )

export const serverOption = () =>
  new Option(
    '--clickhouse <url>',
    'a ClickHouse server instead of a folder (also where --database or --config is given)',
  )

export const databaseOption = () => new Option('--database <name>', 'database on that server')

export interface LedgerToRead {
  readonly db?: string | undefined
  readonly clickhouse?: string | undefined
  readonly database?: string | undefined
  /** What `--config` names; only a server has settings. */
  readonly config?: string | undefined
}

/**
 * Opens it read-only. Throws TRIBUTARY_USAGE for a folder without a ledger and for two places at
 * once, TRIBUTARY_CONFIG for settings of the server that do not fit.
 */
export async function openToRead(place: LedgerToRead): Promise<ClickHouse> {
  const { db, clickhouse, database, config } = place
  const isServer = clickhouse !== undefined || database !== undefined
  if (!isServer && (db !== undefined || config === undefined)) {
    return openFolderReadOnly(folderOf(db))
  }
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
