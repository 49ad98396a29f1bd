// The ledger on a server over HTTP keeps the contract of the port; and what only a server can do
// wrong.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ClickHouse } from '../../../src/adapters/clickhouse/connection.ts'
import { createClickHouseLedger } from '../../../src/adapters/clickhouse/ledger-sink.ts'
import { migrate } from '../../../src/adapters/clickhouse/migrate.ts'
import { openServer } from '../../../src/adapters/clickhouse/server.ts'
import { ledgerSinkContract } from '../../contract/ledger-sink.contract.ts'
import { expectNoDeduplication } from './deduplication.ts'
import { describeWithService, dropDatabase, testName } from '../../services.ts'

describeWithService('clickhouse', 'the ledger on a server', (url) => {
  const database = testName('ledger')
  let db: ClickHouse
  beforeAll(async () => {
    db = openServer({ url, database })
    await migrate(db)
  })
  afterAll(async () => {
    await dropDatabase(db)
    await db.close()
  })

  ledgerSinkContract(() => createClickHouseLedger(db))

  it('takes the same rows twice, where ClickHouse would drop a block it has seen', () =>
    expectNoDeduplication(db))

  it('is migrated by two at once', async () => {
    const name = testName('two')
    const both = [openServer({ url, database: name }), openServer({ url, database: name })]
    await Promise.all(both.map((one) => migrate(one)))
    const [one = expect.unreachable()] = both
    const sql = 'SELECT count(), uniqExact(number) FROM schema_migrations FINAL'
    const [[rows, numbers] = []] = await one.rows<[string, string]>(sql)
    expect(Number(rows)).toBeGreaterThan(10)
    expect(rows).toBe(numbers)
    await dropDatabase(one)
    await Promise.all(both.map((each) => each.close()))
  })

  it('says that the database is missing', async () => {
    const missing = openServer({ url, database: 'test_missing' })
    await expect(missing.rows('SELECT 1')).rejects.toMatchObject({
      code: 'TRIBUTARY_CLICKHOUSE_UNAVAILABLE',
      hint: expect.stringContaining('tributary migrate') as string,
    })
    await missing.close()
  })

  it('refuses to write when it was opened to read', async () => {
    const reader = openServer({ url, database, readOnly: true })
    await expect(reader.text('SELECT 1 AS one', 'CSVWithNames')).resolves.toBe('"one"\n1\n')
    await expect(reader.command('TRUNCATE TABLE intake')).rejects.toMatchObject({
      code: 'TRIBUTARY_CLICKHOUSE_QUERY',
    })
    await reader.close()
  })
})

describe('a server that is not there', () => {
  it('is reported as unavailable, without user and password', async () => {
    const db = openServer({ url: 'http://anna:secret@127.0.0.1:1', database: 'test_nothing' })
    const error: unknown = await db.rows('SELECT 1').catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'TRIBUTARY_CLICKHOUSE_UNAVAILABLE', exitCode: 69 })
    expect(String(error)).toContain('127.0.0.1:1')
    expect(String(error)).not.toMatch(/anna|secret/)
    await db.close()
  })
})
