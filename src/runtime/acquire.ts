// Taking a partition over: become the owner, verify that state, ledger and log belong together, and
// read back what the core needs in memory. Journeys are read on demand.
import { restoreLedger } from '../core/changes.ts'
import { hourOf } from '../core/journey-layout.ts'
import { Partition } from '../core/partition.ts'
import { recordFingerprint } from '../schema/lineage.ts'
import type { PartitionMeta, StateStore } from '../ports/state-store.ts'
import { firstMeta } from './first-meta.ts'
import { Fenced, PartitionHalt } from './halt.ts'
import { openDueLists } from './loading.ts'
import { isOtherTopic } from './other-topic.ts'
import type { LogView, PartitionOptions } from './partition-options.ts'
import { evictionHalt, expectTopic } from './topic-refusal.ts'

export interface Acquired {
  readonly token: string
  readonly meta: PartitionMeta
  readonly partition: Partition
}

/** Throws PartitionHalt where an operator must decide, Fenced where another was faster. */
export async function acquire(options: PartitionOptions, log: LogView): Promise<Acquired> {
  const token = options.random.token(16)
  try {
    await options.probe.at('acquire')
    const acquired = await takeOver(options, log, token)
    await expectOwner(options.store, token)
    await options.probe.at('acquired')
    return acquired
  } catch (error) {
    if (error instanceof PartitionHalt) await expectOwner(options.store, token)
    throw error
  }
}

async function takeOver(options: PartitionOptions, log: LogView, token: string): Promise<Acquired> {
  const { store, probe } = options
  const found = await store.acquire(token)
  await probe.at('owned')
  const policy = await store.evictionPolicy()
  if (policy !== null) throw evictionHalt(policy)
  const meta = found ?? (await begin(options, log, token))
  await verify(meta, options, log).catch(async (error: unknown) => {
    if (!(error instanceof PartitionHalt)) throw error
    // The log was looked at before the state was read: its owner may have gone on in between.
    await verify(meta, options, await log.again())
  })
  const partition = await loadPartition(options, meta)
  if (meta.streamTimeMs > 0) {
    await openDueLists(partition, store, meta.dueFromHour, hourOf(meta.streamTimeMs))
  }
  return { token, meta, partition }
}

/**
 * What the core needs in memory of a state that is owned. Throws PartitionHalt if parts are gone.
 */
export async function loadPartition(
  { store, settings }: Pick<PartitionOptions, 'store' | 'settings'>,
  meta: PartitionMeta,
): Promise<Partition> {
  if (meta.isTorn === true) {
    throw new PartitionHalt('state_incomplete', 'only a part of the last commit is in the store')
  }
  const partition = new Partition(settings)
  const entries = await store.loadDictionary()
  expectAll('dictionary entries', meta.dictionary, entries.length)
  expectAll('journeys', meta.journeys, await store.countJourneys())
  partition.dictionary.restore(entries)
  const hours = await store.loadLedger()
  expectAll(
    'ledger hours',
    hours.length,
    hours.filter(({ fields }) => fields.ends.length > 0).length,
  )
  restoreLedger(partition.ledger, hours)
  partition.streamTimeMs = meta.streamTimeMs
  partition.journeysHeld = meta.journeys
  partition.journeysBegun = meta.journeysBegun
  return partition
}

function expectAll(what: string, written: number, found: number): void {
  if (found === written) return
  throw new PartitionHalt('state_incomplete', `${found} of ${written} ${what} are in the store`)
}

/**
 * Reads that follow each other are of one moment only while nobody else owns the partition: else
 * what was read may be wrong, or look like damage.
 */
async function expectOwner(store: StateStore, token: string): Promise<void> {
  if ((await store.owner()).token === token) return
  throw new Fenced('another worker took the partition meanwhile, or the store started anew')
}

/** Creates the state of a partition that nobody has known before. */
async function begin(
  options: PartitionOptions,
  log: LogView,
  token: string,
): Promise<PartitionMeta> {
  const { topic, partition, ledger } = options
  const baseOffset = options.start === 'latest' ? log.bounds.high : log.bounds.low
  const counts = await ledger.partitionCounts(topic, partition)
  const skips = await ledger.skips(topic, partition)
  const first = { baseOffset, earlier: 0, generation: 1, counts, skips }
  const meta = firstMeta(options, log.facts, first)
  const isKnown =
    (log.groupNext !== null && log.groupNext > log.bounds.low) ||
    (await ledger.progress(topic, partition)).length > 0 ||
    (await ledger.lineages(topic, partition)).length > 0
  if (isKnown) {
    throw new PartitionHalt(
      'state_missing',
      `there is no state for ${topic}/${partition}, but ClickHouse or the consumer group knows it`,
    )
  }
  if ((await options.store.create(token, meta)) === 'fenced') {
    throw new Fenced('another worker created the state')
  }
  return meta
}

/** Throws PartitionHalt where state, settings, topic and log do not belong together. */
async function verify(meta: PartitionMeta, options: PartitionOptions, log: LogView): Promise<void> {
  const { low, high } = log.bounds
  if (meta.fingerprint !== options.fingerprint) {
    throw new PartitionHalt(
      'settings_changed',
      'the settings or the logic differ from those of the state',
    )
  }
  if (meta.group !== options.group) {
    const message = `the state is of group ${meta.group}, not ${options.group}`
    throw new PartitionHalt('another_group', message)
  }
  expectTopic(meta, log.facts, options)
  if (meta.next < low) {
    throw new PartitionHalt('before_log_start', `next is ${meta.next}, the log starts at ${low}`)
  }
  if (meta.next > high) {
    throw new PartitionHalt('beyond_log_end', `next is ${meta.next}, the log ends at ${high}`)
  }
  if (meta.activeAt > high) {
    const message = `the log ended at ${meta.activeAt} when the rebuild began, now at ${high}`
    throw new PartitionHalt('beyond_log_end', message)
  }
  // Where the last record tells nothing: there was none, it was trimmed, or it is the same by
  // chance.
  if (isOtherTopic(meta.topicId, log.facts.topicId)) {
    throw new PartitionHalt('record_differs', 'the topic was created anew since')
  }
  if (meta.lastRecord === '') return
  const offset = Number(meta.lastRecord.slice(0, meta.lastRecord.indexOf(':')))
  if (offset < low) return
  const record = await log.readAt(offset)
  if (record === null || recordFingerprint(record) !== meta.lastRecord) {
    throw new PartitionHalt('record_differs', `the record at offset ${offset} is another`)
  }
}
