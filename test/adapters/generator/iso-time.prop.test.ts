import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { isoTime } from '../../../src/adapters/generator/iso-time.ts'

test.prop([fc.integer({ min: 0, max: Date.UTC(9999, 0) })])('writes what Date writes', (ms) => {
  expect(isoTime(ms)).toBe(new Date(ms).toISOString())
})
