import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { personOf } from '../../../src/adapters/generator/people.ts'

const number = fc.integer({ min: 0, max: 2 ** 31 })

test.prop([fc.integer(), number, number])(
  'knows a person by the seed and the number alone, and no two by one identifier',
  (seed, one, other) => {
    const person = personOf(seed, one)
    expect(person).toEqual(personOf(seed, one))
    expect(person.userHash).toMatch(/^[0-9a-f]{64}$/)
    if (one !== other) expect(personOf(seed, other).userHash).not.toBe(person.userHash)
  },
)
