// The anatomy of a journey: its touchpoints, paths and conversions, as DESIGN section 4 defines
// them, with what each conversion's credit depends on. Made in one pass over the events; compared
// before and after a change, it says which parts of f differ.
import { PATH_LAPSED, PATH_NONE, PATH_OPEN } from './journey-layout.ts'
import { isTouch, lowHalf } from './journey.ts'
import type { Journey } from './journey.ts'
import type { Goals } from './goals.ts'
import { findTransactions } from './transactions.ts'
import type { Group } from './transaction-groups.ts'
import type { Conversion, UnmatchedRefund } from './transactions.ts'
import type { Settings } from './settings.ts'

/** A purchase without a live event belongs to the show seen at most this long before. */
export const POST_LIVE_MS = 72 * 3_600_000

export const ENDED_OPEN = 0
export const ENDED_CONVERTED = 1
export const ENDED_LAPSED = 2

/** Touchpoints [from, to) and how they ended. */
export interface Path {
  readonly from: number
  readonly to: number
  readonly end: number
  /** The closing conversion's place in `conversions`, -1 without. */
  readonly conversion: number
  /** Position of the last event of the path. */
  readonly lastEvent: number
}

/** What the credit of a conversion depends on beside its amounts. */
export interface CreditBasis {
  /** Candidates are touchpoints [from, to). */
  readonly from: number
  readonly to: number
  /** The touchpoint that is the lead's key touch, -1 without. */
  readonly lead: number
  /** Dictionary number of the live event whose post-live order it is, 0: none. */
  readonly postLive: number
}

export class Anatomy {
  /** Time of each touchpoint = that of its first touch. */
  readonly touchpointMs: number[] = []
  /** channel | campaign << 16 of each touchpoint. */
  readonly touchpointKey: number[] = []
  readonly paths: Path[] = []
  readonly conversions: readonly Conversion[]
  /** One per conversion. */
  readonly bases: CreditBasis[] = []
  readonly groups: readonly Group[]
  readonly unmatchedRefunds: readonly UnmatchedRefund[]
  /** Time of the last touch of the last path. */
  lastTouchMs = 0
  /** State of the last path if it has touches and no closing conversion, else PATH_NONE. */
  pathState = PATH_NONE
  /** Events before this position belong to paths. */
  pathEventsEnd = 0
  readonly #settings: Settings
  readonly #goals: Goals
  #pathFrom = 0
  #pathLeads: number[] = []
  #hasTouch = false

  /** `lapsedThroughMs`: the last path was settled as lapsed if its last touch is not after this. */
  constructor(journey: Journey, goals: Goals, settings: Settings, lapsedThroughMs: number) {
    this.#settings = settings
    this.#goals = goals
    const found = findTransactions(journey, goals, settings.transactionWindowMs)
    this.conversions = found.conversions
    this.groups = found.groups
    this.unmatchedRefunds = found.unmatched
    let next = 0
    let live = 0
    let liveMs = 0
    for (let at = 0; at < journey.count; at++) {
      const time = journey.timeMs[at]!
      if (this.conversions[next]?.at === at) {
        this.#convert(next, live !== 0 && time - liveMs <= POST_LIVE_MS ? live : 0)
        next++
      } else if (isTouch(journey.kindAction[at]!)) {
        this.#touch(at, time, journey.channelCampaign[at]!)
      }
      const eventLive = lowHalf(journey.liveVariant[at]!)
      if (eventLive !== 0) {
        live = eventLive
        liveMs = time
      }
    }
    this.#finish(journey.count, lapsedThroughMs)
  }

  #touch(at: number, time: number, key: number): void {
    const { inactivityGapMs, touchpointGapMs, pathTouchpointsMax } = this.#settings
    if (this.#hasTouch && time - this.lastTouchMs > inactivityGapMs)
      this.#end(ENDED_LAPSED, at - 1, -1)
    const last = this.touchpointKey.length - 1
    const extendsLast =
      this.#hasTouch &&
      this.touchpointKey[last] === key &&
      time - this.lastTouchMs <= touchpointGapMs
    if (!extendsLast) {
      if (last + 1 - this.#pathFrom >= pathTouchpointsMax) this.#end(ENDED_LAPSED, at - 1, -1)
      this.touchpointMs.push(time)
      this.touchpointKey.push(key)
    }
    this.lastTouchMs = time
    this.#hasTouch = true
  }

  #convert(number: number, postLive: number): void {
    const conversion = this.conversions[number]!
    const closes = this.#goals.closes[conversion.goal]!
    const isStale =
      this.#hasTouch && conversion.timeMs - this.lastTouchMs > this.#settings.inactivityGapMs
    if (closes && isStale) this.#end(ENDED_LAPSED, conversion.at - 1, -1)
    if (conversion.goal === this.#goals.lead) this.#pathLeads.push(conversion.timeMs)
    this.bases.push(this.#basis(conversion, postLive))
    if (closes) this.#end(ENDED_CONVERTED, conversion.at, number)
  }

  #basis(conversion: Conversion, postLive: number): CreditBasis {
    const { lookbackMs, creditScope } = this.#settings
    const earliest = conversion.timeMs - lookbackMs
    const to = this.touchpointMs.length
    const floor = creditScope === 'path' ? this.#pathFrom : 0
    let from = to
    while (from > floor && this.touchpointMs[from - 1]! >= earliest) from--
    let lead = -1
    for (const leadMs of this.#pathLeads) {
      lead = this.#lastAtOrBefore(leadMs, from, to)
      if (lead >= 0) break
    }
    const isOrder = conversion.goal === this.#goals.order && conversion.live === 0
    return { from, to, lead, postLive: isOrder ? postLive : 0 }
  }

  #lastAtOrBefore(time: number, from: number, to: number): number {
    for (let i = to - 1; i >= from; i--) if (this.touchpointMs[i]! <= time) return i
    return -1
  }

  #end(end: number, lastEvent: number, conversion: number): void {
    const to = this.touchpointMs.length
    this.paths.push({ from: this.#pathFrom, to, end, conversion, lastEvent })
    this.#pathFrom = to
    this.#pathLeads = []
    this.#hasTouch = false
    this.pathEventsEnd = lastEvent + 1
  }

  #finish(count: number, lapsedThroughMs: number): void {
    if (!this.#hasTouch) return
    const isLapsed = this.lastTouchMs <= lapsedThroughMs
    this.pathState = isLapsed ? PATH_LAPSED : PATH_OPEN
    this.#end(isLapsed ? ENDED_LAPSED : ENDED_OPEN, count - 1, -1)
  }
}
