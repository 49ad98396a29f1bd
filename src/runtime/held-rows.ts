// What ClickHouse was read to hold of one table, to compare with what has landed there, row by row.
// A state that has gone back holds older versions of rows than ClickHouse: those are not lost, and
// sending them again would change nothing, for ever.
import { TABLES } from '../core/tables.ts'
import type { LedgerRow } from '../core/tables.ts'

export class HeldRows {
  readonly #rows: readonly LedgerRow[]
  readonly #texts: ReadonlySet<string>
  /** Booked hour, dimensions, lineage and partition: so many fields are a row's key. */
  readonly #keyLength: number
  /** By key; made when the first row is missed, which is rare. */
  #versions: ReadonlyMap<string, bigint> | null = null

  /** `table`: place in TABLES; `rows`: one per key. */
  constructor(table: number, rows: readonly LedgerRow[]) {
    this.#rows = rows
    this.#texts = new Set(rows.map((row) => JSON.stringify(row)))
    this.#keyLength = TABLES[table]!.dimensions.length + 3
  }

  /** The row, given as JSON text, is there with its version and its values. */
  has(text: string): boolean {
    return this.#texts.has(text)
  }

  /** A newer version of the row, given as JSON text, is there. */
  hasNewer(text: string): boolean {
    this.#versions ??= new Map(this.#rows.map((row) => [this.#keyOf(row), versionOf(row)]))
    const row = JSON.parse(text) as LedgerRow
    return (this.#versions.get(this.#keyOf(row)) ?? -1n) > versionOf(row)
  }

  #keyOf(row: LedgerRow): string {
    return JSON.stringify(row.slice(0, this.#keyLength))
  }
}

const versionOf = (row: LedgerRow): bigint => BigInt(String(row.at(-1)))
