// A fetch may hold a hundred thousand records and more. Cut into pieces, none of them keeps the
// process busy for long, or much of it in memory, before its commit is on its way.
import type { Span } from '../ports/record-source.ts'

/** The span itself, or consecutive spans of `recordsMax` records that cover the same offsets. */
export function* cutSpan(span: Span, recordsMax: number): Generator<Span> {
  const { records } = span
  let { from } = span
  for (let at = 0; at === 0 || at < records.length; at += recordsMax) {
    const isLast = at + recordsMax >= records.length
    const to = isLast ? span.to : records[at + recordsMax]!.offset
    yield { ...span, from, to, records: records.slice(at, at + recordsMax) }
    from = to
  }
}
