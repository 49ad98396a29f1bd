// The users that schemas/README.md tells to create: what is written there is understood by the
// engine, names the tables that a worker uses, and suffices on a full server, where there is one.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ClickHouse } from '../../../src/adapters/clickhouse/connection.ts'
import { biUserStatements, createBiUser } from '../../../src/adapters/clickhouse/bi-user.ts'
import { WORKER_TABLES, clickHouseFacts } from '../../../src/adapters/clickhouse/facts.ts'
import { createClickHouseLedger } from '../../../src/adapters/clickhouse/ledger-sink.ts'
import { migrate } from '../../../src/adapters/clickhouse/migrate.ts'
import { statementsOf } from '../../../src/adapters/clickhouse/migration-files.ts'
import { openServer } from '../../../src/adapters/clickhouse/server.ts'
import { VIEWS } from '../../../src/adapters/clickhouse/views.ts'
import { TABLES } from '../../../src/core/tables.ts'
import { ledgerSinkContract } from '../../contract/ledger-sink.contract.ts'
import { describeWithService, dropDatabase, testName } from '../../services.ts'
import { useEmbeddedEngine } from './embedded-engine.ts'

const readme = readFileSync(new URL('../../../schemas/README.md', import.meta.url), 'utf8')
const blocks = [...readme.matchAll(/```sql\n(.*?)```/gs)].map(([, sql = '']) => sql)
const [single = '', , biRights = ''] = blocks

const db = useEmbeddedEngine()

describe('the users of the data dictionary', () => {
  it('are written as ClickHouse understands them', async () => {
    const statements = blocks.flatMap((sql) => statementsOf(sql))
    expect(statements).toHaveLength(9)
    for (const statement of statements) {
      expect(await db().rows(`EXPLAIN AST ${statement}`)).not.toEqual([])
    }
  })

  it('may use exactly the tables of a worker', () => {
    const grant = statementsOf(single).find((sql) => /^GRANT[^;]*TO tributary_worker$/.test(sql))
    const tables = [...(grant ?? '').matchAll(/SELECT, INSERT ON tributary\.(\w+)/g)]
    expect(tables.map(([, name]) => name)).toEqual(WORKER_TABLES)
  })
})

describe('the user for BI', () => {
  const user = { name: 'bi', password: 'test_Secret_1' }

  it.each(['', 'main'])('is made as ClickHouse understands it, on cluster %j', async (cluster) => {
    const statements = biUserStatements({ database: 'tributary', cluster }, user)
    for (const statement of statements) {
      expect(await db().rows(`EXPLAIN AST ${statement}`)).not.toEqual([])
      expect(statement.includes("ON CLUSTER 'main'")).toBe(cluster !== '')
    }
    const granted = statements.flatMap(
      (sql) => /^GRANT.* SELECT ON (\S+) TO bi$/.exec(sql)?.[1] ?? [],
    )
    const local = TABLES.map(({ name }) => `tributary.${name}_local`)
    expect(granted).toEqual(['tributary.bi_*', ...(cluster === '' ? [] : local)])
  })

  it('has its password sent as a hash with a salt of its own, never as it is', () => {
    const place = { database: 'tributary', cluster: '' }
    const [first, second] = [biUserStatements(place, user), biUserStatements(place, user)]
    expect(first.join()).not.toContain(user.password)
    expect(first).not.toEqual(second)
    const [, hash = '', salt = ''] = / BY '(\w+)' SALT '(\w+)'/.exec(first.join()) ?? []
    expect(
      createHash('sha256')
        .update(user.password + salt)
        .digest('hex'),
    ).toBe(hash)
    expect(first.join().split(hash).length).toBe(3)
  })

  it('is refused by name if it is no name, and if it is the one that migrates', async () => {
    const refused = { code: 'TRIBUTARY_CONFIG', exitCode: 78 }
    for (const name of ['', 'b i', 'bi`', "bi'; DROP"]) {
      await expect(createBiUser(db(), { ...user, name })).rejects.toMatchObject(refused)
    }
    await expect(createBiUser(db(), { ...user, name: 'default' })).rejects.toMatchObject(refused)
  })

  it('cannot be made where the engine keeps no users, which is said', async () => {
    await expect(createBiUser(db(), user)).rejects.toMatchObject({
      code: 'TRIBUTARY_CLICKHOUSE_UNAVAILABLE',
      hint: expect.stringContaining('keeps no users') as string,
    })
  })
})

