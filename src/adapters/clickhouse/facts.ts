// What `tributary doctor` and health checks want to know of a ClickHouse: looked at, never changed.
import { TABLES } from '../../core/tables.ts'
import type { ClickHouse } from './connection.ts'
import { clickHouseCode } from './errors.ts'
import { migrationState } from './migrate.ts'
import type { MigrationState } from './migrate.ts'

export interface ClickHouseFacts {
  /** As the server gives it: `25.8.2.29`. */
  readonly version: string
  readonly migrations: MigrationState
  /** What the user may not do but a worker must: `INSERT ON tributary.credits`. */
  readonly missingGrants: readonly string[]
  /** How far the server's clock is ahead of `now`, ms; right to half a round trip. */
  readonly clockAheadMs: number
}

/** What a worker and `tributary admin` read and write. */
export const WORKER_TABLES: readonly string[] = [
  ...TABLES.map(({ name }) => name),
  'lineages',
  'progress',
  'skips',
  'partition_counts',
]

/** Versions before it have no CHECK GRANT (UNKNOWN is not "no"): the parser refuses it. */
const SYNTAX_ERROR = 62

/** Throws TRIBUTARY_CLICKHOUSE_UNAVAILABLE when it cannot be asked. `now`: epoch ms. */
export async function clickHouseFacts(db: ClickHouse, now: () => number): Promise<ClickHouseFacts> {
  const migrations = await migrationState(db)
  // Without its database a connection cannot ask anything else.
  if (!migrations.hasDatabase)
    return { version: '', migrations, missingGrants: [], clockAheadMs: 0 }
  const sentMs = now()
  const sql = "SELECT version(), toUnixTimestamp64Milli(now64(3, 'UTC'))"
  const [[version, serverMs] = ['', '0']] = await db.rows<[string, string]>(sql)
  const answeredMs = now()
  return {
    version,
    migrations,
    missingGrants: await missingGrants(db),
    clockAheadMs: Number(serverMs) - Math.round((sentMs + answeredMs) / 2),
  }
}

/** Throws TRIBUTARY_CLICKHOUSE_UNAVAILABLE unless it answers to this user in this database. */
export async function pingClickHouse(db: ClickHouse): Promise<void> {
  await db.rows('SELECT 1')
}

async function missingGrants(db: ClickHouse): Promise<string[]> {
  const missing: string[] = []
  for (const table of WORKER_TABLES) {
    for (const right of ['SELECT', 'INSERT']) {
      const grant = `${right} ON ${db.database}.${table}`
      if (!(await isGranted(db, grant))) missing.push(grant)
    }
  }
  return missing
}

async function isGranted(db: ClickHouse, grant: string): Promise<boolean> {
  try {
    const [[granted] = [0]] = await db.rows<[number]>(`CHECK GRANT ${grant}`)
    return granted === 1
  } catch (error) {
    if (clickHouseCode(error) === SYNTAX_ERROR) return true
    throw error
  }
}
