// Names of the keys of one partition's state. All share one hash tag, so that one script may touch
// them together, also on Redis Cluster.

/**
 * Journeys lie in 256 hashes, named by the first byte of the person, so that none grows giant and
 * those of a commit share a few commands.
 */
export const BUCKETS = 256

/** Number of the hash that holds the journey of the person whose 16 bytes begin at `at`. */
export const bucketOf = (persons: Uint8Array, at: number): number => persons[at]!

export interface PartitionKeys {
  readonly meta: string
  readonly dictionary: string
  readonly due: (hour: number) => string
  readonly ledger: (hour: number) => string
  /** Every hash that may hold journeys, by number. */
  readonly buckets: readonly string[]
}

/** @param partition a negative one is nobody's: its keys are for trying what a user may do */
export function partitionKeys(topic: string, partition: number): PartitionKeys {
  const prefix = `tb:{${topic}/${partition}}:`
  const bucketName = (number: number): string => number.toString(16).padStart(2, '0')
  return {
    meta: `${prefix}meta`,
    dictionary: `${prefix}dict`,
    due: (hour) => `${prefix}due:${hour}`,
    ledger: (hour) => `${prefix}ledger:${hour}`,
    buckets: Array.from({ length: BUCKETS }, (_, i) => `${prefix}j:${bucketName(i)}`),
  }
}
