// Drives the core alone over a log: every journey is in memory, every due list open.
import type { CoreRecord } from '../../src/core/partition.ts'
import { Partition } from '../../src/core/partition.ts'
import { ledgerRow } from '../../src/core/ledger-row.ts'
import type { Outcome, RejectionReason } from '../../src/core/event.ts'
import { personsToBytes } from '../../src/core/person-bytes.ts'
import type { Settings } from '../../src/core/settings.ts'
import { TABLES } from '../../src/core/tables.ts'
import type { LedgerRow } from '../../src/core/tables.ts'
import { toCoreEvent } from '../logs/to-core-event.ts'
import { addRow, newFigures, withoutZeros } from '../oracle/figures.ts'
import type { Dimensions, Figures } from '../oracle/figures.ts'
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
  const partition = inMemory(settings)
  partition.usesFastPath = options.usesFastPath ?? true
  const outcomes = log.map((record) => applyInMemory(partition, toCoreRecord(record)))
  return { partition, outcomes }
}

/** A partition without a store behind it: no due list is anywhere else. */
export function inMemory(settings: Settings): Partition {
  const partition = new Partition(settings)
  partition.due.openedThrough = Number.MAX_SAFE_INTEGER
  return partition
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

/** Published rows summed over booked hours, rows of zeros dropped: what a view would show. */
export function coreTotals(partition: Partition): Figures {
  const tables = publishedRows(partition)
  const sums = newFigures()
  for (const spec of TABLES) {
    for (const published of tables.get(spec.name)!) {
      const row = JSON.parse(published) as LedgerRow
      const dimensions: Dimensions = row.slice(1, 1 + spec.dimensions.length)
      const measures = row.slice(3 + spec.dimensions.length, -1).map((text) => BigInt(String(text)))
      addRow(sums, spec.name, JSON.stringify(dimensions), { dimensions, measures })
    }
  }
  return withoutZeros(sums)
}

/** Every journey that is held, as `person bytes` in hexadecimal, sorted. */
export function journeyBytes({ journeys }: Partition): string[] {
  const dump: string[] = []
  for (let entry = 0; entry < journeys.size; entry++) {
    const length = journeys.length(entry)
    if (length === 0) continue
    const person = personsToBytes(journeys.persons, journeys.person(entry), 1)
    const page = journeys.page(entry)
    const bytes = Buffer.from(page.buffer, journeys.base(entry) * 4, length * 4)
    dump.push(`${Buffer.from(person).toString('hex')} ${bytes.toString('hex')}`)
  }
  return dump.sort()
}

/** All of that and what else a store would be given, but for the due lists: one text to compare. */
export function stateText(partition: Partition): string {
  const { journeysHeld, journeysBegun, streamTimeMs, dictionary } = partition
  const lines = [
    ...[...publishedRows(partition).values()].flat(),
    ...journeyBytes(partition),
    JSON.stringify({ journeysHeld, journeysBegun, streamTimeMs, dictionary: dictionary.size }),
  ]
  return lines.join('\n')
}
