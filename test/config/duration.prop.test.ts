import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { formatDuration, parseDuration } from '../../src/config/duration.ts'

test.prop([fc.integer({ min: 0, max: 10 ** 12 })])('reads back what it writes', (ms) => {
  expect(parseDuration(formatDuration(ms))).toBe(ms)
})

test.prop([fc.integer({ min: 1, max: 400 }), fc.constantFrom('ms', 's', 'm', 'h', 'd')])(
  'never writes a duration longer than a person would',
  (count, unit) => {
    const ms = parseDuration(`${count}${unit}`) ?? NaN
    expect(formatDuration(ms).length).toBeLessThanOrEqual(`${count}${unit}`.length)
  },
)

test.each(['7', '7 d', '-7d', '1.5h', '7D', '7days', '', 'd', '99999999999999999d', '1h30m'])(
  'takes %j for no duration',
  (text) => {
    expect(parseDuration(text)).toBeUndefined()
  },
)
