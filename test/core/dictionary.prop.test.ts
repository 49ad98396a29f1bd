import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { CHANNEL, Dictionary, KINDS, NO_VALUE, OTHER_VALUE } from '../../src/core/dictionary.ts'

const VALUES_MAX = 3

/** Few values, so that the cap is reached and values come back; some that look like our own. */
const word = fc.constantFrom('', 'a', 'b', 'c', 'd', 'e', 'f', '(other)', '(start)', '__proto__')
const asked = fc.array(fc.tuple(fc.nat(KINDS.length - 1), word), { maxLength: 60 })

describe('the dictionary', () => {
  it('names the first values of each kind, up to the cap; all later ones are (other)', () => {
    fc.assert(
      fc.property(asked, (list) => {
        const dictionary = new Dictionary(VALUES_MAX)
        const known = KINDS.map(() => new Set<string>())
        let mapped = 0
        for (const [kind, value] of list) {
          const first = known[kind]!
          if (value !== '' && value !== '(other)' && first.size < VALUES_MAX) first.add(value)
          const isKnown = value === '' || value === '(other)' || first.has(value)
          mapped += isKnown ? 0 : 1
          const id = dictionary.number(kind, value)
          expect(dictionary.name(kind, id)).toBe(isKnown ? value : '(other)')
          expect(dictionary.othersMapped).toBe(mapped)
        }
        expect(dictionary.size).toBe(known.reduce((sum, { size }) => sum + size, 0))
        expect(KINDS.map((_, kind) => dictionary.fill(kind))).toEqual(
          known.map(({ size }) => size / VALUES_MAX),
        )
      }),
    )
  })

  it('gives a value the same number always, and two values two numbers', () => {
    fc.assert(
      fc.property(asked, (list) => {
        const dictionary = new Dictionary(1000)
        const numbers = new Map<string, number>()
        for (const [kind, value] of list) {
          const id = dictionary.number(kind, value)
          const key = `${kind} ${value}`
          expect(id).toBe(numbers.get(key) ?? id)
          numbers.set(key, id)
        }
        const different = new Set([...numbers].map(([key, id]) => `${key.split(' ', 1)[0]} ${id}`))
        expect(different.size).toBe(numbers.size)
      }),
    )
  })

  it('is restored from what it says it added, and goes on as if it had never stopped', () => {
    fc.assert(
      fc.property(asked, asked, (before, after) => {
        const dictionary = new Dictionary(VALUES_MAX)
        for (const [kind, value] of before) dictionary.number(kind, value)
        const restored = new Dictionary(VALUES_MAX)
        restored.restore(dictionary.takeAdded())
        expect(restored.size).toBe(dictionary.size)
        for (const [kind, value] of [...before, ...after]) {
          expect(restored.find(kind, value)).toBe(dictionary.find(kind, value))
          expect(restored.number(kind, value)).toBe(dictionary.number(kind, value))
        }
        expect(restored.takeAdded()).toEqual(dictionary.takeAdded())
      }),
    )
  })

  it('lets a producer’s own (other) share the number of all that is mapped to it', () => {
    const dictionary = new Dictionary(1)
    expect(dictionary.number(CHANNEL, '(other)')).toBe(OTHER_VALUE)
    expect(dictionary.number(CHANNEL, 'email')).not.toBe(OTHER_VALUE)
    expect(dictionary.number(CHANNEL, 'search')).toBe(OTHER_VALUE)
    expect(dictionary.number(CHANNEL, '')).toBe(NO_VALUE)
    expect(dictionary.othersMapped).toBe(1)
  })
})
