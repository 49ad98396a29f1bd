// Is a state the one that goes on? An operator may have begun a new lineage since, instead of it or
// beside it; then a Redis restored from before that decision would count unseen, or twice.
import type { LineageRow } from '../ports/ledger-sink.ts'
import type { TopicFacts } from '../ports/record-source.ts'
import type { PartitionMeta } from '../ports/state-store.ts'
import { lineageOf } from '../schema/lineage.ts'
import { PartitionHalt } from './halt.ts'

/**
 * The one begun last, of several; of another cluster nobody can tell. `rows`: all there have been.
 */
export function newestLineage(
  rows: readonly LineageRow[],
  clusterId: string,
): LineageRow | undefined {
  const earlier = rows.length - 1
  // Its name is known without the topic's id, but for that of a first one.
  const topicId = ''
  return rows.find(({ topic, partition, baseOffset, lineage }) => {
    return lineageOf({ clusterId, topic, topicId, partition, baseOffset, earlier }) === lineage
  })
}

/** Of a partition's only lineage: may it be of this topic? Its name holds the id, if any. */
export const isFirstOf = (
  { topic, partition, baseOffset, lineage }: LineageRow,
  { clusterId, topicId }: Pick<TopicFacts, 'clusterId' | 'topicId'>,
): boolean =>
  ['', topicId].some((id) => {
    const origin = { clusterId, topic, topicId: id, partition, baseOffset, earlier: 0 }
    return lineageOf(origin) === lineage
  })

/** `rows`: the lineages that ClickHouse knows of the partition. Pure. */
export function isReplaced(
  { lineage, clusterId }: Pick<PartitionMeta, 'lineage' | 'clusterId'>,
  rows: readonly LineageRow[],
): boolean {
  const own = rows.find((row) => row.lineage === lineage)
  // What has never been flushed has no row yet.
  if (own === undefined) return false
  if (own.status === 'retired') return true
  const newest = newestLineage(rows, clusterId)
  // One that is being built has not replaced anything yet.
  return newest !== undefined && newest !== own && newest.status === 'active'
}

export const replacedHalt = (): PartitionHalt =>
  new PartitionHalt(
    'state_missing',
    'the state is from before an operator began another lineage: a copy of Redis that is too old',
  )
