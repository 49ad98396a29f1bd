// A string that is found again must be the one that would be made, whoever shares its slot.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { TextPool } from '../../src/schema/text-pool.ts'

/** Alike in length, beginning or end; more of them than the pool has places. */
const texts = fc.array(
  fc.oneof(
    fc.integer({ min: 0, max: 99_999 }).map((n) => `live-${n}`),
    fc.string({ maxLength: 128, unit: 'grapheme-ascii' }),
    fc.string({ maxLength: 9, unit: fc.constantFrom('a', 'b') }),
  ),
  { maxLength: 300 },
)

it('gives the string of the bytes, seen before or not', () => {
  const pool = new TextPool()
  fc.assert(
    fc.property(texts, fc.nat(5), (list, before) => {
      const all = list.join('')
      const bytes = Buffer.from(`${'#'.repeat(before)}${all}`)
      for (let pass = 0; pass < 2; pass++) {
        let start = before
        for (const text of list) {
          expect(pool.text(bytes, start, start + text.length)).toBe(text)
          start += text.length
        }
      }
    }),
  )
})

it('keeps its strings when the memory of their record is used again', () => {
  const pool = new TextPool()
  const bytes = Buffer.from('tiktok_ad,tiktok_ad')
  const first = pool.text(bytes, 0, 9)
  bytes.write('xxxxxxxxx', 0)
  expect(first).toBe('tiktok_ad')
  expect(pool.text(bytes, 10, 19)).toBe('tiktok_ad')
})
