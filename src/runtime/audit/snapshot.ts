// What Redis and ClickHouse hold of a partition that may be worked on meanwhile. Positions are read
// before and after the rows, so that of every row it is known what it may and what it must be:
// Redis holds the rows of the state at `before.next` or later, ClickHouse at least what had landed
// at `flushedThrough`, and no version read is of a record at or behind `after.next`.
import { Dictionary } from '../../core/dictionary.ts'
import { hourOf } from '../../core/journey-layout.ts'
import type { RowNames } from '../../core/ledger-row.ts'
import type { Settings } from '../../core/settings.ts'
import { TABLES } from '../../core/tables.ts'
import { TributaryError } from '../../ports/errors.ts'
import type { LedgerSink, ProgressRow } from '../../ports/ledger-sink.ts'
import type { DictionaryEntry, PartitionMeta, StateStore } from '../../ports/state-store.ts'
import { auditRow, hourText, storedRows } from './rows.ts'
import type { AuditRows } from './rows.ts'

export interface Stores {
  readonly topic: string
  readonly partition: number
  readonly store: StateStore
  readonly ledger: LedgerSink
}

export interface Snapshot {
  readonly before: PartitionMeta
  readonly after: PartitionMeta
  readonly names: RowNames
  /** null: nothing of this lineage has been published. */
  readonly progress: ProgressRow | null
  readonly dictionary: readonly DictionaryEntry[]
  /** Journeys that the store counts, while nothing moved; null: it moved. */
  readonly journeysCounted: number | null
  /** Rows in Redis, and the hours that it holds, as texts. */
  readonly redis: AuditRows
  readonly hoursHeld: ReadonlySet<string>
  /** Hours below are verified and forgotten: ClickHouse holds them as they will stay. */
  readonly openFrom: number
  /** Rows in ClickHouse of the hours from `openFrom` on. */
  readonly clickhouse: AuditRows
}

const TRIES = 5
/** 2100-01-01 23:00: no time is behind it. */
const HOUR_LAST = 1_139_591

/** null: there is no state. Throws TributaryError where a store does not answer. */
export async function takeSnapshot(stores: Stores, settings: Settings): Promise<Snapshot | null> {
  for (let left = TRIES; left > 0; left--) {
    const snapshot = await trySnapshot(stores, settings, left === 1)
    if (snapshot !== 'moved') return snapshot
  }
  const place = `${stores.topic}/${stores.partition}`
  throw new TributaryError(
    'TRIBUTARY_REDIS_UNAVAILABLE',
    `The state of ${place} was begun anew or fell back again and again while it was read.`,
    { hint: 'See why in the log of the worker; then run the audit again.' },
  )
}

/** `isLast`: an hour without rows is taken for damage, and no longer for one just forgotten. */
async function trySnapshot(
  { topic, partition, store, ledger }: Stores,
  settings: Settings,
  isLast: boolean,
): Promise<Snapshot | null | 'moved'> {
  const published = await ledger.progress(topic, partition)
  const before = (await store.owner()).meta
  if (before === null) return null
  const hours = await store.loadLedger()
  if (hours.some(({ fields }) => fields.ends.length === 0) && !isLast) return 'moved'
  const dictionary = await store.loadDictionary()
  const names = namesOf(before, partition, dictionary, settings)
  const openFrom = Math.min(hourOf(before.streamTimeMs), ...hours.map(({ hour }) => hour))
  const { lineage } = before
  const open = { topic, partition, lineage, hourFrom: openFrom, hourTo: HOUR_LAST }
  const clickhouse = await publishedRows(ledger, open)
  const counted = await store.countJourneys()
  const after = (await store.owner()).meta
  if (after === null || !isContinued(before, after)) return 'moved'
  return {
    before,
    after,
    names,
    progress: published.find((row) => row.lineage === lineage) ?? null,
    dictionary,
    journeysCounted: before.next === after.next ? counted : null,
    redis: storedRows(hours, names),
    hoursHeld: new Set(hours.map(({ hour }) => hourText(hour))),
    openFrom,
    clickhouse,
  }
}

const isContinued = (before: PartitionMeta, after: PartitionMeta): boolean =>
  after.lineage === before.lineage &&
  after.generation === before.generation &&
  after.next >= before.next

function namesOf(
  { lineage, generation, goals }: PartitionMeta,
  partition: number,
  entries: readonly DictionaryEntry[],
  settings: Settings,
): RowNames {
  const dictionary = new Dictionary(settings.dimensionValuesMax)
  dictionary.restore(entries)
  return { dictionary, goals: JSON.parse(goals) as string[], lineage, partition, generation }
}

/** All tables' rows of a range of hours. */
export async function publishedRows(
  ledger: LedgerSink,
  range: Parameters<LedgerSink['read']>[1],
): Promise<AuditRows> {
  const rows: AuditRows = new Map()
  for (const { name } of TABLES) {
    for (const row of await ledger.read(name, range)) {
      const found = auditRow(name, row)
      rows.set(found.key, found)
    }
  }
  return rows
}
