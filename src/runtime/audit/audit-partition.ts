// One partition, audited while a worker may go on: Redis against ClickHouse against a replay of the
// log through the core, from the lineage's base to the state's position. Nothing is written, nobody
// is disturbed.
import type { Settings } from '../../core/settings.ts'
import { TributaryError } from '../../ports/errors.ts'
import type { RecordSource, SourceRecord } from '../../ports/record-source.ts'
import type { PartitionMeta } from '../../ports/state-store.ts'
import { parsePartitionCounts } from '../../schema/partition-counts.ts'
import type { PartitionerName } from '../../schema/partitioners.ts'
import { createRecordParser } from '../../schema/record.ts'
import { judgeClosed, judgeOpen, judgeStores } from './judge.ts'
import type { AuditDifference } from './judge.ts'
import { Replay } from './replay.ts'
import { ReplayImpossible, replayLog } from './replay-log.ts'
import type { AuditRows } from './rows.ts'
import { publishedRows, takeSnapshot } from './snapshot.ts'
import type { Snapshot, Stores } from './snapshot.ts'
import { lineageState, replayedState, stateDifference, storedState } from './state.ts'

export interface AuditOptions extends Stores {
  readonly source: Pick<RecordSource, 'read' | 'bounds'>
  readonly settings: Settings
  readonly fingerprint: string
  readonly partitioner: PartitionerName
  /** Told the offsets that are replayed, of so many. */
  readonly onProgress?: (replayed: number, total: number) => void
}

export interface PartitionAudit {
  readonly partition: number
  /** null: there is no state. */
  readonly lineage: string | null
  /** The records that the state was made of: [from, to). */
  readonly from: number
  readonly to: number
  /** '': the log was replayed; else why not, so that Redis and ClickHouse were compared alone. */
  readonly notReplayed: string
  /** Rows looked at in each store. */
  readonly rows: { readonly redis: number; readonly clickhouse: number }
  /** Of closed hours not more than `DIFFERENCES_MAX`. */
  readonly differences: readonly AuditDifference[]
  readonly differencesInAll: number
}

/** So many rows of closed hours are compared at a time. */
const CLOSED_ROWS_MAX = 20_000
/** Of more differences in closed hours only the number is kept. */
const DIFFERENCES_MAX = 10_000

/**
 * Throws TributaryError: a service that does not answer, or settings that are not those of the
 * state.
 */
export async function auditPartition(options: AuditOptions): Promise<PartitionAudit> {
  const { partition, settings, source } = options
  const snapshot = await takeSnapshot(options, settings)
  if (snapshot === null) return auditNothing(options)
  expectSettings(options, snapshot.after)
  const { before, after } = snapshot
  const state = [...storedState(partition, snapshot), ...(await lineageState(options, snapshot))]
  const rows = { redis: snapshot.redis.size, clickhouse: snapshot.clickhouse.size }
  const found = { partition, lineage: after.lineage, from: before.baseOffset, to: after.next }
  try {
    const { low } = await source.bounds(partition)
    if (low > before.baseOffset) {
      const begins = `the log begins at ${low}, after the lineage's base ${before.baseOffset}`
      throw new ReplayImpossible(begins)
    }
    const closed = new ClosedHours(options, snapshot)
    const replay = new Replay(planOf(options, snapshot))
    const last = await replayInto(options, { snapshot, replay, closed })
    await closed.compare(snapshot.openFrom - 1)
    const differences = [
      ...state,
      ...replayedState(partition, snapshot, { replay, last }),
      ...closed.differences,
      ...judgeOpen(snapshot, replay),
    ]
    const clickhouse = rows.clickhouse + closed.rows
    const differencesInAll = differences.length + closed.left
    const result = { ...found, notReplayed: '', differences, differencesInAll }
    return { ...result, rows: { ...rows, clickhouse } }
  } catch (error) {
    if (!(error instanceof ReplayImpossible)) throw error
    const differences = [...state, ...judgeStores(snapshot)]
    const differencesInAll = differences.length
    return { ...found, notReplayed: error.message, rows, differences, differencesInAll }
  }
}

