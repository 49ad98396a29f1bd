// Persons in the order of the hashes that hold their journeys, so that each hash is asked or told
// once.
import { PERSON_BYTES } from '../../core/person-bytes.ts'
import { BUCKETS, bucketOf } from './keys.ts'

export interface ByBucket {
  /** Numbers of the persons, bucket by bucket, each bucket's in the order given. */
  readonly order: Int32Array
  /** The persons of bucket b are order[starts[b], starts[b + 1]). */
  readonly starts: Int32Array
}

/** @param persons 16 bytes each */
export function byBucket(persons: Uint8Array): ByBucket {
  const count = persons.length / PERSON_BYTES
  const starts = new Int32Array(BUCKETS + 1)
  for (let i = 0; i < count; i += 1) starts[bucketOf(persons, i * PERSON_BYTES) + 1]! += 1
  for (let b = 0; b < BUCKETS; b += 1) starts[b + 1]! += starts[b]!
  const filled = starts.slice()
  const order = new Int32Array(count)
  for (let i = 0; i < count; i += 1) {
    const bucket = bucketOf(persons, i * PERSON_BYTES)
    order[filled[bucket]!] = i
    filled[bucket]! += 1
  }
  return { order, starts }
}
