// The numbers of the ledger as plain maps: table -> row -> measures. Used for f of one person, for
// the difference of two of them, and for sums of many.
import { TABLES } from '../../src/core/tables.ts'
import type { TableName } from '../../src/core/tables.ts'

/** Values of a row's dimensions, formatted as in a published `LedgerRow`. */
export type Dimensions = readonly (string | number | readonly string[])[]

export interface Figure {
  readonly dimensions: Dimensions
  /** In the order of the table's measures. */
  readonly measures: readonly bigint[]
}

/** Rows by key: the JSON text of their dimensions. */
export type Figures = Map<TableName, Map<string, Figure>>

const HOUR_MS = 3_600_000
const MEASURES = new Map(TABLES.map((spec) => [spec.name, spec.measures]))
/** Where the measures of a table stand. */
const PLACES = new Map(
  TABLES.map((spec) => [spec.name, new Map(spec.measures.map((name, i) => [name, i]))]),
)

const NOTHING = new Map(TABLES.map((spec) => [spec.name, spec.measures.map(() => 0n)]))

export function measuresOf(table: TableName): readonly string[] {
  return MEASURES.get(table)!
}

export function newFigures(): Figures {
  const figures: Figures = new Map()
  for (const { name } of TABLES) figures.set(name, new Map())
  return figures
}

/** Adds named measures to one row; nothing at all if they are all zero. */
export function book(
  figures: Figures,
  table: TableName,
  dimensions: Dimensions,
  amounts: Readonly<Record<string, bigint>>,
): void {
  const places = PLACES.get(table)!
  const measures = NOTHING.get(table)!.slice()
  let isZero = true
  // Not `Object.entries`: most of the oracle's time is spent in here.
  for (const name in amounts) {
    const place = places.get(name)
    if (place === undefined) throw new Error(`${table} has no ${name}`)
    const amount = amounts[name]!
    measures[place] = amount
    isZero &&= amount === 0n
  }
  if (isZero) return
  addRow(figures, table, JSON.stringify(dimensions), { dimensions, measures })
}

export function addRow(
  figures: Figures,
  table: TableName,
  key: string,
  { dimensions, measures }: Figure,
): void {
  const rows = figures.get(table)!
  const before = rows.get(key)?.measures
  const sums = before === undefined ? measures : measures.map((amount, i) => amount + before[i]!)
  rows.set(key, { dimensions, measures: sums })
}

/** Adds all rows of `source`. */
export function addFigures(target: Figures, source: Figures): void {
  for (const [table, rows] of source) {
    for (const [key, row] of rows) addRow(target, table, key, row)
  }
}

/** Adds `after` − `before`, row by row. */
export function addDifference(target: Figures, after: Figures, before: Figures): void {
  for (const [table, rowsAfter] of after) {
    const rowsBefore = before.get(table)!
    for (const [key, row] of rowsAfter) {
      const old = rowsBefore.get(key)?.measures
      if (old !== undefined && row.measures.every((amount, i) => amount === old[i])) continue
      const measures = row.measures.map((amount, i) => amount - (old?.[i] ?? 0n))
      if (measures.some((amount) => amount !== 0n)) addRow(target, table, key, { ...row, measures })
    }
    for (const [key, row] of rowsBefore) {
      if (rowsAfter.has(key)) continue
      addRow(target, table, key, { ...row, measures: row.measures.map((amount) => -amount) })
    }
  }
}

/** A copy without the rows whose measures are all zero. */
export function withoutZeros(figures: Figures): Figures {
  const kept = newFigures()
  for (const [table, rows] of figures) {
    for (const [key, row] of rows) {
      if (row.measures.some((amount) => amount !== 0n)) addRow(kept, table, key, row)
    }
  }
  return kept
}

/** `YYYY-MM-DD hh:mm:ss`, UTC, cut to whole units of `unitMs`. */
function formatTime(timeMs: number, unitMs: number): string {
  const floored = Math.floor(timeMs / unitMs) * unitMs
  const known = formatted.get(floored)
  if (known !== undefined) return known
  const text = new Date(floored).toISOString().slice(0, 19).replace('T', ' ')
  formatted.set(floored, text)
  return text
}

/** Formatting the same few times again and again is half of the oracle's run time. */
const formatted = new Map<number, string>()

export function formatHour(timeMs: number): string {
  return formatTime(timeMs, HOUR_MS)
}

export function formatMinute(timeMs: number): string {
  return formatTime(timeMs, 60_000)
}

export function formatDay(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10)
}
