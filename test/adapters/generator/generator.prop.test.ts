// What holds for every log, whatever is asked for.
import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { createGenerator } from '../../../src/adapters/generator/generator.ts'
import { generatorOptions } from '../../../src/adapters/generator/options.ts'

const share = fc.integer({ min: 0, max: 26 }).map((percent) => percent / 100)
const options = fc
  .record({
    events: fc.integer({ min: 0, max: 600 }),
    seed: fc.integer(),
    persons: fc.integer({ min: 1, max: 2 ** 31 }),
    startMs: fc.integer({ min: Date.UTC(2001, 0), max: Date.UTC(2098, 0) }),
    late: share,
    duplicate: share,
    invalid: share,
    refund: fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100),
  })
  .map(generatorOptions)

test.prop([options], { numRuns: 50 })(
  'has as many records as asked for, in order of record time, each on one line, from the start on',
  (asked) => {
    let lastMs = asked.startMs
    let count = 0
    for (const { timeMs, value, key } of createGenerator(asked)) {
      expect(timeMs).toBeGreaterThanOrEqual(lastMs)
      expect(value).toMatch(/^[^\n\r]+$/)
      expect(key).toMatch(/^[0-9a-f]{64}$/)
      lastMs = timeMs
      count++
    }
    expect(count).toBe(asked.events)
  },
)

test.prop([options], { numRuns: 20 })('gives the same records twice', (asked) => {
  expect([...createGenerator(asked)]).toEqual([...createGenerator(asked)])
})
