// Fetch, version 13, of one topic by its id (Kafka protocol guide, KIP-516): a broker does not
// answer it with records of a topic of the same name that was created later, as version 11 does.
// Otherwise as in `fetch-codec.ts`; every structure ends with its tagged fields.
//
//   request   replica int32 · maxWait int32 · minBytes int32 · maxBytes int32 · isolation int8
//             session int32 · sessionEpoch int32 · [topic uuid · [partition int32
//             leaderEpoch int32 · offset int64 · lastEpoch int32 · logStart int64
//             maxBytes int32]] · [forgotten] · rack string
//   response  throttle int32 · error int16 · session int32 · [topic uuid · [partition int32
//             error int16 · highWatermark int64 · lastStable int64 · logStart int64
//             [producer int64 · first int64] · preferredReplica int32 · records bytes]]
import { FETCH_API, MAX_BYTES, NO_SESSION, READ_COMMITTED, partitionAnswer } from './fetch-codec.ts'
import type { FetchAnswer, FetchPartition, PartitionAnswer } from './fetch-codec.ts'
import { FlexibleCursor, writeLength } from './flexible-cursor.ts'
import { requestOf, responseOf } from './protocol.ts'
import type { ProtocolRequest } from './protocol.ts'

const FETCH_VERSION = 13
const REQUEST_BYTES = 64
const PARTITION_BYTES = 33

/** `topicId`: hexadecimal digits. At most 16,000 partitions. */
export function fetchByIdRequest(
  topicId: string,
  partitions: readonly FetchPartition[],
  waitMs: number,
): ProtocolRequest {
  const bytes = Buffer.alloc(REQUEST_BYTES + partitions.length * PARTITION_BYTES)
  // The first byte: no tags in the request's header, which kafkajs does not write.
  let at = bytes.writeInt32BE(-1, 1)
  for (const value of [waitMs, 1, MAX_BYTES]) at = bytes.writeInt32BE(value, at)
  at = bytes.writeInt8(READ_COMMITTED, at)
  for (const value of [NO_SESSION.id, NO_SESSION.epoch]) at = bytes.writeInt32BE(value, at)
  at = writeLength(bytes, 1, at)
  at += bytes.write(topicId, at, 'hex')
  at = writeLength(bytes, partitions.length, at)
  for (const { partition, from, bytesMax } of partitions) {
    at = bytes.writeInt32BE(partition, at)
    at = bytes.writeInt32BE(-1, at)
    at = bytes.writeBigInt64BE(BigInt(from), at)
    at = bytes.writeInt32BE(-1, at)
    at = bytes.writeBigInt64BE(-1n, at)
    at = bytes.writeInt32BE(bytesMax, at)
    at = bytes.writeUInt8(0, at)
  }
  at = bytes.writeUInt8(0, at)
  // No forgotten topics, the empty rack (only then the leader answers itself), no tags.
  for (const value of [1, 1, 0]) at = bytes.writeUInt8(value, at)
  return requestOf({ ...FETCH_API, apiVersion: FETCH_VERSION }, bytes.subarray(0, at))
}

export const fetchByIdResponse = responseOf(decodeFetch)

/** Throws a RangeError where the payload is cut short. */
function decodeFetch(payload: Buffer): FetchAnswer {
  const cursor = new FlexibleCursor(payload)
  cursor.skipTags()
  const clientSideThrottleTime = cursor.int32()
  const errorCode = cursor.int16()
  if (errorCode !== 0) throw new Error(`Fetch failed with error ${errorCode}`)
  cursor.int32()
  const partitions: PartitionAnswer[] = []
  for (let topics = cursor.length(); topics > 0; topics--) {
    cursor.uuid()
    for (let count = cursor.length(); count > 0; count--) partitions.push(decodePartition(cursor))
    cursor.skipTags()
  }
  return { clientSideThrottleTime, partitions }
}

function decodePartition(cursor: FlexibleCursor): PartitionAnswer {
  const partition = cursor.int32()
  const errorCode = cursor.int16()
  const highWatermark = cursor.int64()
  const lastStable = cursor.int64()
  const logStartOffset = cursor.int64()
  const aborted: PartitionAnswer['aborted'][number][] = []
  for (let count = cursor.length(); count > 0; count--) {
    aborted.push({ producerId: cursor.int64(), firstOffset: cursor.int64() })
    cursor.skipTags()
  }
  // The preferred replica: none without a rack.
  cursor.int32()
  const records = cursor.take(Math.max(cursor.length(), 0))
  cursor.skipTags()
  const found = { partition, errorCode, highWatermark, logStartOffset, aborted, records }
  return partitionAnswer(found, lastStable)
}
