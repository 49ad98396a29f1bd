// Where a producer puts a key: murmur2 as Java's and kafkajs' default partitioners, crc32 as
// librdkafka's default (`consistent_random` for a record with a key). murmur2 is Austin Appleby's
// MurmurHash2, 32 bits, with Kafka's seed (org.apache.kafka.common.utils.Utils.murmur2); kafkajs'
// own costs microseconds and is not exported by itself.
import { crc32 } from 'node:zlib'

export type PartitionerName = 'murmur2' | 'crc32' | 'none'

const SEED = 0x9747b28c
const M = 0x5bd1e995

/** Kafka's murmur2 of the bytes as a signed 32-bit integer. */
export const murmur2 = (bytes: Uint8Array): number => {
  const length = bytes.length
  const whole = length & ~3
  let h = SEED ^ length
  for (let i = 0; i < whole; i += 4) {
    let k = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24)
    k = Math.imul(k, M)
    k = Math.imul(k ^ (k >>> 24), M)
    h = Math.imul(h, M) ^ k
  }
  if (whole < length) {
    for (let i = length - 1; i >= whole; i--) h ^= bytes[i]! << ((i & 3) << 3)
    h = Math.imul(h, M)
  }
  h = Math.imul(h ^ (h >>> 13), M)
  return h ^ (h >>> 15)
}

/** The partition (0..count-1) that the producer's partitioner gives a key. */
export const partitionOf = (
  key: Uint8Array,
  partitioner: Exclude<PartitionerName, 'none'>,
  count: number,
): number => (partitioner === 'murmur2' ? (murmur2(key) & 0x7fffffff) % count : crc32(key) % count)
