// Blocks lose no row, keep the order within a month, and stay within ClickHouse's limits.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  BLOCK_MONTHS_MAX,
  BLOCK_ROWS_MAX,
  BLOCK_VALUES_MAX,
  insertBlocks,
} from '../../../src/adapters/clickhouse/insert-blocks.ts'
import type { LedgerRow } from '../../../src/core/tables.ts'

const monthOf = (row: LedgerRow): string => String(row[0]).slice(0, 7)
const rowIn = (month: number, id: number): LedgerRow => [
  new Date(Date.UTC(2000, month)).toISOString().slice(0, 19).replace('T', ' '),
  id,
]

it('covers all rows, each once, in the order of their months', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 1199 }), { maxLength: 600 }), (months) => {
      const rows = months.map(rowIn)
      const blocks = [...insertBlocks(rows)]
      for (const block of blocks) {
        expect(block.length).toBeGreaterThan(0)
        expect(new Set(block.map(monthOf)).size).toBeLessThanOrEqual(BLOCK_MONTHS_MAX)
      }
      const byMonth = (a: LedgerRow, b: LedgerRow) => monthOf(a).localeCompare(monthOf(b))
      expect(blocks.flat().toSorted(byMonth)).toEqual(rows.toSorted(byMonth))
    }),
  )
})

it('makes few blocks of alternating months', () => {
  const rows = Array.from({ length: 6000 }, (_, i) => rowIn(i % 300, i))
  expect([...insertBlocks(rows)]).toHaveLength(3)
})

it('cuts where a block is full', () => {
  const rows = Array.from({ length: BLOCK_ROWS_MAX + 1 }, (_, i) => rowIn(0, i))
  expect([...insertBlocks(rows)].map((block) => block.length)).toEqual([BLOCK_ROWS_MAX, 1])
})

it('cuts where long paths have filled a block, and passes a row that is one by itself', () => {
  const path = Array.from({ length: 1000 }, () => 'email')
  const rows = Array.from({ length: 4000 }, (_, id): LedgerRow => ['2026-01-01 00:00:00', id, path])
  const sizes = [...insertBlocks(rows)].map((block) => block.length)
  expect(sizes).toEqual([1994, 1994, 12])
  expect(1994 * 1003).toBeLessThanOrEqual(BLOCK_VALUES_MAX)
  const huge: LedgerRow = [
    '2026-01-01 00:00:00',
    Array.from({ length: BLOCK_VALUES_MAX }, () => ''),
  ]
  expect([...insertBlocks([huge, huge])]).toEqual([[huge], [huge]])
})
