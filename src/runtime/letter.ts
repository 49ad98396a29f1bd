// Which records go to the dead-letter sink, and as what.
import type { Outcome, RejectionReason } from '../core/event.ts'
import type { DeadLetter } from '../ports/dead-letter-sink.ts'
import type { JudgedSpan, PartitionOptions } from './partition-options.ts'

const DEAD_OUTCOMES: ReadonlySet<Outcome> = new Set(['rejected', 'late', 'overflow'])

/** The letter of records[i] of the span, or null where its outcome makes none. */
export function letterOf(
  { topic, partition }: Pick<PartitionOptions, 'topic' | 'partition'>,
  span: JudgedSpan,
  i: number,
  outcome: Outcome,
): DeadLetter | null {
  if (!DEAD_OUTCOMES.has(outcome)) return null
  return {
    topic,
    partition,
    record: span.source(i),
    outcome: outcome as DeadLetter['outcome'],
    reason: outcome === 'rejected' ? (span.records[i]!.content as RejectionReason) : '',
  }
}
