// What `doctor` looks at in ClickHouse: version, migrations, grants, clock.
import { clickHouseFacts } from '../adapters/clickhouse/facts.ts'
import type { ClickHouseFacts } from '../adapters/clickhouse/facts.ts'
import { openServer } from '../adapters/clickhouse/server.ts'
import type { Config } from '../config/config.ts'
import { clockFinding, findingsOf } from './doctor-finding.ts'
import type { Finding } from './doctor-finding.ts'

const { pass, warn, fail } = findingsOf('clickhouse')

/** The oldest that the migrations and the views were made for. */
const VERSION_MIN = [24, 3] as const
const SHOWN_MAX = 5

export async function* examineClickHouse(
  { clickhouse }: Config,
  timeoutMs: number,
): AsyncGenerator<Finding> {
  const db = openServer({ ...clickhouse, timeoutMs })
  try {
    yield* clickHouseFindings(clickhouse.database, await clickHouseFacts(db, Date.now))
  } finally {
    await db.close()
  }
}

export function* clickHouseFindings(database: string, facts: ClickHouseFacts): Generator<Finding> {
  const { version, migrations, missingGrants, clockAheadMs } = facts
  if (!migrations.hasDatabase) {
    return yield fail(`database ${database}`, 'does not exist', '`tributary migrate` creates it.')
  }
  yield versionFinding(version)
  yield* migrationFindings(migrations)
  if (missingGrants.length > 0) {
    const shown = missingGrants.slice(0, SHOWN_MAX).join(', ')
    const more = missingGrants.length - SHOWN_MAX
    yield fail(
      'grants',
      `this user lacks ${shown}${more > 0 ? ` and ${more} more` : ''}`,
      `GRANT SELECT, INSERT ON ${database}.* TO the worker's user.`,
    )
  } else yield pass('grants', 'this user may read and insert what a worker does')
  yield clockFinding('clickhouse', clockAheadMs)
}

function versionFinding(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [majorMin, minorMin] = VERSION_MIN
  const isOld = major < majorMin || (major === majorMin && minor < minorMin)
  if (!isOld) return pass('version', version)
  return warn('version', version, `Tributary was made for ${VERSION_MIN.join('.')} and newer.`)
}

function* migrationFindings(migrations: ClickHouseFacts['migrations']): Generator<Finding> {
  const { applied, pending, changed, unknown } = migrations
  if (changed.length > 0) {
    const fix = 'Use the version of Tributary that made the database, or a new database.'
    yield fail('migrations', `${changed.join(', ')} was applied from another file`, fix)
  }
  if (unknown.length > 0) {
    const fix = 'Use the version of Tributary that migrated it, or a newer one.'
    yield fail('migrations', `the database is newer: it has ${unknown.join(', ')}`, fix)
  }
  if (pending.length > 0) {
    const seen = `${pending.length} pending, from ${pending[0]} on`
    yield fail('migrations', seen, '`tributary migrate` applies them.')
  } else if (changed.length + unknown.length === 0) {
    yield pass('migrations', `all ${applied.length} are applied`)
  }
}
