// Booked hours of one partition: absolute rows, each with the offset of the record that last touched it.
// A row lives here until ClickHouse was shown to hold it. `Delta` collects what one record changes, so
// that only a row whose own net difference is not zero is touched.
import { RowTable, slotLayout } from './row-table.ts'
import { TABLES } from './tables.ts'

export const TRANSITIONS = 0
export const PATHS = 1
export const CREDITS = 2
export const CONVERSIONS = 3
export const LIVE_MINUTES = 4
export const ACTIVITY = 5
export const INTAKE = 6

export const SLOT_LAYOUTS = TABLES.map(slotLayout)

/** The net difference of one record, per table. */
export class Delta {
  readonly tables = SLOT_LAYOUTS.map((layout) => new RowTable(layout, 64))
}

/** One table of one booked hour. */
export class BookedTable {
  readonly rows: RowTable
  /** Offset of the record that last touched the row. */
  offsets = new Float64Array(8)
  /** Offset with which the row was last known to have landed in ClickHouse; -1: never. */
  landed = new Float64Array(8).fill(-1)
  #inSpan = new Uint8Array(8)
  #changed: number[] = []

  constructor(table: number) {
    this.rows = new RowTable(SLOT_LAYOUTS[table]!)
  }

  touch(row: number, offset: number): void {
    if (row >= this.offsets.length) this.#grow()
    this.offsets[row] = offset
    if (this.#inSpan[row] === 0) {
      this.#inSpan[row] = 1
      this.#changed.push(row)
    }
  }

  get hasChanged(): boolean {
    return this.#changed.length > 0
  }

  /** Rows touched since the last call, in the order of their first touch. */
  takeChanged(): number[] {
    const changed = this.#changed
    this.#changed = []
    for (const row of changed) this.#inSpan[row] = 0
    return changed
  }

  #grow(): void {
    const length = this.offsets.length * 2
    const offsets = new Float64Array(length)
    offsets.set(this.offsets)
    this.offsets = offsets
    const landed = new Float64Array(length).fill(-1)
    landed.set(this.landed)
    this.landed = landed
    const inSpan = new Uint8Array(length)
    inSpan.set(this.#inSpan)
    this.#inSpan = inSpan
  }
}

export class BookedHour {
  readonly hour: number
  readonly tables: readonly BookedTable[] = TABLES.map((_, table) => new BookedTable(table))

  constructor(hour: number) {
    this.hour = hour
  }
}

export class Ledger {
  readonly hours = new Map<number, BookedHour>()
  #current: BookedHour | null = null

  /** The hour, made if there is none; hours are made in ascending order. */
  hour(hour: number): BookedHour {
    if (this.#current?.hour === hour) return this.#current
    let found = this.hours.get(hour)
    if (found === undefined) {
      found = new BookedHour(hour)
      this.hours.set(hour, found)
    }
    this.#current = found
    return found
  }

  /** Books a record's net difference in `hour` with the record's offset, and empties it. */
  book(delta: Delta, hour: number, offset: number): void {
    const booked = this.hour(hour)
    for (let t = 0; t < delta.tables.length; t++) {
      const changes = delta.tables[t]!
      if (changes.count === 0) continue
      const table = booked.tables[t]!
      for (let from = 0; from < changes.count; from++) {
        if (!changes.isBooked(from)) continue
        const row = table.rows.rowLike(changes, from)
        table.rows.addRow(row, changes, from)
        table.touch(row, offset)
      }
      changes.reset()
    }
  }

  forget(hour: number): void {
    this.hours.delete(hour)
    if (this.#current?.hour === hour) this.#current = null
  }
}
