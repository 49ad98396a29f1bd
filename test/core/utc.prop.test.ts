import { expect, it } from 'vitest'
import fc from 'fast-check'
import { formatDay, formatTime } from '../../src/core/utc.ts'

const DAY_MS = 86_400_000
const END_MS = Date.UTC(2200, 0)

const textOf = (timeMs: number): string =>
  new Date(timeMs).toISOString().slice(0, 19).replace('T', ' ')

it('writes every day from 1970 to 2200 as Date does', () => {
  for (let day = 0; day * DAY_MS < END_MS; day++) {
    if (formatDay(day) !== textOf(day * DAY_MS).slice(0, 10)) expect.fail(`day ${day}`)
  }
})

it('writes any time from 1970 to 2200 as Date does, cut to the second', () => {
  const time = fc.oneof(
    fc.integer({ min: 0, max: END_MS - 1 }),
    // The edges of days.
    fc
      .tuple(
        fc.integer({ min: 1, max: END_MS / DAY_MS - 1 }),
        fc.integer({ min: -1001, max: 1001 }),
      )
      .map(([day, beside]) => day * DAY_MS + beside),
  )
  fc.assert(
    fc.property(time, (timeMs) => {
      expect(formatTime(timeMs)).toBe(textOf(timeMs))
    }),
    { numRuns: 2000 },
  )
})
