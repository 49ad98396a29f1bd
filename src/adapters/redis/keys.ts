// Names of the keys of one partition's state. All share one hash tag, so that one script may touch
// them together, also on Redis Cluster.

/**
 * Journeys lie in 4,096 hashes, named by the first 12 bits of the person, so that none grows giant.
 */
const bucketOf = (person: Uint8Array, at: number): string =>
  (((person[at] ?? 0) << 4) | ((person[at + 1] ?? 0) >> 4)).toString(16).padStart(3, '0')

export interface PartitionKeys {
  readonly meta: string
  readonly dictionary: string
  due(hour: number): string
  ledger(hour: number): string
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
    journeys: (persons, at) => `${prefix}j:${bucketOf(persons, at)}`,
  }
}
