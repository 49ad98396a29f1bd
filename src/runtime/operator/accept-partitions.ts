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
  // Noted before, by a run that was cut off, or that a state has fallen back to before.
  const rows = await ledger.partitionCounts(topic, partition)
  const noted = rows.map(({ fromOffset, count }) => ({ fromOffset, count }))
  const isNoted = noted.some(({ count }) => count === partitions)
  const latest = noted.length > known.length ? noted : known
  // What a state that has gone back had judged before is published as it was.
  const landed = (await ledger.progress(topic, partition))
    .filter(({ lineage }) => lineage === meta.lineage)
    .map(({ flushedThrough }) => flushedThrough)
  const next = Math.max(meta.next, ...landed)
  const counts = isNoted ? noted : countsWith(latest, { next, end, partitions })
  if (!isExecuted) return { partition, counts, isChanged: true }
  await ledger.writePartitionCounts(counts.map((count) => ({ topic, partition, ...count })))
  await noteDecision(store, token, { ...meta, partitionCounts: formatPartitionCounts(counts) })
  return { partition, counts, isChanged: true }
}

/**
 * Below `next` every record has been judged by the old count, and is so in every replay; from there
 * to the log's end it may lie where the old or the new count puts it.
 */
function countsWith(
  known: readonly PartitionCount[],
  {
    next,
    end,
    partitions,
  }: { readonly next: number; readonly end: number; readonly partitions: number },
): readonly PartitionCount[] {
  const last = known.at(-1)
  if (last === undefined) return [{ fromOffset: 0, count: partitions }]
  const judged = next > last.fromOffset ? [{ fromOffset: next, count: last.count }] : []
  return [...known, ...judged, { fromOffset: Math.max(next, end), count: partitions }]
}
