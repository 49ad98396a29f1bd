// What the contract makes of each record, read independently of the product: the plain reading of
// values, kafkajs' partitioner, and the oracle for stream time, late, duplicate and overflow.
import type { CoreEvent, Outcome, RejectionReason } from '../../src/core/event.ts'
import { TICK_HEADER } from '../../src/ports/tick-sink.ts'
import type { Settings } from '../../src/core/settings.ts'
import { createAdmission } from '../oracle/admit.ts'
import type { LogEvent, LogRecord } from '../oracle/log.ts'
import { judgePlainly } from '../schema/plain-contract.ts'
import { partitionOfKey } from './drawn-records.ts'
import type { TimedRecord } from './drawn-log.ts'
import type { WrittenPartition, WrittenRecord } from './written-log.ts'

/** A record that must be in the dead-letter topic, with that reason. */
export interface WantedLetter {
  readonly record: WrittenRecord
  readonly reason: string
}

export interface Verdicts {
  /** As the oracle takes it, with a rejection for each offset that was given up. */
  readonly log: readonly LogRecord[]
  /** By offset. */
  readonly letters: ReadonlyMap<number, WantedLetter>
  /** `outcome` or `rejected reason`: how often. */
  readonly counts: ReadonlyMap<string, number>
}

export function verdictsOf(
  { records, damages }: WrittenPartition,
  place: Place,
  settings: Settings,
): Verdicts {
  const byRecord = new Map<number, WrittenRecord>()
  const log: LogRecord[] = []
  const read = readerAt(place)
  for (const record of records) {
    byRecord.set(record.offset, record)
    // No record is older than an event can be; where it has no time Kafka writes -1.
    log.push({ offset: record.offset, timeMs: Math.max(FIRST_MS, record.timeMs), ...read(record) })
  }
  for (const { from, to } of damages) {
    for (let offset = from; offset < to; offset++) {
      // Time 0: what nobody can read moves no stream time.
      log.push({ offset, timeMs: 0, kind: 'rejected', reason: 'undecodable_batch' })
    }
  }
  log.sort((a, b) => a.offset - b.offset)
  const letters = new Map<number, WantedLetter>()
  const counts = new Map<string, number>()
  const admission = createAdmission(settings)
  for (const one of log) {
    admission.advance(one)
    const { outcome, reason } = admission.admit(one)
    const name = reason === '' ? outcome : `${outcome} ${reason}`
    counts.set(name, (counts.get(name) ?? 0) + 1)
    const record = byRecord.get(one.offset)
    if (record && isDead(outcome)) {
      letters.set(one.offset, { record, reason: reason === '' ? outcome : reason })
    }
  }
  return { log, letters, counts }
}

const isDead = (outcome: Outcome): boolean =>
  outcome === 'rejected' || outcome === 'late' || outcome === 'overflow'

type Content =
  | { readonly kind: 'tick' }
  | { readonly kind: 'rejected'; readonly reason: RejectionReason }
  | { readonly kind: 'event'; readonly event: LogEvent }

interface Place {
  readonly partition: number
  readonly partitions: number
}

/** Reads the records of a partition, thousands of copies of one record but once. */
function readerAt(place: Place): (record: TimedRecord) => Content {
  const known = new WeakMap<object, { readonly record: TimedRecord; readonly content: Content }>()
  return (record) => {
    const { key, value, headers } = record
    const before = value === null ? undefined : known.get(value)
    if (before?.record.key === key && before.record.headers === headers) return before.content
    const content = contentOf(record, place)
    if (value !== null) known.set(value, { record, content })
    return content
  }
}

function contentOf(
  { key, value, headers }: TimedRecord,
  { partition, partitions }: Place,
): Content {
  const isEmpty = value === null || value.length === 0
  if (isEmpty && headers.some(([name]) => name === TICK_HEADER)) return { kind: 'tick' }
  const wire = jsonOf(value)
  const event = judgePlainly(wire)
  if (typeof event === 'string') return { kind: 'rejected', reason: event }
  const fields = wire as Fields
  const userHash = String(fields['user_hash'])
  if (key === null || !key.equals(Buffer.from(userHash))) {
    return { kind: 'rejected', reason: 'key_mismatch' }
  }
  if (partitionOfKey(key, partitions) !== partition) {
    return { kind: 'rejected', reason: 'wrong_partition' }
  }
  return { kind: 'event', event: toLogEvent(event, fields) }
}

const FIRST_MS = Date.UTC(2000, 0)
type Fields = Readonly<Record<string, unknown>>
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** undefined: no JSON in UTF-8. */
function jsonOf(value: Buffer | null): unknown {
  try {
    return JSON.parse(utf8.decode(value ?? Buffer.of()))
  } catch {
    return undefined
  }
}

/** The oracle hashes ids itself. */
function toLogEvent(event: CoreEvent, wire: Fields): LogEvent {
  const metadata = (wire['metadata'] || {}) as Fields
  const transaction = Object.hasOwn(metadata, 'transaction_id') ? metadata['transaction_id'] : ''
  return {
    ...event,
    eventId: String(wire['event_id']),
    userHash: String(wire['user_hash']),
    transactionId: typeof transaction === 'string' ? transaction : '',
  }
}
