// A state that has gone back holds older versions of rows than ClickHouse: those are not lost, and
// sending them again would change nothing, for ever.
import { TABLES } from '../core/tables.ts'
import type { LedgerRow } from '../core/tables.ts'

/** Whether `found` has a newer version of the row, given as JSON text. */
export function isOvertaken(table: number, text: string, found: readonly LedgerRow[]): boolean {
  // Booked hour, dimensions, lineage and partition.
  const keyLength = TABLES[table]!.dimensions.length + 3
  const row = JSON.parse(text) as LedgerRow
  const key = JSON.stringify(row.slice(0, keyLength))
  return found.some(
    (other) =>
      versionOf(other) > versionOf(row) && JSON.stringify(other.slice(0, keyLength)) === key,
  )
}

const versionOf = (row: LedgerRow): bigint => BigInt(String(row.at(-1)))
