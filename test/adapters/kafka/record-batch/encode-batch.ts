// Record batches as tests need them: right in every detail, or wrong in one that the test names.
import { gzipSync } from 'node:zlib'
import { compress } from 'snappyjs'
import { crc32c } from '../../../../src/adapters/kafka/record-batch/crc32c.ts'

export interface BatchRecord {
  readonly offsetDelta?: number
  readonly timeDelta?: number
  readonly key?: Buffer | null
  readonly value?: Buffer | null
  readonly headers?: readonly (readonly [string, Buffer | null])[]
}

export interface BatchOptions {
  readonly baseOffset?: number
  readonly records?: readonly BatchRecord[]
  /** Default: of the last record, else -1 as of none. */
  readonly lastOffsetDelta?: number
  readonly recordCount?: number
  readonly codec?: number
  /** What stands behind the header, instead of the records. */
  readonly content?: Buffer
  readonly isAppendTime?: boolean
  readonly baseTimestamp?: number
  readonly maxTimestamp?: number
  /** Present: part of a transaction of this producer. */
  readonly producerId?: number
  readonly isControl?: boolean
  readonly magic?: number
}

export function encodeBatch(options: BatchOptions): Buffer {
  const { records = [], codec = 0, baseOffset = 0, magic = 2 } = options
  const content = options.content ?? packed(codec, encodeRecords(records))
  const lastDelta = records.at(-1)?.offsetDelta ?? records.length - 1
  const batch = Buffer.alloc(61 + content.length)
  batch.writeBigInt64BE(BigInt(baseOffset), 0)
  batch.writeInt32BE(batch.length - 12, 8)
  batch.writeInt8(magic, 16)
  const { isAppendTime = false, producerId, isControl = false } = options
  const flags = (isAppendTime ? 8 : 0) + (producerId === undefined ? 0 : 16) + (isControl ? 32 : 0)
  batch.writeInt16BE(codec + flags, 21)
  batch.writeInt32BE(options.lastOffsetDelta ?? lastDelta, 23)
  batch.writeBigInt64BE(BigInt(options.baseTimestamp ?? 0), 27)
  batch.writeBigInt64BE(BigInt(options.maxTimestamp ?? 0), 35)
  batch.writeBigInt64BE(BigInt(producerId ?? -1), 43)
  batch.writeInt32BE(options.recordCount ?? records.length, 57)
  content.copy(batch, 61)
  return sealed(batch)
}

/** With the checksum of what it holds now. */
export function sealed(batch: Buffer): Buffer {
  batch.writeUInt32BE(crc32c(batch, 21), 17)
  return batch
}

/** The marker that ends a producer's transaction, at an offset. */
export const encodeMarker = (baseOffset: number, producerId: number, end: 'abort' | 'commit') =>
  encodeBatch({
    baseOffset,
    producerId,
    isControl: true,
    records: [{ key: Buffer.from([0, 0, 0, end === 'commit' ? 1 : 0]), value: Buffer.alloc(6) }],
  })

export function packed(codec: number, content: Buffer): Buffer {
  if (codec === 1) return gzipSync(content)
  if (codec === 2) return compress(content)
  return content
}

export function encodeRecords(records: readonly BatchRecord[]): Buffer {
  const parts: Buffer[] = []
  for (const [i, record] of records.entries()) {
    const { offsetDelta = i, timeDelta = 0, key = null, value = null, headers = [] } = record
    const body = Buffer.concat([
      Buffer.from([0]),
      zigzag(timeDelta),
      zigzag(offsetDelta),
      sized(key),
      sized(value),
      zigzag(headers.length),
      ...headers.flatMap(([name, content]) => [sized(Buffer.from(name)), sized(content)]),
    ])
    parts.push(zigzag(body.length), body)
  }
  return Buffer.concat(parts)
}

/** So many records without key, value and headers, made fast. */
export function tinyRecords(count: number): Buffer {
  const bytes = Buffer.alloc(count * 12)
  let at = 0
  for (let i = 0; i < count; i++) {
    const offset = zigzag(i)
    at = bytes.writeUInt8((5 + offset.length) * 2, at) + 2
    at += offset.copy(bytes, at)
    // No key, no value, no headers.
    at = bytes.writeUInt8(1, at)
    at = bytes.writeUInt8(1, at) + 1
  }
  return bytes.subarray(0, at)
}

const sized = (bytes: Buffer | null): Buffer =>
  bytes === null ? zigzag(-1) : Buffer.concat([zigzag(bytes.length), bytes])

function zigzag(value: number): Buffer {
  let rest = BigInt(value) >= 0n ? BigInt(value) * 2n : BigInt(value) * -2n - 1n
  const bytes: number[] = []
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128)
    rest >>= 7n
  }
  return Buffer.from([...bytes, Number(rest)])
}
