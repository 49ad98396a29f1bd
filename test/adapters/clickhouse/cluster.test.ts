// The form of a cluster. Every statement is parsed by the engine; the views, inserts and FINAL run
// over Distributed tables, here with the engine twice as two shards; all of it on a full server,
// where there is one.
import { beforeAll, describe, expect, it } from 'vitest'
import type { ClickHouse } from '../../../src/adapters/clickhouse/connection.ts'
import { openEmbedded } from '../../../src/adapters/clickhouse/embedded.ts'
import { SHARDING_KEY, SINGLE, clusterLayout } from '../../../src/adapters/clickhouse/layout.ts'
import type { Layout } from '../../../src/adapters/clickhouse/layout.ts'
import { createClickHouseLedger } from '../../../src/adapters/clickhouse/ledger-sink.ts'
import { migrate } from '../../../src/adapters/clickhouse/migrate.ts'
import { readMigrations, statementsOf } from '../../../src/adapters/clickhouse/migration-files.ts'
import { openServer } from '../../../src/adapters/clickhouse/server.ts'
import { VIEWS } from '../../../src/adapters/clickhouse/views.ts'
import { TABLES } from '../../../src/core/tables.ts'
import type { TableName } from '../../../src/core/tables.ts'
import { rowOf } from '../../contract/ledger-rows.ts'
import { ledgerSinkContract } from '../../contract/ledger-sink.contract.ts'
import { describeWithService, dropDatabase, testName } from '../../services.ts'
import { useEmbeddedEngine } from './embedded-engine.ts'

const SHARDED: ReadonlySet<string> = new Set(TABLES.map(({ name }) => name))
const layout = clusterLayout('main', 'test_cluster')

describe('the statements for a cluster', () => {
  const db = useEmbeddedEngine()

  it('are all understood by the engine', async () => {
    for (const { name, sql } of await readMigrations()) {
      for (const statement of statementsOf(sql, layout)) {
        const parsed = await db().rows(`EXPLAIN AST ${statement}`)
        expect(parsed.length, name).toBeGreaterThan(2)
        expect(statement).toContain("ON CLUSTER 'main'")
      }
    }
  })

  it('shard the ledger by lineage and partition, and keep all else on every node', async () => {
    for (const { name, sql } of await readMigrations()) {
      const [statement = '', ...more] = statementsOf(sql, layout)
      if (statement.startsWith('CREATE OR REPLACE VIEW')) {
        expect(statement).toContain('GLOBAL IN (')
        expect(more).toEqual([])
      } else if (SHARDED.has(name)) {
        expect(statement).toContain(`CREATE TABLE IF NOT EXISTS ${name}_local ON CLUSTER 'main' (`)
        expect(statement).toContain(
          "ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', ver)",
        )
        expect(more).toEqual([
          expect.stringContaining(
            `ENGINE = Distributed('main', 'test_cluster', '${name}_local', cityHash64(lineage, partition))`,
          ),
        ])
      } else {
        expect(statement).toMatch(
          /ReplicatedReplacingMergeTree\('\/clickhouse\/tables\/all\/\{database\}\/\{table\}', '\{shard\}-\{replica\}', \w+\)/,
        )
        expect(more).toEqual([])
      }
    }
  })
})

describe('the ledger over two shards', () => {
  const db = useEmbeddedEngine()
  let sharded: ClickHouse
  // Both shards are this engine, so what is distributed is seen twice.
  const twice: Layout = {
    ...SINGLE,
    table: (name) => layout.table(name),
    following: (table) => {
      if (!SHARDED.has(table)) return []
      const hosts = '127.0.0.1,localhost'
      const made = `remote('${hosts}', 'test_shards', '${table}_local', ${SHARDING_KEY})`
      return [`CREATE TABLE ${table} AS ${made}`]
    },
  }
  beforeAll(async () => {
    sharded = await openEmbedded({ folder: db().place, database: 'test_shards' })
    for (const { sql } of await readMigrations()) {
      for (const statement of statementsOf(sql, twice)) await sharded.command(statement)
    }
    return () => sharded.close()
  })

  it('takes the newest version of a row, whichever insert brought it', async () => {
    const ledger = createClickHouseLedger(sharded)
    for (const ver of [3, 1, 2]) {
      const key = { dimensions: { outcome: 'late' }, lineage: '17', partition: 5 }
      await ledger.insert('intake', [rowOf('intake', key, { records: ver }, ver)])
    }
    const range = { topic: '', partition: 5, lineage: '17', hourFrom: 0, hourTo: 1e6 }
    const rows = await ledger.read('intake', range)
    expect(rows.map((row) => row.at(-1))).toEqual(['3', '3'])
    const local = await sharded.rows('SELECT records FROM intake_local FINAL')
    expect(local).toEqual([['3']])
  })

  it.each(TABLES.map(({ name, measures }) => [name, measures] as const))(
    'sums %s of active lineages in its views, on both shards',
    async (table: TableName, measures) => {
      const ledger = createClickHouseLedger(sharded)
      const states = [
        ['1', 'active'],
        ['2', 'building'],
        ['3', 'retired'],
      ] as const
      for (const [lineage, status] of states) {
        const place = { topic: 'events', partition: 0, lineage, baseOffset: 0, reason: '' }
        await ledger.writeLineages([{ ...place, status }])
        const values = Object.fromEntries(measures.map((name) => [name, 1]))
        await ledger.insert(table, [rowOf(table, { lineage }, values)])
      }
      const count = VIEWS.find(({ name }) => name === `bi_${table}`)?.measures.find((name) =>
        ['observed', 'conversions', 'events', 'records', 'touchpoints'].includes(name),
      )
      const shown = await sharded.rows<[string]>(`SELECT ${count} FROM bi_${table}`)
      const expected = table === 'credits' ? '0.000002' : '2'
      expect(shown).toEqual([[expected]])
    },
  )
})

describeWithService('clickhouse-server', 'a cluster of a full server', (url) => {
  const cluster = process.env['TEST_CLICKHOUSE_CLUSTER'] ?? 'default'
  const database = testName('cluster')
  const db = openServer({ url, database, cluster })
  beforeAll(async () => {
    await migrate(db)
    return async () => {
      await dropDatabase(db)
      await db.close()
    }
  })

  it('has replicated tables, and Distributed ones before the ledger', async () => {
    const sql = `SELECT name, engine FROM system.tables
      WHERE database = {database:String} AND engine NOT IN ('View') ORDER BY name`
    const engines = new Map(await db.rows<[string, string]>(sql, { database }))
    expect(engines.get('lineages')).toBe('ReplicatedReplacingMergeTree')
    for (const { name } of TABLES) {
      expect(engines.get(name)).toBe('Distributed')
      expect(engines.get(`${name}_local`)).toBe('ReplicatedReplacingMergeTree')
    }
    expect(await migrate(db)).toEqual([])
  })

  ledgerSinkContract(() => createClickHouseLedger(db))
})
