// Names of the keys of one partition's state. All share one hash tag, so that one script may touch
// them together, also on Redis Cluster.

/**
 * Journeys lie in 256 hashes, named by the first byte of the person, so that none grows giant and
 * those of a commit share a few commands.
 */
const BUCKETS = 256
const bucketName = (first: number): string => first.toString(16).padStart(2, '0')

export interface PartitionKeys {
  readonly meta: string
  readonly dictionary: string
  due(hour: number): string
  ledger(hour: number): string
  /** Every hash that may hold journeys. */
  readonly buckets: readonly string[]
  /** The hash that holds the journey of the person whose 16 bytes begin at `at`. */
  journeys(persons: Uint8Array, at: number): string
}

export function partitionKeys(topic: string, partition: number): PartitionKeys {
  const prefix = `tb:{${topic}/${partition}}:`
  return {
    meta: `${prefix}meta`,
    dictionary: `${prefix}dict`,
    due: (hour) => `${prefix}due:${hour}`,
    ledger: (hour) => `${prefix}ledger:${hour}`,
    buckets: Array.from({ length: BUCKETS }, (_, i) => `${prefix}j:${bucketName(i)}`),
    journeys: (persons, at) => `${prefix}j:${bucketName(persons[at] ?? 0)}`,
  }
}
