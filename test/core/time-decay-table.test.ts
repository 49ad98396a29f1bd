import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { HOURS, MINUTES } from '../../src/core/time-decay-table.ts'

it('holds the 228 constants of the contract', () => {
  expect([HOURS.length, MINUTES.length]).toEqual([168, 60])
  const text = [...HOURS, ...MINUTES].join(',')
  expect(createHash('sha256').update(text).digest('hex').slice(0, 16)).toBe('cf03d87649a283ef')
})
