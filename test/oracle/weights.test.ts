// Money: the worked examples of the contract's maths, then what must hold for every split.
import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import fc from 'fast-check'
import { MODELS } from '../../src/core/event.ts'
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts'
import { DECAY_HOURS, DECAY_MINUTES, splitByModel, splitByWeights, weightsOf } from './weights.ts'
import type { Candidates } from './weights.ts'

const HOUR_MS = 3_600_000

/** Touchpoints by age in hours before the newest; channels by default all different. */
function candidates(
  agesInHours: readonly number[],
  leadIndex = -1,
  channels: readonly string[] = [],
): Candidates {
  const touchpoints = agesInHours.map((age, i) => ({
    timeMs: (10_000 - age) * HOUR_MS,
    channel: channels[i] ?? `channel ${i}`,
  }))
  return { touchpoints, leadIndex }
}

function split(model: (typeof MODELS)[number], amount: bigint, of: Candidates): number[] {
  return splitByModel(model, amount, of, DEFAULT_SETTINGS).map(Number)
}

it('has the decay constants of the contract', () => {
  const text = [...DECAY_HOURS, ...DECAY_MINUTES].join(',')
  expect(createHash('sha256').update(text).digest('hex').slice(0, 16)).toBe('cf03d87649a283ef')
})

it('halves a touch with every week of age', () => {
  const days = [21 * 24, 14 * 24, 7 * 24, 0]
  expect(split('time_decay', 10_000n, candidates(days))).toEqual([667, 1333, 2667, 5333])
  expect(split('time_decay', 9999n, candidates([240, 72, 1]))).toEqual([1760, 3520, 4719])
})

it('gives a touch of 53 weeks no weight, and so no unit', () => {
  const old = candidates([7 * 24 * 53, 0])
  expect(weightsOf('time_decay', old, DEFAULT_SETTINGS)).toEqual([0n, 2n ** 52n])
  expect(split('time_decay', 9999n, old)).toEqual([0, 9999])
})

it('scales ages to another half-life before it looks up a weight', () => {
  const settings = { ...DEFAULT_SETTINGS, halfLifeMs: 24 * HOUR_MS }
  const weights = weightsOf('time_decay', candidates([48, 24, 0]), settings)
  expect(weights).toEqual([2n ** 50n, 2n ** 51n, 2n ** 52n])
})

it('splits 40/20/40 by position', () => {
  const parts = (n: number) => split('position_based', 9999n, candidates([4, 3, 2, 1].slice(0, n)))
  expect([1, 2, 3, 4].map(parts)).toEqual([
    [9999],
    [4999, 5000],
    [3999, 2000, 4000],
    [3999, 1000, 1000, 4000],
  ])
})

it('splits 30/30/30/10 around the lead, adding shares that coincide', () => {
  expect(split('w_shaped', 10_000n, candidates([3, 2, 1, 0], 0))).toEqual([6000, 500, 500, 3000])
  expect(split('w_shaped', 10_000n, candidates([2, 1, 0], 1))).toEqual([3333, 3333, 3334])
  expect(split('w_shaped', 10_001n, candidates([5, 4, 3, 2, 1, 0], 2))).toEqual([
    3000, 333, 3000, 334, 334, 3000,
  ])
  expect(split('w_shaped', 9999n, candidates([2, 1, 0]))).toEqual([3999, 2000, 4000])
  expect(split('w_shaped', 9n, candidates([1, 0], 0))).toEqual([6, 3])
})

it('splits Shapley over channels first, then within a channel', () => {
  const of = candidates([3, 2, 1, 0], -1, ['A', 'B', 'A', 'C'])
  expect(split('shapley', 600n, of)).toEqual([100, 200, 100, 200])
  expect(split('shapley', 1_000_000n, of)).toEqual([166_666, 333_333, 166_667, 333_334])
})

it('looks past direct channels, unless there is nothing else', () => {
  const of = (channels: string[]) => candidates([2, 1, 0], -1, channels)
  expect(split('last_non_direct', 7n, of(['A', 'direct', '(direct)']))).toEqual([7, 0, 0])
  expect(split('last_non_direct', 7n, of(['direct', 'A', 'Direct']))).toEqual([0, 0, 7])
  expect(split('last_non_direct', 7n, of(['direct', 'direct', '(direct)']))).toEqual([0, 0, 7])
})

it('gives leftover units to the largest remainders, equal ones to the later', () => {
  expect(splitByWeights(10n, [1n, 1n, 1n])).toEqual([3n, 3n, 4n])
  expect(splitByWeights(11n, [1n, 1n, 1n])).toEqual([3n, 4n, 4n])
  expect(splitByWeights(5n, [3n, 2n, 2n])).toEqual([2n, 1n, 2n])
})

const anyCandidates = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 2000 }), fc.constantFrom('A', 'B', 'C', 'direct')), {
    minLength: 1,
    maxLength: 20,
  })
  .chain((drawn) => {
    const sorted = drawn.toSorted((a, b) => b[0] - a[0])
    const ages = sorted.map(([age]) => age - sorted.at(-1)![0])
    const channels = sorted.map(([, channel]) => channel)
    return fc
      .integer({ min: -1, max: sorted.length - 1 })
      .map((leadIndex) => candidates(ages, leadIndex, channels))
  })

it('gives parts that sum to the whole, none a unit away from its exact share', () => {
  const amount = fc.bigInt({ min: 0n, max: 10n ** 15n })
  fc.assert(
    fc.property(anyCandidates, amount, fc.constantFrom(...MODELS), (of, whole, model) => {
      const parts = splitByModel(model, whole, of, DEFAULT_SETTINGS)
      expect(parts.reduce((sum, part) => sum + part, 0n)).toBe(whole)
      if (model === 'shapley') return
      const weights = weightsOf(model, of, DEFAULT_SETTINGS)
      const total = weights.reduce((sum, w) => sum + w, 0n)
      parts.forEach((part, i) => {
        const floor = (whole * weights[i]!) / total
        expect(part === floor || part === floor + 1n).toBe(true)
      })
    }),
  )
})
