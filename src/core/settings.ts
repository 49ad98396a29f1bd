// The settings that f depends on: change one and published numbers change, so their fingerprint is
// kept with the state (DESIGN section 8). Durations are milliseconds.

/**
 * A conversion: which actions make it, whether it ends a path, and where its value may come from.
 */
export interface Goal {
  readonly name: string
  readonly actions: readonly string[]
  /**
   * true: ends the path and enters `transitions` and `paths`; false: a step on the way (lead,
   * signup).
   */
  readonly closes: boolean
  /** Names of the sources that make a conversion; all others only fill in what is missing. */
  readonly sources: 'all' | readonly string[]
  /** Value of a conversion whose events carry none; null: it has no value (0, currency ''). */
  readonly default: { readonly valueMinor: number; readonly currency: string } | null
}

export interface Settings {
  readonly latenessMs: number
  readonly inactivityGapMs: number
  readonly touchpointGapMs: number
  readonly lookbackMs: number
  readonly transactionWindowMs: number
  readonly halfLifeMs: number
  readonly creditScope: 'lookback' | 'path'
  readonly pathTouchpointsMax: number
  readonly journeyEventsMax: number
  readonly dimensionValuesMax: number
  readonly goals: readonly Goal[]
  /** 'default': every action but conversions, refunds and `heartbeat`. */
  readonly touchActions: 'default' | readonly string[]
  readonly directChannels: readonly string[]
}

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

const goal = (name: string, closes: boolean): Goal => ({
  name,
  actions: [name],
  closes,
  sources: 'all',
  default: null,
})

export const DEFAULT_SETTINGS: Settings = {
  latenessMs: 7 * DAY,
  inactivityGapMs: 30 * DAY,
  touchpointGapMs: 30 * MINUTE,
  lookbackMs: 30 * DAY,
  transactionWindowMs: 60 * DAY,
  halfLifeMs: 7 * DAY,
  creditScope: 'lookback',
  pathTouchpointsMax: 512,
  journeyEventsMax: 4096,
  dimensionValuesMax: 10_000,
  goals: [
    goal('purchase', true),
    goal('lead', false),
    goal('signup', false),
    goal('subscribe', false),
  ],
  touchActions: 'default',
  directChannels: ['direct', '(direct)'],
}

/** The action that takes money back; never a touch, never a goal. */
export const REFUND_ACTION = 'refund'
/** A sign of life: counted in `activity` and `live_minutes`, by default no touch. */
export const HEARTBEAT_ACTION = 'heartbeat'
