// The users that schemas/README.md tells to create: what is written there is understood by the
// engine, names the tables that a worker uses, and suffices on a full server, where there is one.
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ClickHouse } from '../../../src/adapters/clickhouse/connection.ts'
import { WORKER_TABLES, clickHouseFacts } from '../../../src/adapters/clickhouse/facts.ts'
import { createClickHouseLedger } from '../../../src/adapters/clickhouse/ledger-sink.ts'
import { migrate } from '../../../src/adapters/clickhouse/migrate.ts'
import { statementsOf } from '../../../src/adapters/clickhouse/migration-files.ts'
import { openServer } from '../../../src/adapters/clickhouse/server.ts'
import { ledgerSinkContract } from '../../contract/ledger-sink.contract.ts'
import { describeWithService, dropDatabase, testName } from '../../services.ts'
import { useEmbeddedEngine } from './embedded-engine.ts'

const readme = readFileSync(new URL('../../../schemas/README.md', import.meta.url), 'utf8')
const [single = '', cluster = ''] = [...readme.matchAll(/```sql\n(.*?)```/gs)].map(([, sql]) => sql)

describe('the users of the data dictionary', () => {
  const db = useEmbeddedEngine()

  it('are written as ClickHouse understands them', async () => {
    const statements = [...statementsOf(single), ...statementsOf(cluster)]
    expect(statements).toHaveLength(8)
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
  }, 60_000)
  afterAll(async () => {
    await worker.close()
    const doomed = openServer({ url, database })
    await dropDatabase(doomed)
    await doomed.close()
    const users = ['migrator', 'worker', 'reader'].map((user) => `${database}_${user}`)
    await almighty.command(`DROP USER IF EXISTS ${users.join(', ')}`)
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

  it('let a reader see the views, and change nothing', async () => {
    const reader = as('reader')
    expect(await reader.rows('SELECT count() FROM bi_credits')).toEqual([['0']])
    const facts = await clickHouseFacts(reader, Date.now)
    expect(facts.missingGrants).toContain(`INSERT ON ${database}.credits`)
    await reader.close()
  })

  ledgerSinkContract(() => createClickHouseLedger(worker))
})
