// Ranges of offsets that an operator has given up, as the state keeps them.

/** [from, to) */
export interface OffsetRange {
  readonly from: number
  readonly to: number
}

/** `<from>-<to>` joined by commas; '' for none. */
export const formatOffsetRanges = (ranges: readonly OffsetRange[]): string =>
  ranges.map(({ from, to }) => `${from}-${to}`).join(',')

export const parseOffsetRanges = (text: string): OffsetRange[] =>
  text === ''
    ? []
    : text.split(',').map((part) => {
        const [from, to] = part.split('-')
        return { from: Number(from), to: Number(to) }
      })
