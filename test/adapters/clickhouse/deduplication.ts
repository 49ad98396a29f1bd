// A table that drops blocks it has seen, as replicated tables do, and what our inserts make of it.
import { expect } from 'vitest'
import type { ClickHouse } from '../../../src/adapters/clickhouse/connection.ts'

export async function expectNoDeduplication(db: ClickHouse): Promise<void> {
  await db.command(
    `CREATE TABLE seen (n Int64) ENGINE = MergeTree ORDER BY n
     SETTINGS non_replicated_deduplication_window = 100`,
  )
  for (const _ of ['first', 'again']) await db.insert('seen', ['n'], [['1'], ['2']])
  expect(await db.rows('SELECT count() FROM seen')).toEqual([['4']])
  await db.command('DROP TABLE seen')
}
