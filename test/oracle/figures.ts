// The numbers of the ledger as plain maps: table -> row -> measures. Used for f of one person, for the
// difference of two of them, and for sums of many.
import { TABLES } from '../../src/core/tables.ts'
import type { TableName } from '../../src/core/tables.ts'

/** Values of a row's dimensions, formatted as in a published `LedgerRow`. */
export type Dimensions = readonly (string | number | readonly string[])[]

export interface Figure {
  readonly dimensions: Dimensions
  /** In the order of the table's measures. */
  readonly measures: bigint[]
}

/** Rows by key: the JSON text of their dimensions. */
export type Figures = Map<TableName, Map<string, Figure>>

const HOUR_MS = 3_600_000

export function measuresOf(table: TableName): readonly string[] {
  return TABLES.find((spec) => spec.name === table)!.measures
}

export function newFigures(): Figures {
  return new Map(TABLES.map((spec) => [spec.name, new Map<string, Figure>()]))
}

/** Adds named measures to one row. */
export function book(
  figures: Figures,
  table: TableName,
  dimensions: Dimensions,
  amounts: Readonly<Record<string, bigint>>,
): void {
  const names = measuresOf(table)
  for (const name of Object.keys(amounts)) {
    if (!names.includes(name)) throw new Error(`${table} has no measure ${name}`)
  }
  addRow(
    figures,
    table,
    dimensions,
    names.map((name) => amounts[name] ?? 0n),
  )
}

export function addRow(
  figures: Figures,
  table: TableName,
  dimensions: Dimensions,
  measures: readonly bigint[],
): void {
  const rows = figures.get(table)!
  const key = JSON.stringify(dimensions)
  const before = rows.get(key)?.measures
  rows.set(key, { dimensions, measures: measures.map((amount, i) => amount + (before?.[i] ?? 0n)) })
}

/** Adds `sign` times all rows of `source`. */
export function addFigures(target: Figures, source: Figures, sign: 1n | -1n = 1n): void {
  for (const [table, rows] of source) {
    for (const { dimensions, measures } of rows.values()) {
      addRow(
        target,
        table,
        dimensions,
        measures.map((amount) => sign * amount),
      )
    }
  }
}

/** A copy without the rows whose measures are all zero. */
export function withoutZeros(figures: Figures): Figures {
  const kept = newFigures()
  for (const [table, rows] of figures) {
    for (const { dimensions, measures } of rows.values()) {
      if (measures.some((amount) => amount !== 0n)) addRow(kept, table, dimensions, measures)
    }
  }
  return kept
}

/** `YYYY-MM-DD hh:mm:ss`, UTC, cut to whole units of `unitMs`. */
export function formatTime(timeMs: number, unitMs: number): string {
  const floored = Math.floor(timeMs / unitMs) * unitMs
  return new Date(floored).toISOString().slice(0, 19).replace('T', ' ')
}

export function formatHour(timeMs: number): string {
  return formatTime(timeMs, HOUR_MS)
}

export function formatMinute(timeMs: number): string {
  return formatTime(timeMs, 60_000)
}

export function formatDay(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10)
}
