// A topic that has been given more partitions: keys lie elsewhere from now on. What is accepted is
// noted with the log end of the moment, in the state and in ClickHouse, where a rebuild finds it.
import { formatPartitionCounts, parsePartitionCounts } from '../../schema/partition-counts.ts'
import type { PartitionCount } from '../../schema/partition-counts.ts'
import { lookAt } from './context.ts'
import type { OperatorContext } from './context.ts'
import { noteDecision } from './note-decision.ts'

export interface AcceptedPartitions {
  readonly partition: number
  /** Counts as they are, or would be, noted; empty: there is no state. */
  readonly counts: readonly PartitionCount[]
  /** The topic's count differs from the last one noted. */
  readonly isChanged: boolean
}

export async function acceptPartitions(context: OperatorContext): Promise<AcceptedPartitions> {
  const { options, source, isExecuted } = context
  const { topic, partition, ledger, store } = options
  const { partitions } = await source.facts()
  const end = await source.end(partition)
  const { token, meta } = await lookAt(context)
  const known = parsePartitionCounts(meta?.partitionCounts ?? '')
  if (meta === null || known.at(-1)?.count === partitions) {
    return { partition, counts: known, isChanged: false }
  }
  // Noted before, by a run that was cut off in between: from the offset of that moment.
  const noted = (await ledger.partitionCounts(topic, partition)).find(
    ({ count }) => count === partitions,
  )
  const fromOffset = known.length === 0 ? 0 : (noted?.fromOffset ?? end)
  const counts = [...known, { fromOffset, count: partitions }]
  if (!isExecuted) return { partition, counts, isChanged: true }
  await ledger.writePartitionCounts(counts.map((count) => ({ topic, partition, ...count })))
  await noteDecision(store, token, { ...meta, partitionCounts: formatPartitionCounts(counts) })
  return { partition, counts, isChanged: true }
}
