// The log of each partition as it will be written: records with their times, in batches of every
// size and codec, within transactions that are committed or aborted, and batches that nobody can
// decode. Times move from 29 days ago to yesterday: far enough that paths lapse, not so far that
// anything is forgotten of persons with many events, so that the oracle's overflow counts.
import { createDraws } from '../../src/adapters/generator/random.ts'
import type { Draws } from '../../src/adapters/generator/random.ts'
import { TICK_HEADER } from '../../src/ports/tick-sink.ts'
import { drawEvent } from './drawn-events.ts'
import { drawRecords, partitionOfKey } from './drawn-records.ts'
import type { DrawnRecord } from './drawn-records.ts'

export interface TimedRecord extends Omit<DrawnRecord, 'partition'> {
  readonly timeMs: number
}

/** Why nobody can decode it: damaged on the disk, of another codec, or inflating too much. */
export const DAMAGES = ['checksum', 'codec', 'inflating'] as const
export type Damage = (typeof DAMAGES)[number]

export interface DrawnBatch {
  readonly partition: number
  readonly records: readonly TimedRecord[]
  /** Kafka's number of the codec: none, gzip, snappy. */
  readonly codec: 0 | 1 | 2
  /** Written within a transaction that ends like this. */
  readonly transaction: 'commit' | 'abort' | null
  readonly damage: Damage | null
}

export interface LogPlan {
  readonly seed: number
  readonly records: number
  readonly partitions: number
  /** Until yesterday. */
  readonly endMs: number
}

const DAY_MS = 86_400_000
const SPAN_MS = 29 * DAY_MS
/** Records of one person on average: what the oracle does grows with its square. */
const RECORDS_PER_PERSON = 30
const BATCH_RECORDS_MAX = 300
const COPIES = 140_000
/** Records that come before any that has a time: stream time begins in 2000. */
const TIMELESS = 40
/** A person due by the end is settled by these. */
const LAST_TICKS = 8
/** Every partition but the first gets a batch of each damage in turn, once in so many records. */
const DAMAGED_EVERY = 100_000

/** Batch by batch in the order in which they are to be written. */
export function* drawLog(plan: LogPlan): Generator<DrawnBatch> {
  const { seed, records, partitions, endMs } = plan
  const draws = createDraws(seed ^ 0x5bd1)
  const source = drawRecords(seed, Math.ceil(records / RECORDS_PER_PERSON), partitions)
  const waiting: TimedRecord[][] = Array.from({ length: partitions }, () => [])
  const sizes = waiting.map(() => 1)
  const marks = marksOf(plan)
  yield* timeless(draws, plan)
  for (let i = 0; i < records; i++) {
    const nowMs = endMs - SPAN_MS + Math.floor((i / records) * SPAN_MS)
    const { partition, ...record } = source.next(nowMs)
    const batch = waiting[partition]!
    batch.push({ ...record, timeMs: drawTime(draws, nowMs) })
    if (batch.length >= sizes[partition]!) {
      yield undamaged(draws, partition, batch.splice(0))
      sizes[partition] = draws.chance(200_000) ? 1 : draws.between(1, BATCH_RECORDS_MAX)
    }
    for (const mark of marks.filter(({ at }) => at === i)) yield mark.batch(nowMs)
  }
  for (const [partition, batch] of waiting.entries()) {
    if (batch.length > 0) yield undamaged(draws, partition, batch)
    yield { ...PLAIN, partition, records: Array.from({ length: LAST_TICKS }, () => tick(endMs)) }
  }
}

const PLAIN = { codec: 0, transaction: null, damage: null } as const

/** The record's time: now and then one that a broken clock gave, or none (-1), but none ahead. */
function drawTime(draws: Draws, nowMs: number): number {
  if (!draws.chance(5_000)) return nowMs
  return draws.pick([-1, 0, 1, nowMs - 40 * DAY_MS, nowMs - DAY_MS, 946_684_799_999])
}

function undamaged(draws: Draws, partition: number, all: readonly TimedRecord[]): DrawnBatch {
  const codec = draws.pick([0, 0, 1, 2] as const)
  const isSmall = all.every(({ key, value }) => (key?.length ?? 0) + (value?.length ?? 0) < 1e5)
  const isTransaction = isSmall && draws.chance(150_000)
  if (!isTransaction) return { ...PLAIN, partition, records: all, codec }
  // kafkajs writes no header without a value.
  const records = all.map((record) => ({ ...record, headers: [] }))
  return { ...PLAIN, partition, records, codec, transaction: draws.pick(['commit', 'abort']) }
}

interface Mark {
  readonly at: number
  readonly batch: (nowMs: number) => DrawnBatch
}

/** What comes at its place in the log whatever is drawn. */
function marksOf({ seed, records, partitions }: LogPlan): Mark[] {
  const marks: Mark[] = [
    { at: records >> 1, batch: (nowMs) => copies(`${seed}-copies`, partitions, nowMs) },
  ]
  const rounds = Math.ceil(records / DAMAGED_EVERY)
  for (let round = 0; round < rounds; round++) {
    for (let partition = 1; partition < partitions; partition++) {
      const damage = DAMAGES[(partition - 1 + round) % DAMAGES.length]!
      const at = Math.floor(((round + 0.4 + 0.1 * partition) / rounds) * records)
      marks.push({ at, batch: (nowMs) => damaged(partition, damage, nowMs) })
    }
  }
  return marks
}

/** Of persons that do not come again: what they did will soon be forgotten. */
function* timeless(draws: Draws, { seed, partitions, endMs }: LogPlan): Generator<DrawnBatch> {
  let ids = 0
  const crowd = { persons: 1, nextId: () => `${seed}-timeless-${ids++}` }
  for (let i = 0; i < TIMELESS; i++) {
    const userHash = `timeless-${seed}-${i}`
    const key = Buffer.from(userHash)
    const wire = { ...drawEvent(draws, crowd, endMs), user_hash: userHash }
    const value = Buffer.from(JSON.stringify(wire))
    const records = [{ key, value, headers: [], timeMs: -1 }]
    yield { ...PLAIN, partition: partitionOfKey(key, partitions), records }
  }
}

/** One event, 140,000 times in one batch: one is applied, and none is a dead letter. */
function copies(id: string, partitions: number, nowMs: number): DrawnBatch {
  const key = Buffer.from(`${id}-person`)
  const wire = { event_id: id, user_hash: String(key), timestamp: nowMs, channel: 'email' }
  const value = Buffer.from(JSON.stringify({ ...wire, action_type: 'view' }))
  const one: TimedRecord = { key, value, headers: [], timeMs: nowMs }
  const all = Array.from({ length: COPIES }, () => one)
  return { ...PLAIN, partition: partitionOfKey(key, partitions), records: all, codec: 1 }
}

const ZEROS = Buffer.alloc(35_000_000)

function damaged(partition: number, damage: Damage, nowMs: number): DrawnBatch {
  const value = damage === 'inflating' ? ZEROS : Buffer.from('{}')
  const one: TimedRecord = { key: null, value, headers: [], timeMs: nowMs }
  const codec = damage === 'inflating' ? 1 : 0
  return { ...PLAIN, partition, records: [one, one, one], codec, damage }
}

const tick = (timeMs: number): TimedRecord => {
  const headers = [[TICK_HEADER, Buffer.from('1')]] as const
  return { key: null, value: Buffer.of(), headers, timeMs }
}
