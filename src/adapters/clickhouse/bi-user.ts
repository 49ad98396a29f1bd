// The user for BI tools, made by `tributary migrate` where it is asked for: it reads the `bi_`
// views and nothing else, within limits. The views run with the rights of whoever migrated (SQL
// SECURITY DEFINER), so it needs no right on the tables behind them. Limits are made once and then
// left to the operator; the password is set anew each time. Only its salted hash leaves this
// process.
import { createHash, randomBytes } from 'node:crypto'
import { TributaryError } from '../../ports/errors.ts'
import { TABLES } from '../../core/tables.ts'
import type { ClickHouse } from './connection.ts'
import { assertDatabaseName } from './database-name.ts'
import { clickHouseCode } from './errors.ts'
import { onClusterOf } from './layout.ts'

export interface BiUser {
  /** Letters, digits and underscores. */
  readonly name: string
  readonly password: string
}

/** In a profile: the value in force, and the bounds within which a client may change it. */
const LIMITS = [
  // Clients set things like formats; readonly = 1 would forbid them that.
  'readonly = 2',
  // Zero would mean without limit.
  'max_execution_time = 60 MIN 1 MAX 60',
  'max_memory_usage = 4000000000 MIN 1 MAX 4000000000',
  // What Metabase asks for at most.
  'max_result_rows = 1048576 MIN 1 MAX 1048576',
]
const QUOTA = 'FOR INTERVAL 1 hour MAX queries = 20000, execution_time = 3600'

/** Error codes of an engine that keeps no users: access denied, no such storage. */
const NO_USERS = new Set([497, 514])

/** For a database on one server, or ON CLUSTER. Throws TRIBUTARY_CONFIG for a name that is none. */
export function biUserStatements(
  { database, cluster }: Pick<ClickHouse, 'database' | 'cluster'>,
  { name, password }: BiUser,
  salt: string = randomBytes(16).toString('hex'),
): string[] {
  assertUserName(name)
  const on = onClusterOf(cluster)
  const hash = createHash('sha256')
    .update(password + salt)
    .digest('hex')
  const login = `IDENTIFIED WITH sha256_hash BY '${hash}' SALT '${salt}'`
  // A shard is asked as the user that asks the view, not as its definer (ClickHouse issue 88009).
  const behind = cluster === '' ? [] : TABLES.map((table) => `${table.name}_local`)
  return [
    `CREATE SETTINGS PROFILE IF NOT EXISTS ${name}_limits${on} SETTINGS ${LIMITS.join(', ')}`,
    `CREATE USER IF NOT EXISTS ${name}${on} ${login} SETTINGS PROFILE '${name}_limits'`,
    `ALTER USER ${name}${on} ${login}`,
    `CREATE QUOTA IF NOT EXISTS ${name}_quota${on} ${QUOTA} TO ${name}`,
    ...['bi_*', ...behind].map((table) => `GRANT${on} SELECT ON ${database}.${table} TO ${name}`),
  ]
}

/**
 * Makes the user, or sets its password. Throws TRIBUTARY_CONFIG for a name that is none or that of
 * the connection itself, TRIBUTARY_CLICKHOUSE_UNAVAILABLE when the right is missing or the engine
 * keeps no users.
 */
export async function createBiUser(db: ClickHouse, user: BiUser): Promise<void> {
  const [[own] = ['']] = await db.rows<[string]>('SELECT currentUser()')
  if (own === user.name) {
    throw new TributaryError(
      'TRIBUTARY_CONFIG',
      `${own} migrates, so it cannot be the user that only reads.`,
      { hint: 'Name another user with --bi-user.' },
    )
  }
  try {
    for (const statement of biUserStatements(db, user)) await db.command(statement)
  } catch (error) {
    if (!NO_USERS.has(clickHouseCode(error) ?? 0)) throw error
    throw new TributaryError(
      'TRIBUTARY_CLICKHOUSE_UNAVAILABLE',
      `The user ${user.name} cannot be made. ${(error as Error).message}`,
      {
        cause: error,
        hint:
          'Migrate as a user that may manage access (schemas/README.md, Users); ' +
          'the engine of deploy/local and of replay keeps no users.',
      },
    )
  }
}

function assertUserName(name: string): void {
  try {
    assertDatabaseName(name)
  } catch (error) {
    throw new TributaryError('TRIBUTARY_CONFIG', `"${name}" is no name for a ClickHouse user.`, {
      cause: error,
      hint: 'Use letters, digits and underscores, for example bi.',
    })
  }
}
