import { expect, it } from 'vitest'
import { FLAWS, spoil } from '../../../src/adapters/generator/broken.ts'
import { createGenerator } from '../../../src/adapters/generator/generator.ts'
import { generatorOptions } from '../../../src/adapters/generator/options.ts'
import { REJECTION_REASONS } from '../../../src/core/event.ts'
import { DEFAULT_SETTINGS } from '../../../src/core/settings.ts'
import { createEventParser } from '../../../src/schema/parse-event.ts'

/** Of the record around a value, which no value can have. */
const NOT_OF_A_VALUE = new Set(['key_mismatch', 'wrong_partition', 'undecodable_batch'])
const parser = createEventParser(DEFAULT_SETTINGS)
const reason = (line: string) => parser.parse(Buffer.from(line))

it('spoils events for every reason that a value can be refused for, in the order of the contract', () => {
  expect(FLAWS.map((flaw) => flaw.reason)).toEqual(
    REJECTION_REASONS.filter((name) => !NOT_OF_A_VALUE.has(name)),
  )
})

it('gives exactly the reason meant, whatever event is spoilt', () => {
  const lines = [...createGenerator(generatorOptions({ events: 150, invalid: 0 }))]
  for (const { value } of lines) {
    for (const flaw of FLAWS) {
      for (const variant of flaw.variants) expect(reason(variant(value))).toBe(flaw.reason)
    }
  }
})

it('goes through all variants of all reasons in turn', () => {
  const [line] = createGenerator(generatorOptions({ events: 1, invalid: 0 }))
  const variantsMax = Math.max(...FLAWS.map(({ variants }) => variants.length))
  const seen = new Set<string>()
  for (let turn = 0; turn < FLAWS.length * variantsMax; turn++) {
    const spoilt = spoil(line?.value ?? '', turn)
    expect(reason(spoilt)).toBe(FLAWS[turn % FLAWS.length]?.reason)
    seen.add(spoilt)
  }
  expect(seen.size).toBe(FLAWS.reduce((all, { variants }) => all + variants.length, 0))
})
