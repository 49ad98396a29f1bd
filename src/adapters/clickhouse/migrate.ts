// Brings a database to the schema of schemas/clickhouse/. Every statement is idempotent (IF NOT
// EXISTS, OR REPLACE) and a migration is noted after its statements, so an interrupted run is
// simply repeated and two at once do no harm. A file that was applied never changes: its checksum
// is kept.
import { TributaryError } from '../../ports/errors.ts'
import type { ClickHouse } from './connection.ts'
import { readMigrations, statementsOf } from './migration-files.ts'
import type { Migration } from './migration-files.ts'

export interface MigrateOptions {
  /** Told each thing that was done, one line without a newline. */
  readonly onStep?: (line: string) => void
  /** Default: the files of this package. */
  readonly migrations?: readonly Migration[]
}

/**
 * Resolves to the number of migrations applied now. Throws TRIBUTARY_CONFIG for a changed old file.
 */
export async function migrate(db: ClickHouse, options: MigrateOptions = {}): Promise<number> {
  const migrations = options.migrations ?? (await readMigrations())
  const tell = options.onStep ?? (() => {})
  await db.createDatabase()
  const applied = await appliedChecksums(db)
  for (const migration of migrations) refuseChanged(db, migration, applied.get(migration.number))
  const missing = migrations.filter((migration) => !applied.has(migration.number))
  for (const migration of missing) {
    await apply(db, migration)
    tell(`applied ${labelOf(migration)}`)
  }
  tell(`database ${db.database}: ${missing.length} of ${migrations.length} migrations were new`)
  return missing.length
}

async function appliedChecksums(db: ClickHouse): Promise<Map<number, string>> {
  const [[found] = ['0']] = await db.rows<[string]>(
    "SELECT count() FROM system.tables WHERE database = {database:String} AND name = 'schema_migrations'",
    { database: db.database },
  )
  if (found === '0') return new Map()
  const sql = 'SELECT number, checksum FROM schema_migrations FINAL'
  return new Map(await db.rows<[number, string]>(sql))
}

function refuseChanged(db: ClickHouse, migration: Migration, applied: string | undefined): void {
  if (applied === undefined || applied === migration.checksum) return
  throw new TributaryError(
    'TRIBUTARY_CONFIG',
    `Migration ${labelOf(migration)} is not the one that database ${db.database} was made with.`,
    {
      hint: 'Use the version of Tributary that made it, or a new database; put changes in a new file.',
    },
  )
}

async function apply(db: ClickHouse, migration: Migration): Promise<void> {
  for (const statement of statementsOf(migration.sql)) await db.command(statement)
  const { number, name, checksum } = migration
  await db.insert('schema_migrations', ['number', 'name', 'checksum'], [[number, name, checksum]])
}

function labelOf(migration: Migration): string {
  return `${String(migration.number).padStart(4, '0')}_${migration.name}`
}
