// What doctor and health see of a ClickHouse.
import { expect, it } from 'vitest'
import { clickHouseFacts, pingClickHouse } from '../../../src/adapters/clickhouse/facts.ts'
import { migrate } from '../../../src/adapters/clickhouse/migrate.ts'
import { readMigrations } from '../../../src/adapters/clickhouse/migration-files.ts'
import { openServer } from '../../../src/adapters/clickhouse/server.ts'
import { describeWithService, dropDatabase, testName } from '../../services.ts'

const HOUR_MS = 3_600_000

describeWithService('clickhouse', 'the facts of a ClickHouse', (url) => {
  it('are its version, its migrations, its grants and its clock', async () => {
    const db = openServer({ url, database: testName('facts') })
    const files = await readMigrations()
    await migrate(db, { migrations: files.slice(0, -1) })
    const facts = await clickHouseFacts(db, () => Date.now() + HOUR_MS)
    expect(facts.version).toMatch(/^\d+\.\d+/)
    expect(facts.migrations).toMatchObject({ hasDatabase: true, changed: [], unknown: [] })
    expect(facts.migrations.pending).toHaveLength(1)
    expect(facts.missingGrants).toEqual([])
    // Ours is an hour ahead, so theirs is behind by as much, within a minute on any machine.
    expect(Math.round(facts.clockAheadMs / 60_000 / 10)).toBe(-6)
    await expect(pingClickHouse(db)).resolves.toBeUndefined()
    await dropDatabase(db)
    await db.close()
  })

  it('tell a missing database, which no ping answers for', async () => {
    const db = openServer({ url, database: testName('missing') })
    const { migrations } = await clickHouseFacts(db, Date.now)
    expect(migrations.hasDatabase).toBe(false)
    expect(migrations.pending).toHaveLength((await readMigrations()).length)
    await expect(pingClickHouse(db)).rejects.toMatchObject({
      code: 'TRIBUTARY_CLICKHOUSE_UNAVAILABLE',
    })
    await db.close()
  })
})
