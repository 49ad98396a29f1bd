// What is true of a state before its first record: of a partition that nobody has known, or of a
// new lineage that an operator begins.
import type { TopicFacts } from '../ports/record-source.ts'
import type { PartitionMeta } from '../ports/state-store.ts'
import { lineageOf } from '../schema/lineage.ts'
import { formatOffsetRanges } from '../schema/offset-ranges.ts'
import type { OffsetRange } from '../schema/offset-ranges.ts'
import { formatPartitionCounts } from '../schema/partition-counts.ts'
import type { PartitionCount } from '../schema/partition-counts.ts'
import type { PartitionOptions } from './partition-options.ts'

export interface Beginning {
  readonly baseOffset: number
  /** Lineages that the partition has had before. */
  readonly earlier: number
  readonly generation: number
  /** Counts that an operator has accepted; none: the present count holds from the start. */
  readonly counts: readonly PartitionCount[]
  /** Offsets that an operator has given up. */
  readonly skips: readonly OffsetRange[]
  /** See PartitionMeta; default 0. */
  readonly activeAt?: number
}

export function firstMeta(
  options: Pick<PartitionOptions, 'topic' | 'partition' | 'group' | 'fingerprint' | 'settings'>,
  { clusterId, topicId, partitions }: TopicFacts,
  { baseOffset, earlier, generation, counts, skips, activeAt = 0 }: Beginning,
): PartitionMeta {
  const { topic, partition, group, fingerprint, settings } = options
  const present = partitions === 0 ? [] : [{ fromOffset: 0, count: partitions }]
  return {
    next: baseOffset,
    streamTimeMs: 0,
    lineage: lineageOf({ clusterId, topic, topicId, partition, baseOffset, earlier }),
    baseOffset,
    generation,
    fingerprint,
    dueFromHour: 0,
    journeys: 0,
    journeysBegun: 0,
    dictionary: 0,
    lastRecord: '',
    clusterId,
    group,
    topicId,
    partitionCounts: formatPartitionCounts(counts.length > 0 ? counts : present),
    skips: formatOffsetRanges(skips),
    goals: JSON.stringify(settings.goals.map(({ name }) => name)),
    activeAt,
  }
}
