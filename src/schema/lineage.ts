// Names of a state: which log it was made from, and what its last record was.
import { createHash } from 'node:crypto'

export interface LineageOrigin {
  /** Kafka's cluster id; `file` for files. */
  readonly clusterId: string
  readonly topic: string
  /** As in `TopicFacts`: a topic that is created anew has another; '': the source has none. */
  readonly topicId: string
  readonly partition: number
  readonly baseOffset: number
  /** How many lineages the partition has had before. */
  readonly earlier: number
}

/**
 * UInt64 as a decimal string: the first 8 bytes of SHA-256 over the origin. Only a first lineage
 * can begin, be lost and begin again without a row that counts it, so only its name needs the
 * topic's id; the others are found by their number, whatever id the topic had.
 */
export function lineageOf(origin: LineageOrigin): string {
  const { clusterId, topic, topicId, partition, baseOffset, earlier } = origin
  const named = topicId === '' || earlier > 0 ? [] : [topicId]
  return createHash('sha256')
    .update(JSON.stringify([clusterId, topic, partition, baseOffset, earlier, ...named]))
    .digest()
    .readBigUInt64BE()
    .toString()
}

export interface FingerprintedRecord {
  readonly offset: number
  readonly timeMs: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
}

/** `<offset>:<hash>`: tells whether a log still holds the record that was applied last. */
export function recordFingerprint(record: FingerprintedRecord): string {
  const hash = createHash('sha256').update(`${record.timeMs}\n`)
  for (const part of [record.key, record.value]) {
    hash.update(`${part === null ? 'null' : part.length}\n`)
    if (part !== null) hash.update(part)
  }
  return `${record.offset}:${hash.digest('hex').slice(0, 32)}`
}
