// The eight rule models: integer weights over the candidates of a conversion (DESIGN section 5; the
// lead rules of `w_shaped` and the decay arithmetic are in DETAILS, "Ledger"). One splitter is
// reused for all conversions of a partition, so that credit costs no garbage.
import { MODELS } from './event.ts'
import type { Model } from './event.ts'
import { lowHalf } from './journey.ts'
import { splitByWeights, splitEqually } from './split.ts'
import { HOURS, MINUTES } from './time-decay-table.ts'

const HALF_LIFE_TABLE_MS = 7 * 86_400_000
const HALF_LIFE_TABLE_MINUTES = 10_080
const MINUTE_MS = 60_000

/** Touchpoints of which [from, to) are the candidates of one conversion: at least one. */
export interface Candidates {
  readonly timesMs: readonly number[]
  /** channel | campaign << 16 */
  readonly touchpoints: readonly number[]
  readonly from: number
  readonly to: number
  /** The touchpoint that is the lead's key touch, -1 without. */
  readonly lead: number
}

export interface ModelSettings {
  readonly halfLifeMs: number
  /** Dictionary numbers of the direct channels. */
  isDirect(channel: number): boolean
}

// How a model divides.
const TO_ONE = 0
const EQUALLY = 1
const BY_WEIGHTS = 2
const BY_CHANNELS = 3

const MODEL = Object.fromEntries(MODELS.map((model, number) => [model, number])) as Readonly<
  Record<Model, number>
>

export class CreditSplitter {
  #count = 0
  #way = EQUALLY
  /** The candidate that gets all where one does, else -1. */
  winner = -1
  #weights = new Float64Array(64)
  #channels = new ChannelGroups()

