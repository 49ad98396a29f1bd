// DESIGN section 5, "Credit": the weights of the rule models as integers, and the largest
// remainder. Sources: DETAILS "w_shaped" and "time_decay"; the examples of attribution-maths.md
// section d.
import type { Model } from '../../src/core/event.ts'
import type { Settings } from '../../src/core/settings.ts'

/**
 * All that a model may look at: the candidates in time order, and the lead's key touch if there is
 * one.
 */
export interface Candidates {
  readonly touchpoints: readonly { readonly timeMs: number; readonly channel: string }[]
  /** Index of the lead's key touch (w_shaped); -1: none. */
  readonly leadIndex: number
}

const HALF_LIFE_MINUTES = 7 * 24 * 60

/**
 * 2^26 · 2^(−h/168) for the hours of a half-life, then 2^26 · 2^(−m/10,080) for the minutes of an
 * hour.
 */
export const DECAY_HOURS = Array.from({ length: 168 }, (_, h) => Math.round(2 ** (26 - h / 168)))
export const DECAY_MINUTES = Array.from({ length: 60 }, (_, m) =>
  Math.round(2 ** (26 - m / 10_080)),
)

/**
 * Splits `amount` (not negative) by integer weights; leftover units go to the largest remainders,
 * then to the later.
 */
export function splitByWeights(amount: bigint, weights: readonly bigint[]): bigint[] {
  const total = weights.reduce((sum, w) => sum + w, 0n)
  const parts = weights.map((w) => (amount * w) / total)
  const order = weights
    .map((w, index) => ({ index, remainder: (amount * w) % total }))
    .toSorted((a, b) =>
      a.remainder === b.remainder ? b.index - a.index : a.remainder > b.remainder ? -1 : 1,
    )
  const leftover = amount - parts.reduce((sum, part) => sum + part, 0n)
  for (const { index } of order.slice(0, Number(leftover))) parts[index]! += 1n
  return parts
}

/**
 * The parts of `amount` that a model gives to each of its candidates (at least one), in their
 * order.
 */
export function splitByModel(
  model: Model,
  amount: bigint,
  candidates: Candidates,
  settings: Settings,
): bigint[] {
  if (model === 'shapley') return splitByChannels(amount, candidates)
  return splitByWeights(amount, weightsOf(model, candidates, settings))
}

/** Integer weights; Shapley's are positive for all (its amounts are split in two stages). */
export function weightsOf(model: Model, candidates: Candidates, settings: Settings): bigint[] {
  const { touchpoints, leadIndex } = candidates
  const count = touchpoints.length
  switch (model) {
    case 'first_touch':
      return onlyAt(count, 0)
    case 'last_touch':
      return onlyAt(count, count - 1)
    case 'last_non_direct': {
      const index = touchpoints.findLastIndex((t) => !settings.directChannels.includes(t.channel))
      return onlyAt(count, index === -1 ? count - 1 : index)
    }
    case 'linear':
    case 'shapley':
      return Array.from({ length: count }, () => 1n)
    case 'time_decay':
      return touchpoints.map((t) => decayWeight(touchpoints.at(-1)!.timeMs - t.timeMs, settings))
    case 'position_based':
      return positionWeights(count)
    case 'w_shaped':
      return leadIndex === -1 ? positionWeights(count) : wShapedWeights(count, leadIndex)
  }
}

function onlyAt(count: number, at: number): bigint[] {
  return Array.from({ length: count }, (_, index) => (index === at ? 1n : 0n))
}

function decayWeight(ageMs: number, settings: Settings): bigint {
  const minutes = BigInt(Math.floor(ageMs / 60_000))
  const age = Number((minutes * BigInt(HALF_LIFE_MINUTES * 60_000)) / BigInt(settings.halfLifeMs))
  const halvings = Math.floor(age / HALF_LIFE_MINUTES)
  const rest = age % HALF_LIFE_MINUTES
  const hours = BigInt(DECAY_HOURS[Math.floor(rest / 60)]!)
  return (hours * BigInt(DECAY_MINUTES[rest % 60]!)) >> BigInt(halvings)
}

/** 0.4, 0.2 shared by the middle, 0.4: times 5 · (n − 2). */
function positionWeights(count: number): bigint[] {
  if (count <= 2) return Array.from({ length: count }, () => 1n)
  const outer = 2n * BigInt(count - 2)
  return Array.from({ length: count }, (_, i) => (i === 0 || i === count - 1 ? outer : 1n))
}

/**
 * 0.3 for each of three key touches, which may coincide, 0.1 shared by the rest: times 10 · rest.
 */
function wShapedWeights(count: number, leadIndex: number): bigint[] {
  const keys = [0, leadIndex, count - 1]
  const rest = count - new Set(keys).size
  const keyShare = rest === 0 ? 1n : 3n * BigInt(rest)
  return Array.from({ length: count }, (_, index) => {
    const times = BigInt(keys.filter((key) => key === index).length)
    return times === 0n ? 1n : times * keyShare
  })
}

/**
 * Equally over the distinct channels in the order of their first candidate, then equally within
 * each.
 */
function splitByChannels(amount: bigint, { touchpoints }: Candidates): bigint[] {
  const parts = touchpoints.map(() => 0n)
  const channels = [...new Set(touchpoints.map((t) => t.channel))]
  const shares = splitByWeights(
    amount,
    channels.map(() => 1n),
  )
  channels.forEach((channel, i) => {
    const members = touchpoints.flatMap((t, index) => (t.channel === channel ? [index] : []))
    const within = splitByWeights(
      shares[i]!,
      members.map(() => 1n),
    )
    members.forEach((index, j) => (parts[index] = within[j]!))
  })
  return parts
}
