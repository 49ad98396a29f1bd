// Money is divided by these few lines: held to exact arithmetic, and to what the rule promises.
import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { splitByWeights, splitEqually } from '../../src/core/split.ts'
import { splitByWeights as exactSplit } from '../oracle/weights.ts'

const split = (whole: number, weights: readonly number[]): number[] => {
  const parts = new Float64Array(weights.length)
  splitByWeights(whole, Float64Array.from(weights), weights.length, parts)
  return [...parts]
}

const WHOLE_MAX = 10 ** 15
const WEIGHT_MAX = 2 ** 52

/** Small numbers, where ties are frequent, and numbers where products need BigInt. */
const upTo = (max: number): fc.Arbitrary<number> =>
  fc.oneof(
    fc.nat(6),
    fc.nat(1000),
    fc.maxSafeNat().map((n) => n % (max + 1)),
    fc.constant(max),
    // around the largest whole that needs no BigInt
    fc.integer({ min: 2 ** 26 - 2, max: 2 ** 26 + 2 }),
  )

/** As those of time decay: all products leave the safe integers, and ties are frequent. */
const largeWeights = fc.oneof(
  upTo(WEIGHT_MAX),
  fc.integer({ min: WEIGHT_MAX - 2, max: WEIGHT_MAX }),
)

const cases = fc.tuple(
  upTo(WHOLE_MAX),
  fc
    .array(fc.oneof(upTo(WEIGHT_MAX), largeWeights), { minLength: 1, maxLength: 60 })
    .filter((weights) => weights.some((weight) => weight > 0)),
)

describe('largest remainder', () => {
  it('gives the parts of exact arithmetic', () => {
    fc.assert(
      fc.property(cases, ([whole, weights]) => {
        const exact = exactSplit(BigInt(whole), weights.map(BigInt))
        expect(split(whole, weights)).toEqual(exact.map(Number))
      }),
      { numRuns: 2000 },
    )
  })

  it('gives parts that sum to the whole, each its exact share rounded down or up', () => {
    fc.assert(
      fc.property(cases, ([whole, weights]) => {
        const parts = split(whole, weights)
        const total = weights.reduce((sum, weight) => sum + BigInt(weight), 0n)
        let sum = 0n
        parts.forEach((part, i) => {
          const product = BigInt(whole) * BigInt(weights[i]!)
          expect(BigInt(part) * total).toBeGreaterThan(product - total)
          expect(BigInt(part) * total).toBeLessThan(product + total)
          sum += BigInt(part)
        })
        expect(sum).toBe(BigInt(whole))
      }),
    )
  })

  it('gives what is left over to the later of equal parts', () => {
    const count = fc.integer({ min: 1, max: 50 })
    fc.assert(
      fc.property(
        fc.nat(WHOLE_MAX),
        count,
        fc.integer({ min: 1, max: 2 ** 40 }),
        (whole, n, weight) => {
          const each = Math.floor(whole / n)
          const more = whole - each * n
          const expected = Array.from({ length: n }, (_, i) => (i < n - more ? each : each + 1))
          expect(
            split(
              whole,
              Array.from({ length: n }, () => weight),
            ),
          ).toEqual(expected)
        },
      ),
    )
  })

  it('gives nothing to a part without weight', () => {
    fc.assert(
      fc.property(cases, ([whole, weights]) => {
        const parts = split(whole, weights)
        expect(parts.filter((part, i) => weights[i] === 0 && part !== 0)).toEqual([])
      }),
    )
  })

  it('gives equal parts as equal weights do', () => {
    fc.assert(
      fc.property(fc.nat(WHOLE_MAX), fc.integer({ min: 1, max: 600 }), (whole, n) => {
        const parts = new Float64Array(n)
        splitEqually(whole, n, parts)
        const weights = Array.from({ length: n }, () => 1n)
        expect([...parts]).toEqual(exactSplit(BigInt(whole), weights).map(Number))
      }),
    )
  })
})
