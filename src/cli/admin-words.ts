// What an operator's decision means, in words.
import type { UndecodableBatch } from '../ports/record-source.ts'
import type { AcceptedPartitions } from '../runtime/operator/accept-partitions.ts'
import type { LineagePlan } from '../runtime/operator/new-lineage.ts'

export function lineageText(plan: LineagePlan, kind: 'beside' | 'instead'): string {
  const { partition, lineage, baseOffset, activeAt, others, stateNext, warnings } = plan
  const state = stateNext === null ? 'there is no state' : `the state stands at ${stateNext}`
  const lines = [
    `partition ${partition}: a new lineage ${lineage} from offset ${baseOffset} (${state})`,
    ...others.map((row) => {
      const what = kind === 'beside' ? 'goes on being summed' : 'is replaced'
      return `  lineage ${row.lineage} from offset ${row.baseOffset} (${row.reason}) ${what}`
    }),
  ]
  if (kind === 'instead') {
    lines.push(
      activeAt === 0
        ? '  it is summed at once: the log is empty'
        : `  it is built unseen, and summed when it reaches offset ${activeAt}`,
    )
  }
  return `${[...lines, ...warnings.map((warning) => `  WARNING: ${warning}`)].join('\n')}\n`
}

export function acceptedText(accepted: AcceptedPartitions, isExecuted: boolean): string {
  const { partition, counts, isChanged } = accepted
  if (counts.length === 0) return `partition ${partition}: there is no state yet\n`
  const changes = counts.filter(({ count }, i) => count !== counts[i - 1]?.count)
  const list = changes.map(({ fromOffset, count }) => `${count} from offset ${fromOffset}`)
  const what = !isChanged ? 'as noted' : isExecuted ? 'noted now' : 'would be noted'
  return `partition ${partition}: ${list.join(', ')} (${what})\n`
}

export function skippedText(partition: number, { from, to, why }: UndecodableBatch): string {
  return (
    `partition ${partition}: offsets ${from} to ${to - 1} are given up (${why})\n` +
    '  the worker books them as rejected when it reads on, and so does every replay\n'
  )
}
