// Reads a partition's log from a lineage's base to a position, beside the group, and applies it as
// a worker does: judged with the placement of the lineage, with the batches left out that an
// operator has given up.
import type { RecordSource, SourceRecord } from '../../ports/record-source.ts'
import { OffsetOutOfRange } from '../../ports/record-source.ts'
import type { SkipRow } from '../../ports/ledger-sink.ts'
import type { RecordParser } from '../../schema/record.ts'
import { cutAtSkip } from '../cut-at-skip.ts'
import { judgeSpan } from '../judge-span.ts'
import type { Replay } from './replay.ts'

/** The log does not hold any more what the lineage was made of. */
export class ReplayImpossible extends Error {}

export interface LogRange {
  readonly source: Pick<RecordSource, 'read'>
  readonly partition: number
  readonly parser: RecordParser
  readonly skips: readonly SkipRow[]
  readonly from: number
  /** Behind the last record to apply. */
  readonly to: number
}

/**
 * Resolves to the last record below `to`, null without any. `applied` is told each position that
 * was reached, and awaited. Throws ReplayImpossible where the log does not reach.
 */
export async function replayLog(
  range: LogRange,
  replay: Replay,
  applied: (next: number) => Promise<void>,
): Promise<SourceRecord | null> {
  const { parser, skips, to } = range
  let last: SourceRecord | null = null
  for (let next = range.from; next < to;) {
    const { span, undecodable, bounds } = cutAtSkip(await readFrom(range, next), skips)
    const judged = judgeSpan(span, parser)
    for (const [i, record] of judged.records.entries()) {
      if (record.offset >= to) break
      replay.apply(record)
      last = judged.source(i)
    }
    if (span.to === next && undecodable === null && bounds.high <= next) {
      throw new ReplayImpossible(`the log ends at ${bounds.high}, the state is at ${to}`)
    }
    next = Math.min(span.to, to)
    if (undecodable !== null && undecodable.from < to) {
      const { from, to: end, why } = undecodable
      if (!skips.some((skip) => skip.from <= from && skip.to >= end)) {
        throw new ReplayImpossible(`offsets ${from} to ${end - 1} cannot be decoded: ${why}`)
      }
      replay.skip(from, end)
      next = end
    }
    await applied(next)
  }
  return last
}

async function readFrom({ source, partition, from }: LogRange, next: number) {
  try {
    return await source.read(partition, next)
  } catch (error) {
    if (!(error instanceof OffsetOutOfRange)) throw error
    const where = next === from ? `no longer reaches back to ${from}` : `has no offset ${next}`
    throw new ReplayImpossible(`the log ${where}`)
  }
}
