// How many partitions a topic has had, as offsets of one partition tell: an operator accepts a new
// count at the log end of that moment. Producers took it up some time before, each at its own, so
// below that offset a record may lie where the old or the new count puts it.

export interface PartitionCount {
  readonly fromOffset: number
  readonly count: number
}

/** `<from offset>:<count>` joined by commas; '' for none. */
export const formatPartitionCounts = (counts: readonly PartitionCount[]): string =>
  counts.map(({ fromOffset, count }) => `${fromOffset}:${count}`).join(',')

export const parsePartitionCounts = (text: string): PartitionCount[] =>
  text === ''
    ? []
    : text.split(',').map((part) => {
        const [fromOffset, count] = part.split(':')
        return { fromOffset: Number(fromOffset), count: Number(count) }
      })

/**
 * The counts by which a record at `offset` may have been placed: that in force there and, where
 * one follows, the next.
 */
export function countsAt(counts: readonly PartitionCount[], offset: number): readonly number[] {
  const only = counts[0]
  if (counts.length === 1 && only !== undefined) return [only.count]
  const later = counts.findIndex(({ fromOffset }) => fromOffset > offset)
  if (later === -1) return counts.slice(-1).map(({ count }) => count)
  return counts.slice(Math.max(0, later - 1), later + 1).map(({ count }) => count)
}
