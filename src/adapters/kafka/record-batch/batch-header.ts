// The fixed part of a record batch, magic 2 (Kafka protocol guide, "Record Batch"):
//
//   0 baseOffset int64 · 8 length int32, of what follows · 12 partitionLeaderEpoch int32
//   16 magic int8 · 17 crc uint32, of all that follows it · 21 attributes int16
//   23 lastOffsetDelta int32 · 27 baseTimestamp int64 · 35 maxTimestamp int64
//   43 producerId int64 · 51 producerEpoch int16 · 53 baseSequence int32 · 57 records int32 · 61 …
//
// 64-bit fields are read as numbers: offsets and times stay far below 2^53.

export const HEADER_BYTES = 61
/** baseOffset and length: what stands before the bytes that `length` counts. */
export const PREFIX_BYTES = 12

const MAGIC = 16
const CODEC_MASK = 0x07
const APPEND_TIME_FLAG = 0x08
const TRANSACTIONAL_FLAG = 0x10
const CONTROL_FLAG = 0x20

export interface BatchHeader {
  readonly baseOffset: number
  readonly lastOffset: number
  readonly crc: number
  /** 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd; others are unknown. */
  readonly codec: number
  readonly isAppendTime: boolean
  readonly isTransactional: boolean
  readonly isControl: boolean
  readonly baseTimestamp: number
  readonly maxTimestamp: number
  readonly producerId: number
  readonly recordCount: number
}

export function readInt64(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * 4_294_967_296 + bytes.readUInt32BE(at + 4)
}

/** Bytes of the whole batch at `at`, by its own length field; unchecked. */
export const batchBytes = (bytes: Buffer, at: number): number =>
  PREFIX_BYTES + bytes.readInt32BE(at + 8)

export const magicOf = (bytes: Buffer, at: number): number => bytes.readInt8(at + MAGIC)

/** Of a batch of magic 2 that lies whole in `bytes` from `at` on; nothing is checked. */
export function readHeader(bytes: Buffer, at: number): BatchHeader {
  const attributes = bytes.readInt16BE(at + 21)
  const baseOffset = readInt64(bytes, at)
  return {
    baseOffset,
    lastOffset: baseOffset + bytes.readInt32BE(at + 23),
    crc: bytes.readUInt32BE(at + 17),
    codec: attributes & CODEC_MASK,
    isAppendTime: (attributes & APPEND_TIME_FLAG) !== 0,
    isTransactional: (attributes & TRANSACTIONAL_FLAG) !== 0,
    isControl: (attributes & CONTROL_FLAG) !== 0,
    baseTimestamp: readInt64(bytes, at + 27),
    maxTimestamp: readInt64(bytes, at + 35),
    producerId: readInt64(bytes, at + 43),
    recordCount: bytes.readInt32BE(at + 57),
  }
}