describeWithService('clickhouse-server', 'the users on a full server', (url) => {
  const database = testName('grants')
  const password = 'test_Secret_1'
  const own = (sql: string): string =>
    sql
      .replaceAll('tributary.', `${database}.`)
      .replaceAll(/tributary_(\w+)/g, (_, user: string) => `${database}_${user}`)
      .replaceAll("'…'", `'${password}'`)
  const as = (user: string): ClickHouse =>
    openServer({ url, database, user: `${database}_${user}`, password })
  const almighty = openServer({ url, database: 'default' })
  const worker = as('worker')
  beforeAll(async () => {
    for (const statement of statementsOf(single)) await almighty.command(own(statement))
    const migrator = as('migrator')
    await migrate(migrator)
    await migrator.close()
  })
  afterAll(async () => {
    await worker.close()
    const doomed = openServer({ url, database })
    await dropDatabase(doomed)
    await doomed.close()
    const users = ['migrator', 'worker', 'bi'].map((user) => `${database}_${user}`)
    await almighty.command(`DROP USER IF EXISTS ${users.join(', ')}`)
    await almighty.command(`DROP SETTINGS PROFILE IF EXISTS ${database}_bi_limits`)
    await almighty.command(`DROP QUOTA IF EXISTS ${database}_bi_quota`)
    await almighty.close()
  })

  it('let a worker read and insert, and nothing else', async () => {
    const { missingGrants, migrations } = await clickHouseFacts(worker, Date.now)
    expect(missingGrants).toEqual([])
    expect(migrations.pending).toEqual([])
    for (const sql of [
      'TRUNCATE TABLE credits',
      'DROP TABLE lineages',
      'CREATE TABLE x (n Int8)',
    ]) {
      await expect(worker.command(sql)).rejects.toMatchObject({
        code: 'TRIBUTARY_CLICKHOUSE_UNAVAILABLE',
        hint: expect.stringContaining('grant') as string,
      })
    }
  })

  it('let BI see the views, within limits, and nothing else', async () => {
    for (const statement of statementsOf(biRights)) await almighty.command(own(statement))
    const migrator = as('migrator')
    const user = { name: `${database}_bi`, password: 'test_Before_1' }
    await createBiUser(migrator, user)
    await createBiUser(migrator, { ...user, password })
    await migrator.close()
    const before = openServer({ url, database, user: user.name, password: user.password })
    await expect(before.rows('SELECT 1')).rejects.toThrow()
    await before.close()
    const bi = as('bi')
    for (const { name } of VIEWS) expect((await bi.rows(`SELECT * FROM ${name}`)).length).toBe(0)
    for (const sql of [
      'SELECT count() FROM credits',
      'SELECT count() FROM lineages',
      'SELECT count() FROM schema_migrations',
      'SELECT 1 SETTINGS max_execution_time = 0',
      'SELECT 1 SETTINGS max_execution_time = 600',
      'SELECT 1 SETTINGS max_memory_usage = 0',
      'SELECT 1 SETTINGS readonly = 0',
      'SELECT number FROM numbers(2000000)',
    ]) {
      await expect(bi.rows(sql), sql).rejects.toThrow()
    }
    await expect(bi.command('CREATE TABLE x (n Int8) ENGINE = Memory')).rejects.toThrow()
    const { missingGrants } = await clickHouseFacts(bi, Date.now)
    expect(missingGrants).toContain(`INSERT ON ${database}.credits`)
    await bi.close()
  })

  ledgerSinkContract(() => createClickHouseLedger(worker))
})
