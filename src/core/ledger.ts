// Booked hours of one partition: absolute rows, each with the offset of the record that last
// touched it. A row lives here until ClickHouse was shown to hold it. `Delta` collects what one
// record changes, so that only a row whose own net difference is not zero is touched.
import { RowTable, slotLayout } from './row-table.ts'
import { Sales } from './sales.ts'
import { TABLES } from './tables.ts'

export const TRANSITIONS = 0
export const PATHS = 1
export const CREDITS = 2
export const CONVERSIONS = 3
export const LIVE_MINUTES = 4
export const ACTIVITY = 5
export const INTAKE = 6

export const SLOT_LAYOUTS = TABLES.map(slotLayout)

const intakeKey = new Int32Array(1)

/** The net difference of one record, per table. */
export class Delta {
  readonly tables = SLOT_LAYOUTS.map((layout) => new RowTable(layout))
}

/** One table of one booked hour. */
export class BookedTable {
  readonly rows: RowTable
  /** Offset of the record that last touched the row; -1: none yet. */
  offsets: Float64Array
  /** Offset with which the row last landed in ClickHouse; -1: never. */
  #landed: Float64Array
  /** Rows whose present version has not landed. */
  unflushed = 0
  #inSpan: Uint8Array
  #changed: number[] = []

  /** With room for as many rows as `like`, since an hour is much like the one before. */
  constructor(table: number, like: BookedTable | undefined) {
    const rows = roomFor(like?.rows.count ?? 0)
    this.rows = new RowTable(SLOT_LAYOUTS[table]!, rows)
    this.offsets = new Float64Array(rows).fill(-1)
    this.#landed = new Float64Array(rows).fill(-1)
    this.#inSpan = new Uint8Array(rows)
  }

  touch(row: number, offset: number): void {
    this.#setOffset(row, offset)
    if (this.#inSpan[row] === 0) {
      this.#inSpan[row] = 1
      this.#changed.push(row)
    }
  }

  /** Sets the offset of a row that comes from a store. */
  restore(row: number, offset: number): void {
    this.#setOffset(row, offset)
  }

  isFlushed(row: number): boolean {
    return this.offsets[row] === this.#landed[row]
  }

  /**
   * Notes that the row landed with the version of `offset`; it stays unflushed if it has moved on.
   */
  markLanded(row: number, offset: number): void {
    if (!this.isFlushed(row) && this.offsets[row] === offset) this.unflushed--
    this.#landed[row] = offset
  }

  /** Notes that ClickHouse does not hold the row as it should. */
  markLost(row: number): void {
    if (this.isFlushed(row)) this.unflushed++
    this.#landed[row] = -1
  }

  /** Rows touched since the last call, in the order of their first touch. */
  takeChanged(): number[] {
    const changed = this.#changed
    this.#changed = []
    for (const row of changed) this.#inSpan[row] = 0
    return changed
  }

  #setOffset(row: number, offset: number): void {
    if (row >= this.offsets.length) this.#grow()
    if (this.isFlushed(row)) this.unflushed++
    this.offsets[row] = offset
  }

  #grow(): void {
    const length = this.offsets.length * 2
    const offsets = new Float64Array(length).fill(-1)
    offsets.set(this.offsets)
    this.offsets = offsets
    const landed = new Float64Array(length).fill(-1)
    landed.set(this.#landed)
    this.#landed = landed
    const inSpan = new Uint8Array(length)
    inSpan.set(this.#inSpan)
    this.#inSpan = inSpan
  }
}

/** A power of two from 2 to 4,096: beyond, growing costs little. */
function roomFor(rows: number): number {
  let room = 2
  while (room < rows && room < 4096) room *= 2
  return room
}

export class BookedHour {
  readonly hour: number
  readonly tables: readonly BookedTable[]

  /** Rows whose present version has not landed in ClickHouse. */
  get unflushed(): number {
    return this.tables.reduce((sum, table) => sum + table.unflushed, 0)
  }

  constructor(hour: number, like: BookedHour | null) {
    this.hour = hour
    this.tables = TABLES.map((_, table) => new BookedTable(table, like?.tables[table]))
  }
}

export class Ledger {
  readonly hours = new Map<number, BookedHour>()
  readonly sales = new Sales()
  #current: BookedHour | null = null
  #touched = new Set<BookedHour>()

  /** The hour, made if there is none; hours are made in ascending order. */
  hour(hour: number): BookedHour {
    if (this.#current?.hour === hour) return this.#current
    let found = this.hours.get(hour)
    if (found === undefined) {
      found = new BookedHour(hour, this.#current)
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
      if (t === CONVERSIONS) this.sales.add(changes)
      this.#bookTable(booked, t, changes, offset)
    }
  }

  #bookTable(booked: BookedHour, number: number, changes: RowTable, offset: number): void {
    const table = booked.tables[number]!
    const { rows } = table
    let isTouched = false
    for (let from = 0; from < changes.count; from++) {
      if (!changes.isBooked(from)) continue
      const row = rows.rowLike(changes, from)
      rows.addRow(row, changes, from)
      table.touch(row, offset)
      isTouched = true
    }
    if (isTouched) this.#touched.add(booked)
    changes.reset()
  }

  /**
   * Books records in `intake`, whose rows nothing is ever netted against: `outcome` is their place
   * in the list of outcomes, `reason` 0 or their place in the list of reasons + 1.
   */
  count(hour: number, offset: number, outcome: number, reason: number, records = 1): void {
    const booked = this.hour(hour)
    const table = booked.tables[INTAKE]!
    intakeKey[0] = outcome | (reason << 8)
    const row = table.rows.row(intakeKey, 1)
    table.rows.add(row, 0, records)
    table.touch(row, offset)
    this.#touched.add(booked)
  }

  /** Hours with rows touched since the last call. */
  takeTouched(): BookedHour[] {
    const touched = [...this.#touched]
    this.#touched.clear()
    return touched
  }

  forget(hour: number): void {
    this.hours.delete(hour)
    if (this.#current?.hour === hour) this.#current = null
  }
}
