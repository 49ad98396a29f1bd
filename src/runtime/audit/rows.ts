// Ledger rows as an audit compares them: what makes a row the same row, its version, and the text
// that a person sees of it.
import { restoreLedger } from '../../core/changes.ts'
import { HOUR_MS } from '../../core/journey-layout.ts'
import { Ledger } from '../../core/ledger.ts'
import type { BookedTable } from '../../core/ledger.ts'
import { ledgerRow } from '../../core/ledger-row.ts'
import type { RowNames } from '../../core/ledger-row.ts'
import { TABLES } from '../../core/tables.ts'
import type { LedgerRow, TableName, TableSpec } from '../../core/tables.ts'
import { formatTime } from '../../core/utc.ts'
import type { LedgerHour } from '../../ports/state-store.ts'

export interface AuditRow {
  readonly table: TableName
  /** Table, booked hour, dimensions, lineage and partition as one text: the same row. */
  readonly key: string
  /** The booked hour as in the row: texts of hours compare as the hours do. */
  readonly hour: string
  readonly generation: number
  /** Of the record that last touched the row. */
  readonly offset: number
  readonly row: LedgerRow
}

/** By key. */
export type AuditRows = Map<string, AuditRow>

const SPECS: ReadonlyMap<string, TableSpec> = new Map(TABLES.map((spec) => [spec.name, spec]))
const OFFSET_BITS = 48n
const OFFSET_MASK = (1n << OFFSET_BITS) - 1n

export const hourText = (hour: number): string => formatTime(hour * HOUR_MS)

export function auditRow(table: TableName, row: LedgerRow): AuditRow {
  const version = BigInt(String(row.at(-1)))
  return {
    table,
    key: JSON.stringify([table, ...row.slice(0, keyLength(table))]),
    hour: String(row[0]),
    generation: Number(version >> OFFSET_BITS),
    offset: Number(version & OFFSET_MASK),
    row,
  }
}

/** Booked hour, dimensions, lineage, partition. */
const keyLength = (table: TableName): number => SPECS.get(table)!.dimensions.length + 3

export const isSameRow = (a: AuditRow, b: AuditRow): boolean =>
  JSON.stringify(a.row) === JSON.stringify(b.row)

/** What is in the row under its key: `records=3 at offset 17, generation 1`. */
export function valueText({ table, row, offset, generation }: AuditRow): string {
  const { measures } = SPECS.get(table)!
  const from = keyLength(table)
  const values = measures.map((name, i) => `${name}=${String(row[from + i])}`)
  return `${values.join(' ')} at offset ${offset}, generation ${generation}`
}

/** Booked hour and dimensions for people: `2026-01-01 00:00:00, late, `. */
export function keyText({ table, row }: AuditRow): string {
  const parts = row.slice(0, keyLength(table) - 2)
  return parts
    .map((part) => (typeof part === 'object' ? part.join(' > ') : String(part)))
    .join(', ')
}

/** Rows as the state store keeps them, as they would be published. */
export function storedRows(hours: readonly LedgerHour[], names: RowNames): AuditRows {
  const ledger = new Ledger()
  restoreLedger(ledger, hours)
  const rows: AuditRows = new Map()
  for (const { hour, tables } of ledger.hours.values()) {
    for (const [table, booked] of tables.entries()) {
      for (let row = 0; row < booked.rows.count; row++) {
        const found = rowAt({ table, booked, row, hour }, names)
        rows.set(found.key, found)
      }
    }
  }
  return rows
}

export interface RowPlace {
  readonly table: number
  readonly booked: BookedTable
  readonly row: number
  readonly hour: number
}

export const rowAt = ({ table, booked, row, hour }: RowPlace, names: RowNames): AuditRow =>
  auditRow(TABLES[table]!.name, ledgerRow(table, booked, row, hour, names))
