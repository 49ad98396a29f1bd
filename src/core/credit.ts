// The eight rule models: integer weights over the candidates of a conversion (DESIGN section 5; the
// lead rules of `w_shaped` and the decay arithmetic are in DETAILS, "Ledger").
import type { Model } from './event.ts'
import { lowHalf } from './journey.ts'
import { splitByWeights } from './split.ts'
import { HOURS, MINUTES } from './time-decay-table.ts'

const HALF_LIFE_TABLE_MS = 7 * 86_400_000
const HALF_LIFE_TABLE_MINUTES = 10_080
const MINUTE_MS = 60_000

/** Candidates of one conversion in time order: at least one. */
export interface Candidates {
  readonly timesMs: readonly number[]
  /** channel | campaign << 16 */
  readonly touchpoints: readonly number[]
  /** Place of the lead's key touch, -1 without. */
  readonly lead: number
}

export interface ModelSettings {
  readonly halfLifeMs: number
  /** Dictionary numbers of the direct channels. */
  isDirect(channel: number): boolean
}

/** How a model divides any whole among the candidates of one conversion. */
export interface Shares {
  /** Divides a whole (0..2^53); the parts sum to it. */
  split(whole: number): number[]
  hasWeight(candidate: number): boolean
}

export function modelShares(model: Model, candidates: Candidates, settings: ModelSettings): Shares {
  if (model === 'shapley') return shapleyShares(candidates)
  const weights = modelWeights(model, candidates, settings)
  return {
    split: (whole) => splitByWeights(whole, weights),
    hasWeight: (candidate) => weights[candidate]! > 0,
  }
}

function modelWeights(
  model: Exclude<Model, 'shapley'>,
  candidates: Candidates,
  settings: ModelSettings,
): number[] {
  const count = candidates.timesMs.length
  switch (model) {
    case 'first_touch':
      return allTo(0, count)
    case 'last_touch':
      return allTo(count - 1, count)
    case 'last_non_direct':
      return allTo(lastNonDirect(candidates, settings), count)
    case 'linear':
      return Array.from({ length: count }, () => 1)
    case 'time_decay':
      return timeDecay(candidates.timesMs, settings.halfLifeMs)
    case 'position_based':
      return positionBased(count)
    case 'w_shaped':
      return candidates.lead < 0 ? positionBased(count) : wShaped(count, candidates.lead)
  }
}

const allTo = (place: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => (i === place ? 1 : 0))

function lastNonDirect(candidates: Candidates, settings: ModelSettings): number {
  const place = candidates.touchpoints.findLastIndex((key) => !settings.isDirect(lowHalf(key)))
  return place < 0 ? candidates.touchpoints.length - 1 : place
}

/** 2^(-age / half-life) from integer tables; age in whole minutes before the newest candidate. */
function timeDecay(timesMs: readonly number[], halfLifeMs: number): number[] {
  const newest = timesMs[timesMs.length - 1]!
  return timesMs.map((time) => {
    let age = Math.floor((newest - time) / MINUTE_MS)
    if (halfLifeMs !== HALF_LIFE_TABLE_MS) {
      age = Number((BigInt(age) * BigInt(HALF_LIFE_TABLE_MS)) / BigInt(halfLifeMs))
    }
    const halvings = Math.floor(age / HALF_LIFE_TABLE_MINUTES)
    const rest = age % HALF_LIFE_TABLE_MINUTES
    let weight = HOURS[Math.floor(rest / 60)]! * MINUTES[rest % 60]!
    for (let k = Math.min(halvings, 53); k > 0; k--) weight = Math.floor(weight / 2)
    return weight
  })
}

/** 40 % first, 40 % last, 20 % shared by the middle. */
function positionBased(count: number): number[] {
  if (count < 3) return Array.from({ length: count }, () => 1)
  const middle = count - 2
  return Array.from({ length: count }, (_, i) => (i === 0 || i === count - 1 ? 2 * middle : 1))
}

/** 30 % each to first, lead and last, adding up where they coincide; 10 % shared by the rest. */
function wShaped(count: number, lead: number): number[] {
  const keys = Array.from({ length: count }, () => 0)
  for (const place of [0, lead, count - 1]) keys[place]!++
  const rest = keys.filter((times) => times === 0).length
  return keys.map((times) => (rest === 0 ? times : times === 0 ? 1 : 3 * rest * times))
}

/**
 * Equally over the distinct channels in order of their first candidate, then equally within each: the
 * exact Shapley value of "conversions whose channels are all in the coalition".
 */
function shapleyShares(candidates: Candidates): Shares {
  const places = new Map<number, number[]>()
  candidates.touchpoints.forEach((key, place) => {
    const channel = lowHalf(key)
    const known = places.get(channel)
    if (known === undefined) places.set(channel, [place])
    else known.push(place)
  })
  const channels = [...places.values()]
  const equal = channels.map(() => 1)
  const within = channels.map((of) => of.map(() => 1))
  const split = (whole: number): number[] => {
    const parts = candidates.touchpoints.map(() => 0)
    splitByWeights(whole, equal).forEach((share, c) => {
      splitByWeights(share, within[c]!).forEach((part, i) => {
        parts[channels[c]![i]!] = part
      })
    })
    return parts
  }
  return { split, hasWeight: () => true }
}
