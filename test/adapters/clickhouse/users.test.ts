// What users may and may not, on the engine itself. It makes no users by statement, but it reads
// them from a file: here with the very grants and limits of schemas/README.md and of `migrate`, one
// after the other as the engine's only user.
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { biUserStatements } from '../../../src/adapters/clickhouse/bi-user.ts'
import { READER_SETTINGS } from '../../../src/adapters/clickhouse/connection.ts'
import { WORKER_TABLES } from '../../../src/adapters/clickhouse/facts.ts'
import { readMigrations, statementsOf } from '../../../src/adapters/clickhouse/migration-files.ts'
import { serverPatience } from '../../../src/adapters/clickhouse/server-client.ts'
import { TABLES } from '../../../src/core/tables.ts'

const readme = readFileSync(new URL('../../../schemas/README.md', import.meta.url), 'utf8')

type Session = InstanceType<typeof import('chdb').Session>

const DATABASE = 'test_bi'
const VIEWS = [
  'bi_activity',
  'bi_conversions',
  'bi_credits',
  'bi_credits_booked',
  'bi_intake',
  'bi_intake_booked',
  'bi_live_minutes',
  'bi_paths',
  'bi_transitions',
]
const STATEMENTS = biUserStatements(
  { database: DATABASE, cluster: '' },
  { name: 'bi', password: 'test_Secret_1' },
)

/** `max_execution_time = 60 MIN 1 MAX 60`, … as a profile of users.xml. */
function profile(): string {
  const limits = [...STATEMENTS[0]!.matchAll(/(\w+) = (\d+)(?: MIN (\d+) MAX (\d+))?(?:,|$)/g)]
  expect(limits.map(([, name]) => name)).toContain('readonly')
  const values = limits.map(([, name, value]) => `<${name}>${value}</${name}>`)
  const bounds = limits
    .filter(([, , , min]) => min !== undefined)
    .map(([, name, , min, max]) => `<${name}><min>${min}</min><max>${max}</max></${name}>`)
  return `${values.join('')}<constraints>${bounds.join('')}</constraints>`
}

/** What the statements grant to a user, as users.xml has it. */
function grantsOf(name: string, statements: readonly string[]): string {
  const granted = statements.flatMap((sql) => {
    const [, grant] = new RegExp(`^(GRANT\\s[^]*)\\sTO ${name}$`).exec(sql) ?? []
    return grant === undefined ? [] : [`<query>${grant.replaceAll(/\s+/g, ' ')}</query>`]
  })
  expect(granted).not.toEqual([])
  return `<grants>${granted.join('')}</grants>`
}

const user = (name: string, more: string): string =>
  `<${name}><password></password><networks><ip>::/0</ip></networks>
  <profile>${name}</profile><quota>default</quota>${more}</${name}>`

const usersXml = (limits: string, rights: string): string => `<clickhouse>
  <profiles><default>${limits}</default><maker></maker></profiles>
  <quotas><default></default></quotas>
  <users>${user('default', rights)}${user('maker', '')}</users>
</clickhouse>`

let folder: string
let session: Session | undefined

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-test-'))
})
afterAll(async () => {
  session?.close()
  await rm(folder, { recursive: true, force: true })
})

/** One at a time: the engine reads its users when it starts. */
async function become(engine: string, users: string): Promise<void> {
  session?.close()
  const file = join(folder, 'users.xml')
  await writeFile(file, users)
  const config = join(folder, 'config.xml')
  await writeFile(config, `<clickhouse><users_config>${file}</users_config></clickhouse>`)
  const { Session } = await import('chdb')
  session = new Session(join(folder, engine), { connectionArgs: [`--config-file=${config}`] })
}

const ask = async (sql: string): Promise<string> =>
  (await session!.queryAsync(sql, { format: 'TSV' })).text()

async function migrateAs(definer: string): Promise<void> {
  await ask(`CREATE DATABASE ${DATABASE}`)
  await ask(`USE ${DATABASE}`)
  for (const { sql } of await readMigrations()) {
    for (const statement of statementsOf(sql)) {
      await ask(statement.replace('DEFINER = CURRENT_USER', `DEFINER = ${definer}`))
    }
  }
}

const LINEAGE = `INSERT INTO ${DATABASE}.lineages
  (topic, partition, lineage, base_offset, status, reason) VALUES ('events', 0, 1, 0, 'active', '')`
const INTAKE = `INSERT INTO ${DATABASE}.intake
  (booked_hour, outcome, lineage, partition, records, ver)
  VALUES ('2026-01-01 00:00:00', 'applied', 1, 0, 7, 1)`

