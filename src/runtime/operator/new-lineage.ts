// A state that begins anew, by an operator's decision: a new lineage beside the old ones, which go
// on being summed (the state was lost, or the log is another), or instead of them (rebuild), which
// is built unseen and takes their place when it has reached the log end noted at its start.
import type { Partition } from '../../core/partition.ts'
import type { LineageRow, ProgressRow } from '../../ports/ledger-sink.ts'
import type { TopicFacts } from '../../ports/record-source.ts'
import type { PartitionMeta } from '../../ports/state-store.ts'
import { firstMeta } from '../first-meta.ts'
import { isFirstOf, isReplaced, newestLineage } from '../lineage-in-force.ts'
import { isOtherTopic } from '../other-topic.ts'
import type { PartitionOptions } from '../partition-options.ts'
import { closeLineage, loadWhole } from './close-lineage.ts'
import { lookAt, takenMeanwhile } from './context.ts'
import type { Found, OperatorContext } from './context.ts'
import { baseOf, refuseLostHistory, warningsOf } from './lineage-request.ts'
import type { LineageRequest } from './lineage-request.ts'

/** What is done, or would be. */
export interface LineagePlan {
  readonly partition: number
  readonly lineage: string
  readonly baseOffset: number
  readonly status: LineageRow['status']
  /** Log end at which a lineage that is being built takes the place of the others; 0: at once. */
  readonly activeAt: number
  /** Lineages that go on being summed, or that are replaced. */
  readonly others: readonly LineageRow[]
  /** `next` of the state given up; null: there is none. */
  readonly stateNext: number | null
  /** What is lost or counted twice, in sentences. */
  readonly warnings: readonly string[]
}

export async function beginLineage(
  context: OperatorContext,
  request: LineageRequest,
): Promise<LineagePlan> {
  const { options, source, isExecuted } = context
  const { topic, partition, ledger } = options
  const facts = await source.facts()
  const bounds = await source.bounds(partition)
  const found = await lookAt(context)
  const listed = await ledger.lineages(topic, partition)
  const lineages = withOwn(found.meta, listed, options)
  const others = lineages.filter(({ status }) => status !== 'retired')
  const isGivenUp = found.meta !== null && isReplaced(found.meta, lineages)
  const loaded = found.meta === null ? null : await loadCurrent(options, found.meta, isGivenUp)
  const damage = typeof loaded === 'string' ? loaded : null
  const state = typeof loaded === 'string' ? null : loaded
  const progress = ofNewest(await ledger.progress(topic, partition), lineages, facts.clusterId)
  const isOther = !isGivenUp && isOfOtherTopic(found.meta, lineages, facts)
  const known = { isOther, bounds, others, found, damage, progress }
  const baseOffset = baseOf(request, known)
  refuseLostHistory(request, known)
  const activeAt = request.kind === 'instead' && bounds.high > baseOffset ? bounds.high : 0
  const meta = firstMeta(options, facts, {
    baseOffset,
    earlier: lineages.length,
    // A state that was lost cannot tell; its lineages can.
    generation: Math.max(found.meta?.generation ?? 0, lineages.length) + 1,
    counts: await ledger.partitionCounts(topic, partition),
    skips: await ledger.skips(topic, partition),
    activeAt,
  })
  const plan: LineagePlan = {
    partition,
    lineage: meta.lineage,
    baseOffset,
    status: activeAt > 0 ? 'building' : 'active',
    activeAt,
    others,
    stateNext: found.meta?.next ?? null,
    warnings: warningsOf(request, known, baseOffset),
  }
  const unlisted = lineages.filter((row) => !listed.includes(row))
  if (isExecuted) await carryOut(context, { request, plan, found, meta, state, unlisted })
  return plan
}

/** The state, or why nothing of it may land. */
const loadCurrent = (
  options: PartitionOptions,
  meta: PartitionMeta,
  isGivenUp: boolean,
): Promise<Partition | string> =>
  isGivenUp ? Promise.resolve('it is from before the last decision') : loadWhole(options, meta)

/** Is the topic another one than has been read? false: no, or nobody can tell. */
function isOfOtherTopic(
  meta: PartitionMeta | null,
  lineages: readonly LineageRow[],
  facts: TopicFacts,
): boolean {
  if (meta !== null) return isOtherTopic(meta.topicId, facts.topicId)
  const [only, ...others] = lineages
  return only !== undefined && others.length === 0 && !isFirstOf(only, facts)
}

/** A state that has never flushed has no row yet, but its lineage is one that has been. */
function withOwn(
  meta: PartitionMeta | null,
  rows: readonly LineageRow[],
  { topic, partition }: Pick<PartitionOptions, 'topic' | 'partition'>,
): readonly LineageRow[] {
  if (meta === null || rows.some(({ lineage }) => lineage === meta.lineage)) return rows
  const { lineage, baseOffset, activeAt } = meta
  const status = activeAt > 0 ? 'building' : 'active'
  return [...rows, { topic, partition, lineage, baseOffset, status, reason: 'first' }]
}

/** What has landed of lineages before the newest may be of another log. */
function ofNewest(
  progress: readonly ProgressRow[],
  lineages: readonly LineageRow[],
  clusterId: string,
): readonly ProgressRow[] {
  const newest = newestLineage(lineages, clusterId)
  return newest ? progress.filter(({ lineage }) => lineage === newest.lineage) : progress
}

interface Execution {
  readonly request: LineageRequest
  readonly plan: LineagePlan
  readonly found: Found
  readonly meta: PartitionMeta
  /** The state given up; null: there is none, or it is damaged. */
  readonly state: Partition | null
  /** Lineages without a row: of these, too, a copy of Redis could come back. */
  readonly unlisted: readonly LineageRow[]
}

/** The row first: a state that is missing behind it halts, a state without a row would not tell. */
async function carryOut(
  { options }: OperatorContext,
  { request, plan, found, meta, state, unlisted }: Execution,
): Promise<void> {
  const { topic, partition, ledger, store } = options
  if (found.meta !== null && state !== null) await closeLineage(options, found.meta, state)
  const { lineage, baseOffset, status } = plan
  const isAtOnce = request.kind === 'instead' && status === 'active'
  await ledger.writeLineages([
    { topic, partition, lineage, baseOffset, status, reason: request.reason },
    ...(isAtOnce ? plan.others.map((row) => ({ ...row, status: 'retired' as const })) : unlisted),
  ])
  if ((await store.restart(found.token, meta)) === 'committed') return
  throw takenMeanwhile()
}
