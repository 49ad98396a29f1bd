// Where `replay` and `demo` put their ledger: a folder of their own with the embedded engine, or an
// empty database of a server.
import type { ClickHouse } from '../adapters/clickhouse/connection.ts'
import { claimFolder, enginePath, openFolder } from '../adapters/clickhouse/embedded-folder.ts'
import { hasActiveLineages } from '../adapters/clickhouse/ledger-sink.ts'
import { migrate } from '../adapters/clickhouse/migrate.ts'
import { openServer } from '../adapters/clickhouse/server.ts'
import { loadConfig } from '../config/load.ts'
import { TributaryError } from '../ports/errors.ts'

export interface LedgerPlace {
  readonly db?: string | undefined
  readonly clickhouse?: string | undefined
  readonly database?: string | undefined
  readonly config?: string | undefined
}

export interface LocalLedger {
  readonly db: ClickHouse
  /** The folder it lies in; null: on a server. */
  readonly folder: string | null
  /** The embedded engine's folder, which a process has only one of. */
  readonly enginePath: string | null
}

/** Opens an empty, migrated ledger. Throws TRIBUTARY_USAGE for a place that is not ours to fill. */
export async function openLocalLedger(
  place: LedgerPlace,
  defaultFolder: string,
): Promise<LocalLedger> {
  const isServer = place.clickhouse !== undefined || place.database !== undefined
  if (isServer && place.db !== undefined) {
    throw new TributaryError('TRIBUTARY_USAGE', '--db and --clickhouse exclude each other.', {
      hint: 'Name the folder or the server.',
    })
  }
  if (isServer) return { db: await openEmptyServer(place), folder: null, enginePath: null }
  const folder = place.db ?? defaultFolder
  await claimFolder(folder)
  const db = await openFolder(folder)
  await migrate(db)
  return { db, folder, enginePath: enginePath(folder) }
}

async function openEmptyServer({ clickhouse, database, config }: LedgerPlace): Promise<ClickHouse> {
  const flags = [
    { option: '--clickhouse', key: 'clickhouse.url', value: clickhouse },
    { option: '--database', key: 'clickhouse.database', value: database },
  ]
  const db = openServer(loadConfig({ flags, file: config }).clickhouse)
  try {
    await migrate(db)
    if (!(await hasActiveLineages(db))) return db
  } catch (error) {
    await db.close()
    throw error
  }
  await db.close()
  throw new TributaryError(
    'TRIBUTARY_USAGE',
    `the database ${db.database} at ${db.place} holds numbers already`,
    { hint: 'Name an empty database with --database, so that nothing is summed twice.' },
  )
}
