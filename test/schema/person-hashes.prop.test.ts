// A hash that is found again must be the one that would be computed, whoever shares its slot.
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { PersonHashes } from '../../src/schema/person-hashes.ts'

const expected = (user: string): number[] => {
  const digest = createHash('sha256').update(user).digest()
  return Array.from({ length: 4 }, (_, word) => digest.readInt32BE(word * 4))
}

/** Users alike but for their beginning share a slot; they come again and again. */
const users = fc.array(
  fc.oneof(
    fc.integer({ min: 0, max: 20 }).map((n) => `${'a'.repeat(n + 1)}-the-same-end`),
    fc.integer({ min: 0, max: 9 }).map((n) => `${n}${'0'.repeat(63)}`),
    fc.integer({ min: 0, max: 9 }).map((n) => `${'0'.repeat(63)}${n}`),
    fc.string({ minLength: 1, maxLength: 128, unit: 'grapheme-ascii' }),
  ),
  { minLength: 1, maxLength: 200 },
)

it('gives the first 16 bytes of SHA-256 for every user, seen before or not', () => {
  const hashes = new PersonHashes()
  fc.assert(
    fc.property(users, fc.nat(5), (list, before) => {
      for (const user of list) {
        const bytes = Buffer.from(`${'#'.repeat(before)}${user}"`)
        const end = before + user.length
        const known = hashes.find(bytes, before, end)
        const at = known === -1 ? hashes.add(bytes, before, end) : known
        expect(hashes.find(bytes, before, end)).toBe(at)
        expect([...hashes.words.subarray(at, at + 4)]).toEqual(expected(user))
      }
    }),
  )
})
