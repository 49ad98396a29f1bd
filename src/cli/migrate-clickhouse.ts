// The ClickHouse part of `tributary migrate`: tables and views, and, where a password is given, the
// user that BI tools log in as.
import { readFile } from 'node:fs/promises'
import { createBiUser } from '../adapters/clickhouse/bi-user.ts'
import type { BiUser } from '../adapters/clickhouse/bi-user.ts'
import { migrate, migrationState, refuseUnfit } from '../adapters/clickhouse/migrate.ts'
import { openServer } from '../adapters/clickhouse/server.ts'
import type { Config } from '../config/config.ts'
import { TributaryError } from '../ports/errors.ts'

export interface ClickHouseRequest {
  readonly isDryRun: boolean
  /** null: not asked for. */
  readonly biUser: BiUser | null
  /** Told each thing that was or would be done, one line without a newline. */
  readonly say: (line: string) => void
}

export interface ClickHouseResult {
  readonly database: string
  /** Applied now; in a dry run none. */
  readonly applied: readonly string[]
  readonly pending: readonly string[]
  /** Name of the user for BI that was made or given its password; null: none. */
  readonly bi_user: string | null
}

/** Throws TributaryError: an unfit database, no answer, a right that is missing. */
export async function migrateClickHouse(
  { clickhouse }: Config,
  { isDryRun, biUser, say }: ClickHouseRequest,
): Promise<ClickHouseResult> {
  const db = openServer(clickhouse)
  const { database } = clickhouse
  try {
    if (!isDryRun) {
      const applied = await migrate(db, { onStep: say })
      if (biUser !== null) {
        await createBiUser(db, biUser)
        say(`user ${biUser.name} reads the bi_ views of ${database}, with the password given`)
      }
      return { database, applied, pending: [], bi_user: biUser?.name ?? null }
    }
    const state = await migrationState(db)
    refuseUnfit(db, state)
    if (!state.hasDatabase) say(`would create database ${database}`)
    for (const one of state.pending) say(`would apply ${one}`)
    say(`database ${database}: ${state.pending.length} migrations are pending`)
    if (biUser !== null) say(`would make user ${biUser.name}, or set its password`)
    return { database, applied: [], pending: state.pending, bi_user: null }
  } finally {
    await db.close()
  }
}

/** The password is the file's text without blanks around it. Throws TRIBUTARY_CONFIG. */
export async function readBiUser(name: string, passwordFile: string): Promise<BiUser> {
  let password: string
  try {
    password = (await readFile(passwordFile, 'utf8')).trim()
  } catch (error) {
    throw new TributaryError('TRIBUTARY_CONFIG', `The file ${passwordFile} cannot be read.`, {
      cause: error,
      hint: `--bi-password-file names a file with the password of ${name}.`,
    })
  }
  if (password !== '') return { name, password }
  throw new TributaryError('TRIBUTARY_CONFIG', `The file ${passwordFile} holds no password.`, {
    hint: 'A user without one could be anybody.',
  })
}
