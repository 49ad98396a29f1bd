// A dead letter as a Kafka message: key, value and headers as they came, and headers that say where
// it was and why it was refused, under the names that Kafka Connect gave them. What is too large
// for the topic is cut: the value first, then the headers go, then the key is cut.
import { createHash } from 'node:crypto'
import type { Message } from 'kafkajs'
import type { DeadLetter } from '../../ports/dead-letter-sink.ts'
import type { SourceRecord } from '../../ports/record-source.ts'
import { REASONS } from '../../schema/reasons.ts'

/** A record batch is more than its records. */
const BATCH_BYTES = 100
/** At most, of a record and of one header, beside their texts. */
const RECORD_BYTES = 40
const HEADER_BYTES = 10
/** What saying that something was cut takes at most. */
const CUT_BYTES = 400

type Headers = Record<string, Buffer>

export interface SizedMessage {
  readonly message: Message
  /** On the wire, at most. */
  readonly bytes: number
}

/** How many bytes of messages one send may hold, where a record batch may have `bytesMax`. */
export const roomOf = (bytesMax: number): number => Math.max(0, bytesMax - BATCH_BYTES)

/** The letter as a message of at most `room` bytes. */
export function messageOf(letter: DeadLetter, room: number): SizedMessage {
  const { record } = letter
  const whole = sized(toBuffer(record.key), toBuffer(record.value), {
    ...headersOf(record),
    ...reasonHeaders(letter),
  })
  return whole.bytes <= room ? whole : cutTo(room, letter)
}

function cutTo(room: number, letter: DeadLetter): SizedMessage {
  const { record } = letter
  const reasons = reasonHeaders(letter)
  const left = room - sized(null, null, reasons).bytes - CUT_BYTES
  const key = cut('key', toBuffer(record.key), left)
  const kept = sizeOfHeaders(headersOf(record)) + (key.bytes?.length ?? 0) <= left
  const headers = kept ? headersOf(record) : { 'tributary.headers.dropped': Buffer.from('true') }
  const used = (key.bytes?.length ?? 0) + (kept ? sizeOfHeaders(headers) : 0)
  const value = cut('value', toBuffer(record.value), left - used)
  return sized(key.bytes, value.bytes, { ...headers, ...reasons, ...key.headers, ...value.headers })
}

/** The first `most` bytes; if that is not all, headers with the whole length and SHA-256. */
function cut(name: 'key' | 'value', bytes: Buffer | null, most: number) {
  if (bytes === null || bytes.length <= most) return { bytes, headers: {} }
  const headers: Headers = {
    [`tributary.${name}.length`]: Buffer.from(String(bytes.length)),
    [`tributary.${name}.sha256`]: Buffer.from(createHash('sha256').update(bytes).digest('hex')),
  }
  return { bytes: bytes.subarray(0, Math.max(0, most)), headers }
}

function reasonHeaders({ topic, partition, record, outcome, reason }: DeadLetter): Headers {
  const texts = {
    '__connect.errors.topic': topic,
    '__connect.errors.partition': String(partition),
    '__connect.errors.offset': String(record.offset),
    '__connect.errors.exception.message': meaningOf(outcome, reason),
    'tributary.reason': reason === '' ? outcome : reason,
    'tributary.timestamp': String(record.timeMs),
  }
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, Buffer.from(text)]))
}

function meaningOf(outcome: DeadLetter['outcome'], reason: DeadLetter['reason']): string {
  if (reason !== '') return REASONS[reason].meaning
  if (outcome === 'late') return 'The event is older than stream time less `lateness`.'
  return 'The journey is full: it holds as many events as `journey_events_max` allows.'
}

/** Names that only say something where there is one: a record's own would be taken for ours. */
const SAYS_CUT = /^tributary\.(headers\.dropped|(key|value)\.(length|sha256))$/

/** kafkajs cannot write a header without a value; such a one becomes empty. */
function headersOf({ headers = {} }: SourceRecord): Headers {
  const given = Object.entries(headers).filter(([name]) => !SAYS_CUT.test(name))
  return Object.fromEntries(given.map(([name, value]) => [name, toBuffer(value) ?? Buffer.of()]))
}

function sized(key: Buffer | null, value: Buffer | null, headers: Headers): SizedMessage {
  const bytes = RECORD_BYTES + (key?.length ?? 0) + (value?.length ?? 0) + sizeOfHeaders(headers)
  return { message: { key, value, headers }, bytes }
}

const sizeOfHeaders = (headers: Headers): number =>
  Object.entries(headers).reduce(
    (sum, [name, value]) => sum + HEADER_BYTES + Buffer.byteLength(name) + value.length,
    0,
  )

const toBuffer = (bytes: Uint8Array | null): Buffer | null =>
  bytes === null ? null : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