describe('the user for BI', () => {
  beforeAll(async () => {
    await become('bi', usersXml('', ''))
    await migrateAs('maker')
    for (const sql of [LINEAGE, INTAKE]) await ask(sql)
    await become('bi', usersXml(profile(), grantsOf('bi', STATEMENTS)))
  })

  it.each(VIEWS)('reads %s', async (view) => {
    const rows = await ask(`SELECT * FROM ${DATABASE}.${view}`)
    expect(rows).toContain(view.startsWith('bi_intake') ? 'applied' : '')
  })

  it.each([...TABLES.map(({ name }) => name), 'lineages', 'progress', 'schema_migrations'])(
    'does not read %s',
    async (table) => {
      await expect(ask(`SELECT * FROM ${DATABASE}.${table}`)).rejects.toThrow('ACCESS_DENIED')
    },
  )

  it('sees that there are views, and not that there are tables', async () => {
    const sql = `SELECT name FROM system.tables WHERE database = '${DATABASE}' ORDER BY name`
    expect(await ask(sql)).toBe(`${VIEWS.join('\n')}\n`)
  })

  it.each([
    `CREATE TABLE ${DATABASE}.x (n Int8) ENGINE = MergeTree ORDER BY n`,
    `CREATE OR REPLACE VIEW ${DATABASE}.bi_intake AS SELECT 1`,
    `DROP VIEW ${DATABASE}.bi_intake`,
    `INSERT INTO ${DATABASE}.intake (records) VALUES (1)`,
    "SELECT * FROM file('/etc/hostname', LineAsString)",
    'SET readonly = 0',
  ])('changes nothing and reads no files: %s', async (sql) => {
    await expect(ask(sql)).rejects.toThrow(/ACCESS_DENIED|READONLY/)
  })

  it.each(['max_execution_time', 'max_memory_usage', 'max_result_rows'])(
    'has a limit of %s, which it cannot take away',
    async (name) => {
      const limit = Number(await ask(`SELECT getSetting('${name}')`))
      expect(limit).toBeGreaterThan(0)
      for (const wish of [0, limit + 1]) {
        await expect(ask(`SELECT 1 SETTINGS ${name} = ${wish}`)).rejects.toThrow(
          'SETTING_CONSTRAINT_VIOLATION',
        )
      }
      expect(await ask(`SELECT 1 SETTINGS ${name} = ${limit - 1}`)).toBe('1\n')
    },
  )

  it('may set what `tributary sql` and `report` set', async () => {
    const settings = { ...READER_SETTINGS, ...serverPatience(60_000), readonly: 2 }
    const set = Object.entries(settings).map(([name, value]) => `${name} = '${String(value)}'`)
    expect(await ask(`SELECT 1 SETTINGS ${set.join(', ')}`)).toBe('1\n')
  })

  it('gets no result that is larger than its limit', async () => {
    await expect(ask('SELECT number FROM numbers(1048577)')).rejects.toThrow('TOO_MANY_ROWS')
  })
})

describe('with the grants of schemas/README.md', () => {
  const statements = [...readme.matchAll(/```sql\n(.*?)```/gs)]
    .flatMap(([, sql = '']) => statementsOf(sql))
    .map((sql) => sql.replaceAll('tributary.', `${DATABASE}.`))
  const rights = (name: string) => usersXml('', grantsOf(name, statements.slice(0, 4)))

  it('whoever migrates makes all tables and views, twice if need be, and reads them', async () => {
    await become('users', rights('tributary_migrator'))
    await migrateAs('CURRENT_USER')
    for (const { sql } of await readMigrations()) {
      for (const statement of statementsOf(sql)) await ask(statement)
    }
    for (const view of VIEWS) expect(await ask(`SELECT * FROM ${DATABASE}.${view}`)).toBe('')
    await expect(ask(`DROP TABLE ${DATABASE}.intake`)).rejects.toThrow('ACCESS_DENIED')
  })

  it('a worker inserts into its tables and reads them, and nothing else', async () => {
    await become('users', rights('tributary_worker'))
    for (const sql of [LINEAGE, INTAKE]) await ask(sql)
    for (const name of WORKER_TABLES) {
      const found = await ask(`SELECT count() FROM ${DATABASE}.${name} FINAL`)
      expect(found).toBe(name === 'intake' || name === 'lineages' ? '1\n' : '0\n')
    }
    for (const sql of [
      `TRUNCATE TABLE ${DATABASE}.intake`,
      `ALTER TABLE ${DATABASE}.intake DELETE WHERE 1`,
      `INSERT INTO ${DATABASE}.schema_migrations (number) VALUES (99)`,
    ]) {
      await expect(ask(sql)).rejects.toThrow('ACCESS_DENIED')
    }
  })
})
