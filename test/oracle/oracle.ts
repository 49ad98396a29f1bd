// The oracle: steps through a log record by record, keeps every event of every person, and books
// f(after) − f(before), each computed from scratch. See README.md for why, and for its limits.
import type { Outcome } from '../../src/core/event.ts'
import type { Settings } from '../../src/core/settings.ts'
import { TABLES } from '../../src/core/tables.ts'
import type { LedgerRow, TableName } from '../../src/core/tables.ts'
import { createAdmission } from './admit.ts'
import type { AppliedEvent } from './admit.ts'
import {
  addDifference,
  addFigures,
  addRow,
  book,
  formatHour,
  newFigures,
  withoutZeros,
} from './figures.ts'
import type { Dimensions, Figures } from './figures.ts'
import type { LogRecord } from './log.ts'
import { figuresOf, figuresOfJourney, lapseTimeMs, lapseTimeOf, readJourney } from './person.ts'

const HOUR_MS = 3_600_000

/** A row of the ledger. It stays when its measures have become all zeros. */
export interface BookedRow {
  /** floor(T / 1 h) of the records that booked it. */
  readonly bookedHour: number
  readonly dimensions: Dimensions
  readonly measures: readonly bigint[]
  /** Of the last record whose own net difference on this row was not zero. */
  readonly offset: number
}

/** Row key = JSON text of [bookedHour, dimensions]. */
export type BookedRows = Map<TableName, Map<string, BookedRow>>

export interface PersonState {
  readonly events: readonly AppliedEvent[]
  /** The last path was settled as lapsed. */
  readonly lapsed: boolean
  /** What is booked for the person so far: f(events, lapsed). */
  readonly booked: Figures
  /** Stream time past this lapses the last path. */
  readonly lapseMs: number
}

const STRANGER: PersonState = {
  events: [],
  lapsed: false,
  booked: newFigures(),
  lapseMs: Number.POSITIVE_INFINITY,
}

export interface OracleRun {
  /** One per record. */
  readonly outcomes: readonly Outcome[]
  readonly rows: BookedRows
  /** Final T; -Infinity for an empty log. */
  readonly streamTimeMs: number
  /** By user_hash. */
  readonly persons: ReadonlyMap<string, PersonState>
}

/** Told of every row as it becomes, and as it was before. */
export type RowWatch = (
  table: TableName,
  key: string,
  row: BookedRow,
  before: BookedRow | undefined,
) => void

export function runOracle(
  log: readonly LogRecord[],
  settings: Settings,
  watch?: RowWatch,
): OracleRun {
  const admission = createAdmission(settings)
  const persons = new Map<string, PersonState>()
  const rows: BookedRows = new Map(TABLES.map((spec) => [spec.name, new Map()]))
  const outcomes: Outcome[] = []
  let streamTimeMs = Number.NEGATIVE_INFINITY

  for (const record of log) {
    streamTimeMs = admission.advance(record)
    const difference = newFigures()
    const replace = (userHash: string, before: PersonState, after: PersonState): void => {
      addDifference(difference, after.booked, before.booked)
      persons.set(userHash, after)
    }
    for (const [userHash, before] of persons) {
      if (before.lapsed || streamTimeMs <= before.lapseMs) continue
      const booked = figuresOf(before.events, true, settings)
      replace(userHash, before, { ...before, lapsed: true, booked })
    }
    const { outcome, reason, applied } = admission.admit(record)
    if (applied) {
      const before = persons.get(applied.userHash) ?? STRANGER
      replace(applied.userHash, before, insert(before, applied, settings))
    }
    book(difference, 'intake', [outcome, reason], { records: 1n })
    const at = { bookedHour: Math.floor(streamTimeMs / HOUR_MS), offset: record.offset }
    bookDifference(rows, difference, at, watch)
    outcomes.push(outcome)
  }
  return { outcomes, rows, streamTimeMs, persons }
}

/**
 * After an insertion a settled lapse stands only if the last touch is the one it was settled with;
 * a path that no settling has ended stays open until one does (else forgetting would change a
 * number).
 */
function insert(before: PersonState, applied: AppliedEvent, settings: Settings): PersonState {
  const events = [...before.events, applied]
  const open = readJourney(events, false, settings)
  const lapseMs = lapseTimeOf(open, settings)
  const lapsed = before.lapsed && lapseMs === before.lapseMs
  const booked = lapsed ? figuresOf(events, true, settings) : figuresOfJourney(open, settings)
  return { events, lapsed, lapseMs, booked }
}

function bookDifference(
  rows: BookedRows,
  difference: Figures,
  { bookedHour, offset }: Pick<BookedRow, 'bookedHour' | 'offset'>,
  watch?: RowWatch,
): void {
  for (const [table, figures] of difference) {
    for (const { dimensions, measures } of figures.values()) {
      if (measures.every((amount) => amount === 0n)) continue
      const key = JSON.stringify([bookedHour, dimensions])
      const before = rows.get(table)!.get(key)
      const sums = measures.map((amount, i) => amount + (before?.measures[i] ?? 0n))
      const row = { bookedHour, dimensions, measures: sums, offset }
      rows.get(table)!.set(key, row)
      watch?.(table, key, row, before)
    }
  }
}

/** Summed over booked hours, rows of zeros dropped. */
export function totals(rows: BookedRows): Figures {
  const sums = newFigures()
  for (const [table, booked] of rows) {
    for (const row of booked.values()) addRow(sums, table, JSON.stringify(row.dimensions), row)
  }
  return withoutZeros(sums)
}

/**
 * The same totals without any step in between: which records are applied is decided in a first
 * pass, then f of every final set is computed once. A path counts as lapsed when the final T is
 * past it, but for the person of a last record that was applied: after that record no settling
 * took place.
 */
export function batchTotals(log: readonly LogRecord[], settings: Settings): Figures {
  const admission = createAdmission(settings)
  const sums = newFigures()
  let streamTimeMs = Number.NEGATIVE_INFINITY
  let latest: AppliedEvent | undefined
  for (const record of log) {
    streamTimeMs = admission.advance(record)
    const { outcome, reason, applied } = admission.admit(record)
    book(sums, 'intake', [outcome, reason], { records: 1n })
    latest = applied
  }
  for (const [userHash, events] of admission.persons) {
    const settled = latest?.userHash === userHash ? events.filter((e) => e !== latest) : events
    const due = (set: readonly AppliedEvent[]) => streamTimeMs > lapseTimeMs(set, settings)
    const isSameEnd = (a: readonly AppliedEvent[], b: readonly AppliedEvent[]) =>
      lapseTimeMs(a, settings) === lapseTimeMs(b, settings)
    addFigures(sums, figuresOf(events, due(settled) && isSameEnd(settled, events), settings))
  }
  return withoutZeros(sums)
}

/** A row as it is published: booked hour, dimensions, lineage, partition, measures, ver. */
export function toLedgerRow(
  row: BookedRow,
  identity: { lineage: string; partition: number; generation: number },
): LedgerRow {
  const version = (BigInt(identity.generation) << 48n) | BigInt(row.offset)
  return [
    formatHour(row.bookedHour * HOUR_MS),
    ...row.dimensions,
    identity.lineage,
    identity.partition,
    ...row.measures.map(String),
    String(version),
  ]
}
