// What is produced for an event of a file or of the generator. Pure.
import type { ProducedRecord } from '../adapters/kafka/producer.ts'
import { decodeUtf8 } from '../schema/decode-utf8.ts'
import { parseTimestamp } from '../schema/timestamp.ts'

/** `value`: bytes of an NDJSON line, or the object that a row became. Its key is its user_hash. */
export function fileRecord(value: Uint8Array | object, timeMs: number): ProducedRecord {
  if (!(value instanceof Uint8Array)) {
    return { key: keyOf(value), value: Buffer.from(JSON.stringify(value)), timeMs }
  }
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.length)
  return { key: keyOf(objectOf(value)), value: bytes, timeMs }
}

/** null where there is none: such an event is refused for something else. */
function keyOf(event: unknown): Buffer | null {
  if (typeof event !== 'object' || event === null) return null
  const user = (event as { readonly user_hash?: unknown }).user_hash
  return typeof user === 'string' ? Buffer.from(user) : null
}

function objectOf(line: Uint8Array): unknown {
  const text = decodeUtf8(line)
  try {
    return text === null ? null : (JSON.parse(text) as unknown)
  } catch {
    return null
  }
}

const TIMESTAMP = /"timestamp":("[^"]*"|\d+)/

/**
 * A line of the generator whose time is moved by `shiftMs`, written as it was; a line without a
 * valid time stays as it is.
 */
export function shiftedToNow(line: string, shiftMs: number): string {
  const stamp = TIMESTAMP.exec(line)?.[1]
  if (stamp === undefined) return line
  const isIso = stamp.startsWith('"')
  const timeMs = parseTimestamp(isIso ? stamp.slice(1, -1) : Number(stamp))
  if (timeMs === -1) return line
  const moved = timeMs + shiftMs
  const text = isIso ? `"${new Date(moved).toISOString()}"` : String(moved)
  return line.replace(TIMESTAMP, `"timestamp":${text}`)
}
