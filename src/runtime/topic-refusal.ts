// What must be true of the topic, and of the store, for a state to go on: asked when a partition is
// acquired, and again while it runs.
import type { TopicFacts } from '../ports/record-source.ts'
import type { PartitionMeta } from '../ports/state-store.ts'
import { parsePartitionCounts } from '../schema/partition-counts.ts'
import { PartitionHalt } from './halt.ts'

/** Throws PartitionHalt where the topic is no longer the one that the state was made from. */
export function expectTopic(
  { clusterId, partitionCounts }: Pick<PartitionMeta, 'clusterId' | 'partitionCounts'>,
  facts: TopicFacts,
  { allowCreateTime }: { readonly allowCreateTime: boolean },
): void {
  if (clusterId !== facts.clusterId) {
    const message = `the state is of cluster ${clusterId}, not ${facts.clusterId}`
    throw new PartitionHalt('another_cluster', message)
  }
  const count = parsePartitionCounts(partitionCounts).at(-1)?.count ?? 0
  if (count !== facts.partitions) {
    const message = `the topic has ${facts.partitions} partitions, not ${count}`
    throw new PartitionHalt('partition_count_changed', message)
  }
  if (facts.isCompacted) {
    throw new PartitionHalt('compacted_topic', 'the topic is compacted, so records vanish')
  }
  if (facts.isCreateTime && !allowCreateTime) throw createTimeHalt()
}

export const evictionHalt = (policy: string): PartitionHalt =>
  new PartitionHalt('would_evict', `the state store may evict keys (${policy})`)

export const createTimeHalt = (): PartitionHalt =>
  new PartitionHalt('create_time', 'the topic has CreateTime: a producer could move time for all')
