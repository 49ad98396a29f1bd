// What an operator has given up is met as a batch that cannot be decoded, wherever reads happen to
// begin and end; and nothing else is lost for it.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { LogRead } from '../../src/ports/record-source.ts'
import { cutAtSkip } from '../../src/runtime/cut-at-skip.ts'
import { formatOffsetRanges, parseOffsetRanges } from '../../src/schema/offset-ranges.ts'
import type { OffsetRange } from '../../src/schema/offset-ranges.ts'

const END = 60

/** Whole batches that were given up, in order. */
const ranges = fc
  .uniqueArray(fc.nat({ max: END - 1 }), { maxLength: 8 })
  .map((offsets) => offsets.toSorted((a, b) => a - b))
  .map((cuts) =>
    cuts.flatMap((from, i): OffsetRange[] => {
      const to = cuts[i + 1] ?? END
      return i % 2 === 0 ? [{ from, to }] : []
    }),
  )

function readAt(from: number, size: number): LogRead {
  const to = Math.min(END, from + size)
  const records = Array.from({ length: to - from }, (_, i) => {
    return { offset: from + i, timeMs: 0, key: null, value: null }
  })
  const span = { topic: 't', partition: 0, from, to, records }
  return {
    span,
    bounds: { low: 0, high: END },
    undecodable: null,
    hasCreateTime: false,
    topicId: '',
  }
}

it('every offset is read or given up, and given up in whole ranges, however it is read', () => {
  fc.assert(
    fc.property(ranges, fc.infiniteStream(fc.integer({ min: 1, max: 25 })), (skips, sizes) => {
      const read: number[] = []
      const given: OffsetRange[] = []
      for (let next = 0; next < END;) {
        const { span, undecodable } = cutAtSkip(readAt(next, sizes.next().value as number), skips)
        expect(span.from).toBe(next)
        read.push(...span.records.map(({ offset }) => offset))
        next = span.to
        if (undecodable === null) continue
        expect(undecodable.from).toBe(next)
        given.push({ from: undecodable.from, to: undecodable.to })
        next = undecodable.to
      }
      expect(given).toEqual(skips)
      const isGiven = (offset: number): boolean =>
        skips.some(({ from, to }) => offset >= from && offset < to)
      const all = Array.from({ length: END }, (_, offset) => offset)
      expect(read).toEqual(all.filter((offset) => !isGiven(offset)))
    }),
  )
})

it('a batch that cannot be decoded and was given up is met once', () => {
  const skips = [{ from: 5, to: 9 }]
  const read = { ...readAt(2, 3), undecodable: { from: 5, to: 9, why: 'CRC mismatch' } }
  const cut = cutAtSkip(read, skips)
  expect(cut.span.to).toBe(5)
  expect(cut.undecodable).toMatchObject({ from: 5, to: 9 })
})

it('ranges are kept as a text that gives them back', () => {
  fc.assert(
    fc.property(ranges, (some) => {
      expect(parseOffsetRanges(formatOffsetRanges(some))).toEqual(some)
    }),
  )
})
