import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sha256 } from '../../src/schema/sha256.ts'

const expected = (text: string): number[] => {
  const digest = createHash('sha256').update(text, 'utf8').digest()
  return Array.from({ length: 8 }, (_, word) => digest.readInt32BE(word * 4))
}

describe('the hash of a string', () => {
  it('is that of node:crypto for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect([...sha256(text)]).toEqual(expected(text))
      }),
      { numRuns: 500 },
    )
  })

  it('is that of node:crypto for every length around the ends of blocks', () => {
    for (let length = 0; length < 260; length++) {
      for (const unit of ['x', 'é', '€', '😀']) {
        const text = unit.repeat(length)
        expect([...sha256(text)]).toEqual(expected(text))
      }
    }
  })
})
