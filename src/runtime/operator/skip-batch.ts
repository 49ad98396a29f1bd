// Giving up a record batch that nobody can decode. The decision is a row in ClickHouse, which every
// replay of the log obeys; the worker that owns the partition books the offsets as rejected.
import { TributaryError } from '../../ports/errors.ts'
import type { UndecodableBatch } from '../../ports/record-source.ts'
import { formatOffsetRanges, parseOffsetRanges } from '../../schema/offset-ranges.ts'
import { lookAt } from './context.ts'
import type { OperatorContext } from './context.ts'
import { noteDecision } from './note-decision.ts'

export interface SkipRequest {
  readonly from: number
  readonly to: number
  readonly reason: string
}

/**
 * Throws TRIBUTARY_USAGE unless exactly [from, to) is undecodable: what can be read is not lost.
 */
export async function skipBatch(
  context: OperatorContext,
  { from, to, reason }: SkipRequest,
): Promise<UndecodableBatch> {
  const { options, source, isExecuted } = context
  const { topic, partition, ledger, store } = options
  const { span, undecodable } = await source.read(partition, from)
  if (undecodable === null || undecodable.from !== from || undecodable.to !== to) {
    const found =
      undecodable === null
        ? `the batch at ${from} can be decoded (${span.records.length} records came)`
        : `what cannot be decoded is ${undecodable.from} to ${undecodable.to}`
    throw new TributaryError('TRIBUTARY_USAGE', `Nothing was skipped: ${found}.`, {
      hint: 'Give the offsets that the halt names: --from the first, --to the one behind the last.',
    })
  }
  const { token, meta } = await lookAt(context)
  if (!isExecuted) return undecodable
  await ledger.writeSkip({ topic, partition, lineage: meta?.lineage ?? '0', from, to, reason })
  if (meta !== null) {
    const ranges = [...parseOffsetRanges(meta.skips), { from, to }]
    await noteDecision(store, token, { ...meta, skips: formatOffsetRanges(ranges) })
  }
  return undecodable
}
