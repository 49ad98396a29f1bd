// Brings a database to the schema of schemas/clickhouse/. Every statement is idempotent (IF NOT
// EXISTS, OR REPLACE) and a migration is noted after its statements, so an interrupted run is
// simply repeated and two at once do no harm. A file that was applied never changes: its checksum
// is kept; and a database that knows more than the files is left alone.
import { TributaryError } from '../../ports/errors.ts'
import type { ClickHouse } from './connection.ts'
import { SINGLE, clusterLayout } from './layout.ts'
import { readMigrations, statementsOf } from './migration-files.ts'
import type { Migration } from './migration-files.ts'

export interface MigrateOptions {
  /** Told each thing that was done, one line without a newline. */
  readonly onStep?: (line: string) => void
  /** Default: the files of this package. */
  readonly migrations?: readonly Migration[]
}

/** How a database stands to the files, by labels like `0006_credits`. */
export interface MigrationState {
  readonly hasDatabase: boolean
  readonly applied: readonly string[]
  readonly pending: readonly string[]
  /** Applied from a file that was another. */
  readonly changed: readonly string[]
  /** Applied by a newer version of Tributary, which has files that are not here. */
  readonly unknown: readonly string[]
}

/**
 * Resolves to the labels of the migrations applied now. Throws TRIBUTARY_CONFIG for a changed old
 * file and for a database that is newer than the files; then nothing was applied.
 */
export async function migrate(db: ClickHouse, options: MigrateOptions = {}): Promise<string[]> {
  const migrations = options.migrations ?? (await readMigrations())
  const tell = options.onStep ?? (() => {})
  const before = await migrationState(db, migrations)
  refuseUnfit(db, before)
  await db.createDatabase()
  const missing = migrations.filter((one) => before.pending.includes(labelOf(one)))
  for (const migration of missing) {
    await apply(db, migration)
    tell(`applied ${labelOf(migration)}`)
  }
  tell(`database ${db.database}: ${missing.length} of ${migrations.length} migrations were new`)
  return missing.map(labelOf)
}

/** Looks, and changes nothing. `migrations`: default the files of this package. */
export async function migrationState(
  db: ClickHouse,
  migrations?: readonly Migration[],
): Promise<MigrationState> {
  const files = migrations ?? (await readMigrations())
  const hasDatabase = await db.hasDatabase()
  const noted = hasDatabase ? await appliedMigrations(db) : []
  const checksums = new Map(noted.map(([number, , checksum]) => [number, checksum]))
  const isApplied = ({ number }: Migration): boolean => checksums.has(number)
  const last = files.at(-1)?.number ?? 0
  return {
    hasDatabase,
    applied: files.filter(isApplied).map(labelOf),
    pending: files.filter((file) => !isApplied(file)).map(labelOf),
    changed: files
      .filter((file) => isApplied(file) && checksums.get(file.number) !== file.checksum)
      .map(labelOf),
    unknown: noted.filter(([number]) => number > last).map(([number, name]) => label(number, name)),
  }
}

/** Throws TRIBUTARY_CONFIG where migrating would mix two versions of the schema. */
export function refuseUnfit(
  db: ClickHouse,
  { changed, unknown }: Pick<MigrationState, 'changed' | 'unknown'>,
): void {
  const [first] = changed
  if (first !== undefined) {
    throw new TributaryError(
      'TRIBUTARY_CONFIG',
      `Migration ${first} is not the one that database ${db.database} was made with.`,
      {
        hint: 'Use the version of Tributary that made it, or a new database; put changes in a new file.',
      },
    )
  }
  if (unknown.length === 0) return
  throw new TributaryError(
    'TRIBUTARY_CONFIG',
    `Database ${db.database} is newer than this version of Tributary: it has ${unknown.join(', ')}.`,
    { hint: 'Use the version of Tributary that migrated it, or a newer one.' },
  )
}

async function appliedMigrations(db: ClickHouse): Promise<[number, string, string][]> {
  const [[found] = ['0']] = await db.rows<[string]>(
    "SELECT count() FROM system.tables WHERE database = {database:String} AND name = 'schema_migrations'",
    { database: db.database },
  )
  if (found === '0') return []
  return db.rows('SELECT number, name, checksum FROM schema_migrations FINAL ORDER BY number')
}

async function apply(db: ClickHouse, migration: Migration): Promise<void> {
  const layout = db.cluster === '' ? SINGLE : clusterLayout(db.cluster, db.database)
  for (const statement of statementsOf(migration.sql, layout)) await db.command(statement)
  const { number, name, checksum } = migration
  await db.insert('schema_migrations', ['number', 'name', 'checksum'], [[number, name, checksum]])
}

const labelOf = ({ number, name }: Migration): string => label(number, name)
const label = (number: number, name: string): string => `${String(number).padStart(4, '0')}_${name}`
