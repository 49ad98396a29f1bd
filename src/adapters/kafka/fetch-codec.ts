// Fetch, version 11, of one topic (Kafka protocol guide): without a fetch session, of committed
// records only, from the leader. What the answer holds of a partition stays bytes here. For brokers
// before 3.1, which know topics by their names only (`fetch-by-id-codec.ts`).
//
//   request   replica int32 · maxWait int32 · minBytes int32 · maxBytes int32 · isolation int8
//             session int32 · sessionEpoch int32 · [topic · [partition int32 · leaderEpoch int32
//             offset int64 · logStart int64 · maxBytes int32]] · [forgotten] · rack string
//   response  throttle int32 · error int16 · session int32 · [topic · [partition int32
//             error int16 · highWatermark int64 · lastStable int64 · logStart int64
//             [producer int64 · first int64] · preferredReplica int32 · records bytes]]
import { readInt64 } from './record-batch/batch-header.ts'
import type { AbortedTransaction } from './record-batch/aborted-transactions.ts'
import { requestOf, responseOf } from './protocol.ts'
import type { ProtocolRequest } from './protocol.ts'

export const FETCH_API = { apiKey: 1, apiName: 'Fetch' } as const
const FETCH_VERSION = 11
export const READ_COMMITTED = 1
export const NO_SESSION = { id: 0, epoch: -1 }
const REQUEST_BYTES = 64
const PARTITION_BYTES = 28
export const MAX_BYTES = 10_485_760

export interface FetchPartition {
  readonly partition: number
  readonly from: number
  readonly bytesMax: number
}

export interface PartitionAnswer {
  readonly partition: number
  /** 0: none; else a number of the protocol guide's list. */
  readonly errorCode: number
  readonly highWatermark: number
  readonly lastStableOffset: number
  readonly logStartOffset: number
  readonly aborted: readonly AbortedTransaction[]
  /** Record batches, one behind the other; the last may be cut off. */
  readonly records: Buffer
}

export interface FetchAnswer {
  readonly clientSideThrottleTime: number
  readonly partitions: readonly PartitionAnswer[]
}

/** The first partition with data is answered with a whole batch, however large it is. */
export function fetchRequest(
  topic: string,
  partitions: readonly FetchPartition[],
  waitMs: number,
): ProtocolRequest {
  const name = Buffer.from(topic)
  const bytes = Buffer.alloc(REQUEST_BYTES + name.length + partitions.length * PARTITION_BYTES)
  let at = bytes.writeInt32BE(-1)
  for (const value of [waitMs, 1, MAX_BYTES]) at = bytes.writeInt32BE(value, at)
  at = bytes.writeInt8(READ_COMMITTED, at)
  for (const value of [NO_SESSION.id, NO_SESSION.epoch, 1]) at = bytes.writeInt32BE(value, at)
  at = bytes.writeInt16BE(name.length, at)
  at += name.copy(bytes, at)
  at = bytes.writeInt32BE(partitions.length, at)
  for (const { partition, from, bytesMax } of partitions) {
    at = bytes.writeInt32BE(partition, at)
    at = bytes.writeInt32BE(-1, at)
    at = bytes.writeBigInt64BE(BigInt(from), at)
    at = bytes.writeBigInt64BE(-1n, at)
    at = bytes.writeInt32BE(bytesMax, at)
  }
  // No forgotten topics, and the empty rack: only then the leader answers itself.
  at = bytes.writeInt32BE(0, at)
  at = bytes.writeInt16BE(0, at)
  return requestOf({ ...FETCH_API, apiVersion: FETCH_VERSION }, bytes.subarray(0, at))
}

export const fetchResponse = responseOf(decodeFetch)

/** Throws a RangeError where the payload is cut short. */
function decodeFetch(payload: Buffer): FetchAnswer {
  const clientSideThrottleTime = payload.readInt32BE(0)
  const errorCode = payload.readInt16BE(4)
  if (errorCode !== 0) throw new Error(`Fetch failed with error ${errorCode}`)
  const partitions: PartitionAnswer[] = []
  let at = 14
  for (let topics = payload.readInt32BE(10); topics > 0; topics--) {
    at += 2 + payload.readInt16BE(at)
    const count = payload.readInt32BE(at)
    at += 4
    for (let i = 0; i < count; i++) {
      const { answer, end } = decodePartition(payload, at)
      partitions.push(answer)
      at = end
    }
  }
  return { clientSideThrottleTime, partitions }
}

function decodePartition(payload: Buffer, from: number): { answer: PartitionAnswer; end: number } {
  const aborted: AbortedTransaction[] = []
  let at = from + 34
  // -1: none.
  for (let count = payload.readInt32BE(from + 30); count > 0; count--) {
    const firstOffset = readInt64(payload, at + 8)
    aborted.push({ producerId: readInt64(payload, at), firstOffset })
    at += 16
  }
  // Behind the preferred replica, which is none without a rack.
  at += 4
  const size = Math.max(payload.readInt32BE(at), 0)
  at += 4
  if (at + size > payload.length) throw new RangeError('the answer to a Fetch is cut short')
  const found = {
    partition: payload.readInt32BE(from),
    errorCode: payload.readInt16BE(from + 4),
    highWatermark: readInt64(payload, from + 6),
    logStartOffset: readInt64(payload, from + 22),
    aborted,
    records: payload.subarray(at, at + size),
  }
  return { answer: partitionAnswer(found, readInt64(payload, from + 14)), end: at + size }
}

/** Without transactions a broker may leave the last stable offset out (-1). */
export const partitionAnswer = (
  found: Omit<PartitionAnswer, 'lastStableOffset'>,
  lastStable: number,
): PartitionAnswer => ({
  ...found,
  lastStableOffset: lastStable < 0 ? found.highWatermark : lastStable,
})
