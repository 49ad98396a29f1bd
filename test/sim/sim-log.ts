// The topic: the production twin of a Kafka log, and beside it every record that was ever written,
// also of a log that has been trimmed since, or whose topic has been created anew. A time in the
// life of the topic, from one creation to the next, is an epoch.
import { MemoryLog } from '../../src/adapters/memory/memory-log.ts'
import type {
  LogRead,
  SourceRecord,
  TopicFacts,
  UndecodableBatch,
} from '../../src/ports/record-source.ts'
import { TICK_HEADER } from '../../src/ports/tick-sink.ts'
import { partitionOf } from '../../src/schema/partitioners.ts'
import type { PlannedRecord } from './plan.ts'
import { patientClock } from '../runtime/patient-clock.ts'

export const TOPIC = 'events'
const FIRST_MS = Date.UTC(2026, 0, 1)
const TICK_HEADERS = { [TICK_HEADER]: null }

/** What was written at the offsets from `from` on. */
export type Written =
  | { readonly kind: 'record'; readonly record: SourceRecord }
  | {
      readonly kind: 'undecodable'
      readonly from: number
      readonly to: number
      /** What those see who can decode it after all. */
      readonly hidden: readonly SourceRecord[]
      /** An operator has given it up. */
      isSkipped: boolean
      /** Whoever reads from now on can decode it. */
      isDecodable: boolean
    }

export interface SimLogOptions {
  readonly partitions: number
  readonly hasTopicIds: boolean
  readonly now: () => number
}

export class SimLog {
  readonly log: MemoryLog
  /** By epoch, by partition. */
  readonly #written: Written[][][] = []
  /** The topic's id in each epoch. */
  readonly #ids: string[] = []
  readonly #waiting = new Set<() => void>()
  partitions: number
  readonly #hasTopicIds: boolean

  constructor({ partitions, hasTopicIds, now }: SimLogOptions) {
    this.partitions = partitions
    this.#hasTopicIds = hasTopicIds
    this.log = new MemoryLog({
      topic: TOPIC,
      clock: patientClock(now),
      facts: { clusterId: 'cluster', partitions, isCompacted: false, isCreateTime: false },
      recordsMax: 50,
      waitMs: 0,
    })
    this.#begin()
  }

  #begin(): void {
    this.#written.push([])
    this.#ids.push(this.log.factsNow().topicId)
  }

  get epoch(): number {
    return this.#written.length - 1
  }

  /** When the topic had that id; the present where it has none. */
  epochOf(topicId: string): number {
    return topicId === '' ? this.epoch : this.#ids.indexOf(topicId)
  }

  written(epoch: number, partition: number): readonly Written[] {
    return this.#written[epoch]![partition] ?? []
  }

  /** As its producer sends it: to the partition of its key among those there are now. */
  produce(record: PlannedRecord): void {
    const { key, value, timeMs, beside, gapBefore, gap, isTick } = record
    const bytes = key === null ? null : Buffer.from(key)
    const own = bytes === null ? 0 : partitionOf(bytes, 'murmur2', this.partitions)
    const partition = (own + beside) % this.partitions
    if (gapBefore > 0) this.log.appendGap(partition, gapBefore)
    this.append(partition, {
      timeMs,
      key: bytes,
      value: value === null ? null : Buffer.from(value),
      ...(isTick ? { headers: TICK_HEADERS } : {}),
    })
    if (gap > 0) this.log.appendGap(partition, gap)
  }

  append(partition: number, record: Omit<SourceRecord, 'offset'>): void {
    const offset = this.log.append(partition, record)
    this.#write(partition, { kind: 'record', record: Object.assign({}, record, { offset }) })
  }

  appendTick(partition: number, timeMs: number): void {
    this.append(partition, { timeMs, key: null, value: null, headers: TICK_HEADERS })
  }

  appendUndecodable(partition: number, offsets: number): UndecodableBatch {
    const from = this.log.bounds(partition).high
    const batch = { from, to: from + offsets, why: 'CRC mismatch' }
    this.log.appendUndecodable(partition, offsets, batch.why)
    const hidden = Array.from({ length: offsets }, (_, i) => this.#hidden(partition, from + i))
    const flags = { isSkipped: false, isDecodable: false }
    this.#write(partition, { kind: 'undecodable', from, to: batch.to, hidden, ...flags })
    return batch
  }

  /** Deleted and created again, empty. */
  recreate(): void {
    this.log.recreate(this.partitions)
    this.#begin()
    this.#wake()
  }

  grow(partitions: number): void {
    this.log.addPartitions(partitions)
    this.partitions += partitions
  }

  /** Record time of the last record, or a time before every other. */
  lastTimeMs(partition: number): number {
    const last = this.written(this.epoch, partition).findLast(({ kind }) => kind === 'record')
    return last?.kind === 'record' ? last.record.timeMs : FIRST_MS
  }

  /** The latest record time there is. */
  latestMs(partition: number): number {
    const times = this.written(this.epoch, partition).map((one) =>
      one.kind === 'record' ? one.record.timeMs : 0,
    )
    return Math.max(0, ...times)
  }

  /** Whether a record in [from, to) is of a time after `timeMs`. */
  isAhead(partition: number, from: number, to: number, timeMs: number): boolean {
    return this.written(this.epoch, partition).some(
      (one) =>
        one.kind === 'record' &&
        one.record.timeMs > timeMs &&
        one.record.offset >= from &&
        one.record.offset < to,
    )
  }

  facts(): TopicFacts {
    const facts = this.log.factsNow()
    return this.#hasTopicIds ? facts : { ...facts, topicId: '' }
  }

  async read(partition: number, from: number, recordsMax: number): Promise<LogRead> {
    const read = this.#decoded(partition, await this.#named(partition, from))
    const { records } = read.span
    if (records.length <= recordsMax) return read
    const kept = records.slice(0, recordsMax)
    // A gap behind the last one may begin the next read as well as end this one.
    const { offset } = kept.at(-1)!
    const to = offset % 2 === 0 ? offset + 1 : records[recordsMax]!.offset
    return { ...read, span: { ...read.span, to, records: kept }, undecodable: null }
  }

  async #named(partition: number, from: number): Promise<LogRead> {
    const read = await this.log.read(partition, from)
    return this.#hasTopicIds ? read : { ...read, topicId: '' }
  }

  #decoded(partition: number, read: LogRead): LogRead {
    const { undecodable, span } = read
    const batch = this.written(this.epoch, partition).find(
      (one) => one.kind === 'undecodable' && one.to === undecodable?.to && one.isDecodable,
    )
    if (batch?.kind !== 'undecodable') return read
    const records = [...span.records, ...batch.hidden.filter(({ offset }) => offset >= span.to)]
    return { ...read, span: { ...span, to: batch.to, records }, undecodable: null }
  }

  #hidden(partition: number, offset: number): SourceRecord {
    const key = 'person-0'
    const timeMs = this.lastTimeMs(partition)
    const event = { event_id: `hidden-${offset}`, user_hash: key, timestamp: timeMs }
    const value = JSON.stringify({ ...event, channel: 'email', action_type: 'view' })
    return { offset, timeMs, key: Buffer.from(key), value: Buffer.from(value) }
  }

  /** Calls once, when something is written anywhere; the answer takes that back. */
  onWrite(call: () => void): () => void {
    this.#waiting.add(call)
    return () => void this.#waiting.delete(call)
  }

  #write(partition: number, written: Written): void {
    const of = this.#written.at(-1)!
    of[partition] ??= []
    of[partition].push(written)
    this.#wake()
  }

  #wake(): void {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const call of waiting) call()
  }
}
