// A range that an operator has given up stays given up, even for a process that could decode it:
// every replay of the log must book the same. So a read ends before it, as before a batch that
// cannot be decoded.
import type { LogRead } from '../ports/record-source.ts'
import type { OffsetRange } from '../schema/offset-ranges.ts'

/** The read itself, or as much of it as lies before the first range that it meets. */
export function cutAtSkip(read: LogRead, skips: readonly OffsetRange[]): LogRead {
  const { span, undecodable } = read
  const end = undecodable?.to ?? span.to
  const met = skips.filter((skip) => skip.to > span.from && skip.from < end)
  const first = met.toSorted((a, b) => a.from - b.from)[0]
  if (first === undefined) return read
  const to = Math.max(span.from, first.from)
  const records = span.records.filter(({ offset }) => offset < to)
  return {
    ...read,
    span: { ...span, to, records },
    undecodable: { from: to, to: first.to, why: 'an operator has given it up' },
  }
}