  /** Chooses the model (its place in MODELS) and the candidates that `split` divides among. */
  choose(model: number, of: Candidates, settings: ModelSettings): void {
    const count = of.to - of.from
    if (count > this.#weights.length) this.#weights = new Float64Array(count * 2)
    this.#count = count
    this.#way = count === 1 ? TO_ONE : this.#wayOf(model, of, settings)
    if (count === 1) this.winner = 0
    else if (this.#way !== TO_ONE) this.winner = -1
  }

  /** Divides a whole (0..2^53) into parts[0..count); they sum to it. */
  split(whole: number, parts: Float64Array): void {
    const count = this.#count
    if (this.#way === TO_ONE) {
      parts.fill(0, 0, count)
      parts[this.winner] = whole
    } else if (this.#way === EQUALLY) splitEqually(whole, count, parts)
    else if (this.#way === BY_WEIGHTS) splitByWeights(whole, this.#weights, count, parts)
    else this.#channels.split(whole, count, parts)
  }

  hasWeight(candidate: number): boolean {
    if (this.#way === TO_ONE) return candidate === this.winner
    return this.#way !== BY_WEIGHTS || this.#weights[candidate]! > 0
  }

  /** How many candidates have weight. */
  get weighted(): number {
    let weighted = 0
    for (let i = 0; i < this.#count; i++) if (this.hasWeight(i)) weighted++
    return weighted
  }

  #wayOf(model: number, of: Candidates, settings: ModelSettings): number {
    const count = this.#count
    switch (model) {
      case MODEL.first_touch:
        this.winner = 0
        return TO_ONE
      case MODEL.last_touch:
        this.winner = count - 1
        return TO_ONE
      case MODEL.last_non_direct:
        this.winner = lastNonDirect(of, settings)
        return TO_ONE
      case MODEL.linear:
        return EQUALLY
      case MODEL.time_decay:
        return timeDecay(of, settings.halfLifeMs, this.#weights)
      case MODEL.position_based:
        return positionBased(count, this.#weights)
      case MODEL.w_shaped:
        return of.lead < 0
          ? positionBased(count, this.#weights)
          : wShaped(count, of.lead - of.from, this.#weights)
      default:
        this.#channels.form(of)
        return BY_CHANNELS
    }
  }
}

function lastNonDirect(of: Candidates, settings: ModelSettings): number {
  for (let i = of.to - 1; i >= of.from; i--) {
    if (!settings.isDirect(lowHalf(of.touchpoints[i]!))) return i - of.from
  }
  return of.to - of.from - 1
}

/** 2^(-age / half-life) from integer tables; age in whole minutes before the newest candidate. */
function timeDecay(of: Candidates, halfLifeMs: number, weights: Float64Array): number {
  const newest = of.timesMs[of.to - 1]!
  for (let i = of.from; i < of.to; i++) {
    let age = Math.floor((newest - of.timesMs[i]!) / MINUTE_MS)
    if (halfLifeMs !== HALF_LIFE_TABLE_MS) {
      age = Number((BigInt(age) * BigInt(HALF_LIFE_TABLE_MS)) / BigInt(halfLifeMs))
    }
    const halvings = Math.floor(age / HALF_LIFE_TABLE_MINUTES)
    const rest = age % HALF_LIFE_TABLE_MINUTES
    let weight = HOURS[Math.floor(rest / 60)]! * MINUTES[rest % 60]!
    for (let k = Math.min(halvings, 53); k > 0; k--) weight = Math.floor(weight / 2)
    weights[i - of.from] = weight
  }
  return BY_WEIGHTS
}

/** 40 % first, 40 % last, 20 % shared by the middle. */
function positionBased(count: number, weights: Float64Array): number {
  if (count < 3) return EQUALLY
  const middle = count - 2
  weights.fill(1, 1, count - 1)
  weights[0] = 2 * middle
  weights[count - 1] = 2 * middle
  return BY_WEIGHTS
}

/** 30 % each to first, lead and last, adding up where they coincide; 10 % shared by the rest. */
function wShaped(count: number, lead: number, weights: Float64Array): number {
  weights.fill(0, 0, count)
  weights[0]!++
  weights[lead]!++
  weights[count - 1]!++
  let rest = 0
  for (let i = 0; i < count; i++) if (weights[i] === 0) rest++
  if (rest === 0) return BY_WEIGHTS
  for (let i = 0; i < count; i++) weights[i] = weights[i] === 0 ? 1 : 3 * rest * weights[i]!
  return BY_WEIGHTS
}

/**
 * Equally over the distinct channels in order of their first candidate, then equally within each:
 * the exact Shapley value of "conversions whose channels are all in the coalition".
 */
class ChannelGroups {
  #count = 0
  /** By candidate: its channel's place among the distinct ones. */
  #placeOf = new Int32Array(64)
  readonly #places = new Map<number, number>()
  /** By place: how many candidates it has, and how many of them got their part. */
  #sizes = new Int32Array(64)
  #served = new Int32Array(64)
  #shares = new Float64Array(64)

  form(of: Candidates): void {
    const candidates = of.to - of.from
    if (candidates > this.#placeOf.length) this.#grow(candidates * 2)
    this.#places.clear()
    this.#count = 0
    for (let i = 0; i < candidates; i++) {
      const channel = lowHalf(of.touchpoints[of.from + i]!)
      let place = this.#places.get(channel)
      if (place === undefined) {
        place = this.#count++
        this.#places.set(channel, place)
        this.#sizes[place] = 0
      }
      this.#placeOf[i] = place
      this.#sizes[place]!++
    }
  }

  split(whole: number, candidates: number, parts: Float64Array): void {
    splitEqually(whole, this.#count, this.#shares)
    this.#served.fill(0, 0, this.#count)
    for (let i = 0; i < candidates; i++) {
      const place = this.#placeOf[i]!
      const size = this.#sizes[place]!
      const share = this.#shares[place]!
      const left = share % size
      const part = (share - left) / size
      parts[i] = this.#served[place]!++ < size - left ? part : part + 1
    }
  }

  #grow(length: number): void {
    this.#placeOf = new Int32Array(length)
    this.#sizes = new Int32Array(length)
    this.#served = new Int32Array(length)
    this.#shares = new Float64Array(length)
  }
}

/** How a model divides any whole among the candidates of one conversion. */
export interface Shares {
  /** Divides a whole (0..2^53); the parts sum to it. */
  split(whole: number): number[]
  hasWeight(candidate: number): boolean
}

/** The shares of one model for those who look at one conversion at a time. */
export function modelShares(model: Model, candidates: Candidates, settings: ModelSettings): Shares {
  const splitter = new CreditSplitter()
  splitter.choose(MODEL[model], candidates, settings)
  return {
    split: (whole) => {
      const parts = new Float64Array(candidates.to - candidates.from)
      splitter.split(whole, parts)
      return [...parts]
    },
    hasWeight: (candidate) => splitter.hasWeight(candidate),
  }
}
