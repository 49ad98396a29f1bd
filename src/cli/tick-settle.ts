// Settling one partition: a tick at a time by which every path has ended, then as many more as
// there are persons due, each look waiting for the worker to have taken what was appended. The
// state is read beside the worker, which is idle then; nothing is written to it.
import { itemAt } from '../core/byte-list.ts'
import { dueTime } from '../core/journey-header.ts'
import { hourOf } from '../core/journey-layout.ts'
import { SETTLED_PER_TICK } from '../core/partition.ts'
import { PERSON_BYTES } from '../core/person-bytes.ts'
import type { RecordSource } from '../ports/record-source.ts'
import { TributaryError } from '../ports/errors.ts'
import type { PartitionMeta, StateStore } from '../ports/state-store.ts'
import type { TickSink } from '../ports/tick-sink.ts'

const LOOK_EVERY_MS = 250
const PERSONS_PER_LOOK = 2_000

export interface Settling {
  readonly topic: string
  readonly partition: number
  /** Record time of the ticks, epoch ms. */
  readonly tickMs: number
  readonly inactivityGapMs: number
  readonly source: Pick<RecordSource, 'bounds'>
  readonly ticks: TickSink
  readonly store: StateStore
  /** So long may pass without the worker moving on. */
  readonly patienceMs: number
  readonly sleep: (ms: number) => Promise<void>
  readonly now: () => number
  /** Told how many records the worker has still before it. */
  readonly onLeft: (partition: number, records: number) => void
}

/** Resolves to the number of ticks that were appended. @throws TRIBUTARY_WORKER_UNAVAILABLE */
export async function settlePartition(settling: Settling): Promise<number> {
  const { partition, tickMs, ticks, source, store } = settling
  let appended = 0
  for (;;) {
    const { high } = await source.bounds(partition)
    const { meta } = await store.owner()
    const isTaken = meta !== null && meta.next >= high && meta.streamTimeMs >= tickMs
    const due = isTaken ? await countDue(settling, meta) : 1
    if (due === 0) return appended
    const wanted = Math.ceil(due / SETTLED_PER_TICK)
    for (let i = 0; i < wanted; i++) await ticks.append(partition, tickMs)
    appended += wanted
    await untilTaken(settling, (await source.bounds(partition)).high)
  }
}

/** Persons that the next tick would settle. */
async function countDue(settling: Settling, meta: PartitionMeta): Promise<number> {
  const { store } = settling
  const lists = await store.loadDue(meta.dueFromHour, hourOf(meta.streamTimeMs))
  let due = 0
  for (const { hour, persons } of lists) {
    const once = distinct(persons)
    for (let at = 0; at < once.length; at += PERSONS_PER_LOOK * PERSON_BYTES) {
      const some = once.subarray(at, at + PERSONS_PER_LOOK * PERSON_BYTES)
      const journeys = await store.loadJourneys(some)
      for (let i = 0; i < journeys.ends.length; i++) {
        const bytes = itemAt(journeys, i)
        if (bytes.length === 0) continue
        const words = new Int32Array(bytes.slice().buffer)
        const dueMs = dueTime(words, 0, settling.inactivityGapMs)
        if (dueMs >= 0 && dueMs < meta.streamTimeMs && hourOf(dueMs) === hour) due++
      }
    }
  }
  return due
}

/** Who was armed twice is due once. */
function distinct(persons: Uint8Array): Uint8Array {
  const bytes = Buffer.from(persons.buffer, persons.byteOffset, persons.length)
  const seen = new Map<string, Buffer>()
  for (let at = 0; at < bytes.length; at += PERSON_BYTES) {
    const person = bytes.subarray(at, at + PERSON_BYTES)
    seen.set(person.toString('latin1'), person)
  }
  return Buffer.concat([...seen.values()])
}

async function untilTaken(settling: Settling, high: number): Promise<void> {
  const { partition, store, patienceMs, sleep, now, onLeft } = settling
  let before = -1
  let movedMs = now()
  for (;;) {
    const { meta } = await store.owner()
    const next = meta?.next ?? 0
    onLeft(partition, Math.max(0, high - next))
    if (meta !== null && next >= high) return
    if (next !== before) movedMs = now()
    before = next
    if (now() - movedMs > patienceMs) throw notConsumed(settling, meta, high)
    await sleep(LOOK_EVERY_MS)
  }
}

function notConsumed(
  { topic, partition, patienceMs }: Settling,
  meta: PartitionMeta | null,
  high: number,
): TributaryError {
  const where = meta === null ? 'there is no state of it' : `it stands at ${meta.next} of ${high}`
  return new TributaryError(
    'TRIBUTARY_WORKER_UNAVAILABLE',
    `no worker has moved ${topic}/${partition} for ${patienceMs / 1_000} s: ${where}`,
    {
      hint:
        'start `tributary run` with the same settings, or look why the partition is halted; ' +
        'then run this again',
    },
  )
}
