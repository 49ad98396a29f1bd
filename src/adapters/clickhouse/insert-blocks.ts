// Cuts rows into blocks that one INSERT may carry: ClickHouse refuses a block that touches more
// than 100 monthly partitions (max_partitions_per_insert_block), and a block is held in memory
// whole.
import type { LedgerRow } from '../../core/tables.ts'

export const BLOCK_ROWS_MAX = 50_000
export const BLOCK_MONTHS_MAX = 100

/**
 * Pure. Every row is in exactly one block; of rows of one month the order is kept. Rows of many
 * months are sorted by month first, so that alternating months do not make many small blocks.
 */
export function* insertBlocks(rows: readonly LedgerRow[]): Iterable<LedgerRow[]> {
  const months = new Set(rows.map(monthOf))
  const ordered =
    months.size <= BLOCK_MONTHS_MAX
      ? rows
      : rows.toSorted((a, b) => (monthOf(a) < monthOf(b) ? -1 : monthOf(a) > monthOf(b) ? 1 : 0))
  let block: LedgerRow[] = []
  let inBlock = new Set<string>()
  for (const row of ordered) {
    const month = monthOf(row)
    const full = inBlock.size === BLOCK_MONTHS_MAX && !inBlock.has(month)
    if (full || block.length === BLOCK_ROWS_MAX) {
      yield block
      block = []
      inBlock = new Set()
    }
    block.push(row)
    inBlock.add(month)
  }
  if (block.length > 0) yield block
}

/** `YYYY-MM` of the booked hour, the first value of a row. */
function monthOf(row: LedgerRow): string {
  return String(row[0]).slice(0, 7)
}
