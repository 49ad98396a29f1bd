// The records of one batch, once they are uncompressed:
//
//   length varint · attributes int8 · timestampDelta varlong · offsetDelta varint
//   keyLength varint · key · valueLength varint · value · headers varint · headers …
//
// Keys and values are views of the batch's buffer: whoever keeps one keeps that buffer. Everything
// is checked against its neighbours, so a batch is taken whole or not at all.
import type { SourceRecord } from '../../../ports/record-source.ts'
import { BatchDefect } from './batch-defect.ts'
import type { BatchHeader } from './batch-header.ts'
import { RecordCursor } from './record-cursor.ts'

/** A record without key, value and headers. */
const RECORD_BYTES_MIN = 7
// A byte-order mark belongs to a name like any other character.
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/**
 * Appends the records at `from` and above to `out`. Throws BatchDefect; `out` may then hold some of
 * this batch.
 */
export function decodeRecords(
  bytes: Uint8Array,
  header: BatchHeader,
  from: number,
  out: SourceRecord[],
): void {
  const { recordCount, baseOffset, lastOffset, baseTimestamp } = header
  if (recordCount < 0 || recordCount * RECORD_BYTES_MIN > bytes.length) {
    throw new BatchDefect(`${recordCount} records cannot lie in ${bytes.length} bytes`)
  }
  const cursor = new RecordCursor(bytes)
  let before = baseOffset - 1
  for (let i = 0; i < recordCount; i++) {
    const length = cursor.varint()
    const end = cursor.at + length
    if (!(length >= 0 && end <= bytes.length)) {
      throw new BatchDefect(`record ${i + 1} of ${recordCount} leads out of its batch`)
    }
    cursor.at++
    const timestampDelta = cursor.varlong()
    const offset = baseOffset + cursor.varint()
    const key = cursor.slice(cursor.varint())
    const value = cursor.slice(cursor.varint())
    const headers = cursor.varint()
    if (!(offset > before && offset <= lastOffset)) {
      throw new BatchDefect(`record ${i + 1} of ${recordCount} has an offset out of order`)
    }
    before = offset
    const timeMs = header.isAppendTime ? header.maxTimestamp : baseTimestamp + timestampDelta
    const named = headers === 0 ? null : decodeHeaders(cursor, headers, end)
    if (cursor.at !== end) {
      throw new BatchDefect(`record ${i + 1} of ${recordCount} has another length than it says`)
    }
    if (offset < from) continue
    out.push(
      named === null
        ? { offset, timeMs, key, value }
        : { offset, timeMs, key, value, headers: named },
    )
  }
  if (cursor.at !== bytes.length) {
    throw new BatchDefect(`there is more in the batch than its ${recordCount} records`)
  }
}

/** Of a name given more than once the last counts. */
function decodeHeaders(
  cursor: RecordCursor,
  count: number,
  end: number,
): Record<string, Uint8Array | null> {
  // Names are the producer's: `__proto__` is one like any other.
  const headers = Object.create(null) as Record<string, Uint8Array | null>
  for (let i = 0; i < count; i++) {
    const name = cursor.slice(cursor.varint())
    const value = cursor.slice(cursor.varint())
    if (name === null || cursor.at > end) throw new BatchDefect('a header leads out of its record')
    headers[utf8.decode(name)] = value
  }
  if (count < 0) throw new BatchDefect('a record has less than no headers')
  return headers
}
