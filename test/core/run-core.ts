// Drives the core alone over a log: every journey is in memory, every due list open.
import type { CoreRecord } from '../../src/core/partition.ts'
import { Partition } from '../../src/core/partition.ts'
import { ledgerRow } from '../../src/core/ledger-row.ts'
import type { Outcome, RejectionReason } from '../../src/core/event.ts'
import type { Settings } from '../../src/core/settings.ts'
import { TABLES } from '../../src/core/tables.ts'
import type { LedgerRow } from '../../src/core/tables.ts'
import { toCoreEvent } from '../logs/to-core-event.ts'
import type { LogRecord } from '../oracle/log.ts'

export const IDENTITY = { lineage: '42', partition: 3, generation: 1 }

export interface CoreRun {
  readonly partition: Partition
  readonly outcomes: readonly Outcome[]
}

/** A log record as the core takes it. */
export function toCoreRecord(record: LogRecord): CoreRecord {
  const { offset, timeMs } = record
  if (record.kind === 'event') return { offset, timeMs, content: toCoreEvent(record.event) }
  if (record.kind === 'tick') return { offset, timeMs, content: 'tick' }
  return { offset, timeMs, content: record.reason as RejectionReason }
}

export function runCore(
  log: readonly LogRecord[],
  settings: Settings,
  options: { usesFastPath?: boolean } = {},
): CoreRun {
  const partition = new Partition(settings)
  partition.usesFastPath = options.usesFastPath ?? true
  partition.due.openedThrough = Number.MAX_SAFE_INTEGER
  const outcomes = log.map((record) => applyInMemory(partition, toCoreRecord(record)))
  return { partition, outcomes }
}

export function applyInMemory(partition: Partition, record: CoreRecord): Outcome {
  for (;;) {
    const outcome = partition.apply(record)
    if (outcome !== null) return outcome
    const { persons, at } = partition.missing!
    partition.journeys.add(persons[at]!, persons[at + 1]!, persons[at + 2]!, persons[at + 3]!)
  }
}

/** All booked rows as published, as sorted JSON texts per table. */
export function publishedRows(partition: Partition): Map<string, string[]> {
  const names = {
    ...IDENTITY,
    dictionary: partition.dictionary,
    goals: partition.settings.goals.map((goal) => goal.name),
  }
  const rows = new Map(TABLES.map((spec) => [spec.name as string, [] as LedgerRow[]]))
  for (const { hour, tables } of partition.ledger.hours.values()) {
    tables.forEach((booked, table) => {
      for (let row = 0; row < booked.rows.count; row++) {
        rows.get(TABLES[table]!.name)!.push(ledgerRow(table, booked, row, hour, names))
      }
    })
  }
  return new Map([...rows].map(([name, list]) => [name, list.map((r) => JSON.stringify(r)).sort()]))
}