/** What has not begun is not known to ClickHouse either. */
async function auditNothing({ topic, partition, ledger }: AuditOptions): Promise<PartitionAudit> {
  const rows = await ledger.progress(topic, partition)
  const lineages = await ledger.lineages(topic, partition)
  const isRetired = (one: string): boolean =>
    lineages.some(({ lineage, status }) => lineage === one && status === 'retired')
  const known = rows.filter(({ lineage }) => !isRetired(lineage))
  const differences = known.map(({ lineage, flushedThrough }) =>
    stateDifference(partition, `lineage ${lineage}`, {
      redis: null,
      clickhouse: `published through offset ${flushedThrough}`,
    }),
  )
  const nothing = { partition, lineage: null, from: 0, to: 0, rows: { redis: 0, clickhouse: 0 } }
  const differencesInAll = differences.length
  return { ...nothing, notReplayed: 'there is no state', differences, differencesInAll }
}

function expectSettings(
  { topic, partition, fingerprint }: AuditOptions,
  meta: PartitionMeta,
): void {
  if (meta.fingerprint === fingerprint) return
  throw new TributaryError(
    'TRIBUTARY_CONFIG',
    `The state of ${topic}/${partition} was made with other settings, or by another version.`,
    { hint: 'Run the audit with the configuration and the version of the worker.' },
  )
}

function planOf({ settings, partition }: AuditOptions, snapshot: Snapshot) {
  const { before, progress, names, openFrom, redis, clickhouse } = snapshot
  const marks = {
    redis: before.next,
    clickhouse: progress?.flushedThrough ?? before.baseOffset,
  }
  const wanted = new Set([...redis.values(), ...clickhouse.values()].map(({ offset }) => offset))
  const { goals, lineage, generation } = names
  return { settings, names: { goals, lineage, generation, partition }, openFrom, marks, wanted }
}

async function replayInto(
  options: AuditOptions,
  to: { readonly snapshot: Snapshot; readonly replay: Replay; readonly closed: ClosedHours },
): Promise<SourceRecord | null> {
  const { topic, partition, source, settings, partitioner, ledger, onProgress } = options
  const { baseOffset, partitionCounts } = to.snapshot.before
  const { next } = to.snapshot.after
  const counts = parsePartitionCounts(partitionCounts)
  const range = {
    source,
    partition,
    parser: createRecordParser(settings, { partitioner, counts }),
    skips: await ledger.skips(topic, partition),
    from: baseOffset,
    to: next,
  }
  return replayLog(range, to.replay, async (reached) => {
    await to.closed.add(to.replay.takeClosed())
    onProgress?.(reached - baseOffset, next - baseOffset)
  })
}

/** Compares hours that were left, many at a time, with what ClickHouse holds of them. */
class ClosedHours {
  readonly differences: AuditDifference[] = []
  /** How many more there are. */
  left = 0
  /** Rows that ClickHouse holds of them. */
  rows = 0
  readonly #options: AuditOptions
  readonly #lineage: string
  #hourFrom = 0
  #expected: AuditRows = new Map()

  constructor(options: AuditOptions, { after }: Snapshot) {
    this.#options = options
    this.#lineage = after.lineage
  }

  async add({ rows, through }: ReturnType<Replay['takeClosed']>): Promise<void> {
    for (const row of rows) this.#expected.set(row.key, row)
    if (this.#expected.size > CLOSED_ROWS_MAX) await this.compare(through)
  }

  /** All hours up to `hourTo`, whether or not there should be rows in them. */
  async compare(hourTo: number): Promise<void> {
    if (hourTo < this.#hourFrom) return
    const { topic, partition, ledger } = this.#options
    const range = { topic, partition, lineage: this.#lineage, hourFrom: this.#hourFrom, hourTo }
    const found = await publishedRows(ledger, range)
    this.rows += found.size
    for (const one of judgeClosed(partition, this.#expected, found)) {
      if (this.differences.length < DIFFERENCES_MAX) this.differences.push(one)
      else this.left++
    }
    this.#expected = new Map()
    this.#hourFrom = hourTo + 1
  }
}
