// Ledger rows for tests: one row by hand, and arbitrary ones with what is hard to carry: every kind
// of text, both ends of Int64 and UInt64, arrays.
import fc from 'fast-check'
import { TABLES } from '../../src/core/tables.ts'
import type { LedgerRow, TableName, TableSpec } from '../../src/core/tables.ts'

export interface RowKey {
  readonly bookedHour?: string
  /** Dimensions that are not given are '' (or the kind's nothing). */
  readonly dimensions?: Readonly<Record<string, string | number | readonly string[]>>
  readonly lineage: string
  readonly partition?: number
}

export function specOf(table: TableName): TableSpec {
  const spec = TABLES.find(({ name }) => name === table)
  if (spec === undefined) throw new Error(`no table ${table}`)
  return spec
}

/** A row; measures that are not given are 0. */
export function rowOf(
  table: TableName,
  key: RowKey,
  measures: Readonly<Record<string, number | bigint | string>>,
  ver: number | bigint = 1,
): LedgerRow {
  const spec = specOf(table)
  return [
    key.bookedHour ?? '2026-01-01 00:00:00',
    ...spec.dimensions.map((name) => key.dimensions?.[name] ?? nothing(name)),
    key.lineage,
    key.partition ?? 0,
    ...spec.measures.map((name) => String(measures[name] ?? 0)),
    String(ver),
  ]
}

function nothing(dimension: string): string | number | readonly string[] {
  if (/_hour$|^minute$/.test(dimension)) return '2026-01-01 00:00:00'
  if (dimension === 'start_day') return '2026-01-01'
  if (dimension === 'fold') return 0
  return dimension === 'path' || dimension === 'campaigns' ? [] : ''
}

const HOUR_MS = 3_600_000
const HOUR_2000 = Date.UTC(2000, 0) / HOUR_MS
const HOUR_2100 = Date.UTC(2100, 0) / HOUR_MS

export const hourText = (hour: number): string =>
  new Date(hour * HOUR_MS).toISOString().slice(0, 19).replace('T', ' ')

const text = fc.oneof(
  fc.constantFrom('', '(start)', '"', '\\', "'", '\n', '\t', '\0', 'a/b', 'ü', '😀', '\u2028', 'N'),
  fc.string({ unit: 'binary', maxLength: 12 }),
)
const hour = fc.integer({ min: HOUR_2000, max: HOUR_2100 - 1 })
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String)

function dimensionOf(name: string): fc.Arbitrary<string | number | readonly string[]> {
  if (/_hour$|^minute$/.test(name)) return hour.map(hourText)
  if (name === 'start_day') return hour.map((at) => hourText(at).slice(0, 10))
  if (name === 'fold') return fc.nat({ max: 9 })
  return name === 'path' || name === 'campaigns' ? fc.array(text, { maxLength: 5 }) : text
}

export interface RowsOf {
  readonly lineage: string
  readonly partition: number
  readonly hours: readonly [number, number]
}

/** Any row of a table, with booked hours in a range, of one state. */
export function arbitraryRow(table: TableName, of: RowsOf): fc.Arbitrary<LedgerRow> {
  const spec = specOf(table)
  return fc
    .tuple(
      fc.integer({ min: of.hours[0], max: of.hours[1] }).map(hourText),
      fc.tuple(...spec.dimensions.map(dimensionOf)),
      fc.tuple(...spec.measures.map(() => int64)),
      fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String),
    )
    .map(([bookedHour, dimensions, measures, ver]) => [
      bookedHour,
      ...dimensions,
      of.lineage,
      of.partition,
      ...measures,
      ver,
    ])
}
