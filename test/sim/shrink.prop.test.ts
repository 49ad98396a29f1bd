import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { shrink } from './shrink.ts'

const MAX = 40
const plan = {
  records: Array.from({ length: MAX }, (_, i) => i),
  faults: Array.from({ length: MAX }, (_, i) => i),
}
const culprits = fc.uniqueArray(fc.nat({ max: MAX - 1 }), { maxLength: 5 })
const never = (): boolean => false

test.prop([culprits, culprits])(
  'what is left is what the failure takes, in its order',
  async (records, faults) => {
    const fails = async (tried: typeof plan): Promise<boolean> =>
      records.every((one) => tried.records.includes(one)) &&
      faults.every((one) => tried.faults.includes(one))
    const small = await shrink(plan, { fails, isOver: never })
    const ascending = (a: number, b: number): number => a - b
    expect(small).toEqual({
      records: records.toSorted(ascending),
      faults: faults.toSorted(ascending),
    })
  },
)

test.prop([fc.array(fc.nat({ max: 7 }), { minLength: 1, maxLength: MAX })])(
  'where less is not always milder, no single fault can be left out of what is left',
  async (faults) => {
    // Fails by the sum of its faults, which are odd and even.
    const isBad = (kept: readonly number[]): boolean =>
      kept.reduce((sum, one) => sum + one, 0) % 2 === faults.reduce((sum, one) => sum + one, 0) % 2
    const fails = async (tried: { readonly faults: readonly number[] }): Promise<boolean> =>
      isBad(tried.faults)
    const small = await shrink({ records: [], faults }, { fails, isOver: never })
    expect(isBad(small.faults)).toBe(true)
    for (let at = 0; at < small.faults.length; at++) {
      expect(isBad(small.faults.toSpliced(at, 1))).toBe(false)
    }
  },
)

test.prop([fc.nat({ max: 60 })])(
  'it ends at its bound, with a plan that has been seen to fail',
  async (triesMax) => {
    let tries = 0
    const seen = new Set([JSON.stringify(plan)])
    const fails = async (tried: typeof plan): Promise<boolean> => {
      tries++
      const isBad = tried.faults.includes(7) && tried.records.length % 3 === 1
      if (isBad) seen.add(JSON.stringify(tried))
      return isBad
    }
    const small = await shrink(plan, { fails, isOver: () => tries >= triesMax })
    expect(tries).toBeLessThanOrEqual(triesMax)
    expect(seen).toContain(JSON.stringify(small))
  },
)
