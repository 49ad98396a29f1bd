// A generated log is a list of moves, and a move is a handful of small numbers that only `build-
// log.ts` gives a meaning. So a seed and fast-check can produce the same logs, and fast-check can
// shrink them: a dropped move is a dropped record, and 0 is always the plainest choice.
import fc from 'fast-check'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

/** Each number is 0..9999. */
export interface Move {
  /** What the record is: touch, purchase, refund, copy, tick … */
  readonly what: number
  readonly person: number
  /** How record time moves. */
  readonly pace: number
  /** Where event time lies. */
  readonly age: number
  /** Amount within the choice of `pace` and `age`. */
  readonly detail: number
  /** Channel and campaign. */
  readonly where: number
  /** Action, live event, variant. */
  readonly about: number
  /** Transaction, source, quantity. */
  readonly sale: number
  readonly money: number
}

const FIELDS = [
  'what',
  'person',
  'pace',
  'age',
  'detail',
  'where',
  'about',
  'sale',
  'money',
] as const
const CHOICE_MAX = 9999

/** Draws integers from..to, both ends included; the same for the same seed, for ever. */
export type Draw = (from: number, to: number) => number

export function createDraw(seed: number): Draw {
  const random = xoroshiro128plus(Math.imul(seed, 0x9e3779b1))
  const draw: Draw = (from, to) => uniformInt(random, from, to)
  // The first outputs of neighbouring seeds resemble each other.
  for (let i = 0; i < 16; i++) draw(0, CHOICE_MAX)
  return draw
}

/** The same items in a drawn order. */
export function shuffled<T>(list: readonly T[], draw: Draw): T[] {
  const result = [...list]
  for (let i = result.length - 1; i > 0; i--) {
    const j = draw(0, i)
    const swap = result[i]!
    result[i] = result[j]!
    result[j] = swap
  }
  return result
}

export function drawMoves(draw: Draw, count: number): Move[] {
  return Array.from({ length: count }, () => {
    const entries = FIELDS.map((field) => [field, draw(0, CHOICE_MAX)])
    return Object.fromEntries(entries) as Move
  })
}

const choice = fc.nat(CHOICE_MAX)

export function movesArbitrary(range: { minLength: number; maxLength: number }) {
  const move: fc.Arbitrary<Move> = fc.record({
    what: choice,
    person: choice,
    pace: choice,
    age: choice,
    detail: choice,
    where: choice,
    about: choice,
    sale: choice,
    money: choice,
  })
  return fc.array(move, { ...range, size: 'max' })
}

/**
 * Picks by weight: `number` (0..9999) runs over the list, each entry as often as its weight says.
 */
export function pickWeighted<T>(list: readonly (readonly [number, T])[], number: number): T {
  const total = list.reduce((sum, [weight]) => sum + weight, 0)
  let left = number % total
  for (const [weight, value] of list) {
    if (left < weight) return value
    left -= weight
  }
  throw new Error('weights must be positive')
}

export function pick<T>(list: readonly T[], number: number): T {
  return list[number % list.length]!
}
