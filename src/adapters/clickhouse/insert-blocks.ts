// Cuts rows into blocks that one INSERT may carry: ClickHouse refuses a block that touches more
// than 100 monthly partitions (max_partitions_per_insert_block), and the text of a block is one
// string.
import type { LedgerRow } from '../../core/tables.ts'

export const BLOCK_ROWS_MAX = 50_000
export const BLOCK_MONTHS_MAX = 100
/** Items of arrays count one by one: with names of 128 characters a block stays below 300 MB. */
export const BLOCK_VALUES_MAX = 2_000_000

/**
 * Pure. Every row is in exactly one block; of rows of one month the order is kept. Rows of many
 * months are sorted by month first, so that alternating months do not make many small blocks.
 */
export function* insertBlocks(rows: readonly LedgerRow[]): Iterable<LedgerRow[]> {
  let block: LedgerRow[] = []
  let months = new Set<string>()
  let values = 0
  for (const row of inFewBlocks(rows)) {
    const month = monthOf(row)
    const size = valuesIn(row)
    const isFull =
      block.length === BLOCK_ROWS_MAX ||
      values + size > BLOCK_VALUES_MAX ||
      (months.size === BLOCK_MONTHS_MAX && !months.has(month))
    if (isFull && block.length > 0) {
      yield block
      block = []
      months = new Set()
      values = 0
    }
    block.push(row)
    months.add(month)
    values += size
  }
  if (block.length > 0) yield block
}

function inFewBlocks(rows: readonly LedgerRow[]): readonly LedgerRow[] {
  const months = new Set(rows.map(monthOf))
  if (months.size <= BLOCK_MONTHS_MAX) return rows
  return rows.toSorted((a, b) => (monthOf(a) < monthOf(b) ? -1 : monthOf(a) > monthOf(b) ? 1 : 0))
}

/** `YYYY-MM` of the booked hour, the first value of a row. */
function monthOf(row: LedgerRow): string {
  return String(row[0]).slice(0, 7)
}

function valuesIn(row: LedgerRow): number {
  let count = row.length
  for (const value of row) if (typeof value === 'object') count += value.length
  return count
}
