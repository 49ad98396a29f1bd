// Taking a partition over: become the owner, verify that state, ledger and log belong together, and
// read back what the core needs in memory. Journeys are read on demand.
import { restoreLedger } from '../core/changes.ts'
import { Partition } from '../core/partition.ts'
import { lineageOf, recordFingerprint } from '../schema/lineage.ts'
import type { LedgerSink } from '../ports/ledger-sink.ts'
import type { PartitionMeta, StateStore } from '../ports/state-store.ts'
import { Fenced, PartitionHalt } from './halt.ts'
import type { LogView, PartitionOptions } from './partition-options.ts'

export interface Acquired {
  readonly token: string
  readonly meta: PartitionMeta
  readonly partition: Partition
}

/** Throws PartitionHalt where an operator must decide, Fenced where another was faster. */
export async function acquire(options: PartitionOptions, log: LogView): Promise<Acquired> {
  const token = options.random.token(16)
  try {
    const acquired = await takeOver(options, log, token)
    await expectOwner(options.store, token)
    return acquired
  } catch (error) {
    if (error instanceof PartitionHalt) await expectOwner(options.store, token)
    throw error
  }
}

async function takeOver(options: PartitionOptions, log: LogView, token: string): Promise<Acquired> {
  const { store, settings } = options
  const found = await store.acquire(token)
  const meta = found ?? (await begin(options, log, token))
  await verify(meta, options, log)
  const partition = new Partition(settings)
  const entries = await store.loadDictionary()
  if (entries.length !== meta.dictionary) {
    throw new PartitionHalt(
      'state_incomplete',
      `the dictionary has ${entries.length} entries, ${meta.dictionary} were written`,
    )
  }
  partition.dictionary.restore(entries)
  restoreLedger(partition.ledger, await store.loadLedger())
  partition.streamTimeMs = meta.streamTimeMs
  partition.journeysHeld = meta.journeys
  partition.journeysBegun = meta.journeysBegun
  return { token, meta, partition }
}

/**
 * Reads that follow each other are of one moment only while nobody else owns the partition: else
 * what was read may be wrong, or look like damage.
 */
async function expectOwner(store: StateStore, token: string): Promise<void> {
  if ((await store.owner()).token === token) return
  throw new Fenced('another worker took the partition meanwhile')
}

/** Creates the state of a partition that nobody has known before. */
async function begin(
  options: PartitionOptions,
  log: LogView,
  token: string,
): Promise<PartitionMeta> {
  const { topic, partition, clusterId } = options
  if (await isKnown(options.ledger, options, log)) {
    throw new PartitionHalt(
      'state_missing',
      `there is no state for ${topic}/${partition}, but ClickHouse or the consumer group knows it`,
    )
  }
  const baseOffset = log.bounds.low
  const meta: PartitionMeta = {
    next: baseOffset,
    streamTimeMs: 0,
    lineage: lineageOf({ clusterId, topic, partition, baseOffset, earlier: 0 }),
    baseOffset,
    generation: options.generation,
    fingerprint: options.fingerprint,
    dueFromHour: 0,
    journeys: 0,
    journeysBegun: 0,
    dictionary: 0,
    lastRecord: '',
  }
  if ((await options.store.create(token, meta)) === 'fenced') {
    throw new Fenced('another worker created the state')
  }
  return meta
}

async function isKnown(
  ledger: LedgerSink,
  { topic, partition }: PartitionOptions,
  log: LogView,
): Promise<boolean> {
  if (log.groupNext !== null && log.groupNext > log.bounds.low) return true
  return (await ledger.progress(topic, partition)).length > 0
}

async function verify(meta: PartitionMeta, options: PartitionOptions, log: LogView): Promise<void> {
  if (meta.fingerprint !== options.fingerprint || meta.generation !== options.generation) {
    throw new PartitionHalt(
      'settings_changed',
      'the settings or the logic that the numbers depend on differ from those of the state',
    )
  }
  const { low, high } = log.bounds
  if (meta.next < low) {
    throw new PartitionHalt('before_log_start', `next is ${meta.next}, the log starts at ${low}`)
  }
  if (meta.next > high) {
    throw new PartitionHalt('beyond_log_end', `next is ${meta.next}, the log ends at ${high}`)
  }
  if (meta.lastRecord === '') return
  const offset = Number(meta.lastRecord.slice(0, meta.lastRecord.indexOf(':')))
  const record = offset < low ? null : await log.readAt(offset)
  if (record !== null && recordFingerprint(record) !== meta.lastRecord) {
    throw new PartitionHalt('record_differs', `the record at offset ${offset} is another`)
  }
}
