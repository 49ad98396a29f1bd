// The journey graph for people (DESIGN section 4): what is known of one person, which numbers were
// booked for it and by which rule. Nodes are touchpoints and conversions, named t1, t2, … and c1,
// c2, … in time order; steps lead from one to the next. Times are epoch ms, money is in minor
// units of the currency beside it. Where something that a number depends on may have been
// forgotten, the graph says so instead of the number.
import type { Model } from '../event.ts'

export interface JourneyGraph {
  readonly streamTimeMs: number
  readonly forgotten: Forgotten
  /** Which touchpoints are candidates of a conversion, in a sentence. */
  readonly candidateRule: string
  readonly touchpoints: readonly TouchpointNode[]
  readonly conversions: readonly ConversionNode[]
  readonly steps: readonly Step[]
  readonly paths: readonly PathNode[]
  readonly refunds: readonly RefundNode[]
  readonly spares: readonly SpareEvent[]
  readonly eventsHeld: number
  /** Events that are no touch, no conversion and no refund, such as heartbeats. */
  readonly otherEvents: number
}

export interface Forgotten {
  readonly events: number
  readonly paths: number
  /** Nothing that has been forgotten is later than this; 0: nothing has been. */
  readonly untilMs: number
}

export interface TouchpointNode {
  readonly id: string
  readonly channel: string
  /** '' without. */
  readonly campaign: string
  readonly firstTouchMs: number
  readonly lastTouchMs: number
  readonly touches: number
  /** How often each action, in order of first appearance. */
  readonly actions: readonly { readonly action: string; readonly count: number }[]
  readonly liveEvents: readonly string[]
}

export interface ConversionNode {
  readonly id: string
  readonly goal: string
  /** Whether the goal ends a path. */
  readonly closes: boolean
  readonly timeMs: number
  readonly grossMinor: number
  readonly refundedMinor: number
  readonly netMinor: number
  /** '' for a conversion without value. */
  readonly currency: string
  readonly quantity: number
  readonly campaign: string
  readonly liveEvent: string
  readonly variant: string
  /** The show whose post-live order it is, '' if of none. */
  readonly postLiveOf: string
  /** First 8 bytes of SHA-256(transaction_id) in hex, '' without. */
  readonly transaction: string
  /** The conversion events that it was merged from, in journey order. */
  readonly events: readonly ConversionEvent[]
  /** Touchpoints that may get credit, in time order. */
  readonly candidates: readonly string[]
  /** One per model; none where `unknown` says why. */
  readonly credits: readonly ModelCredit[]
  /** What can no longer be told, and why; '' if everything can. */
  readonly unknown: string
}

export interface ConversionEvent {
  readonly timeMs: number
  /** As far as the journey keeps it. */
  readonly source: 'crm' | 'checkout' | 'pixel' | 'other'
  /** `made`: it set the time; `copy`: told again; `filled in`: its source makes no conversions. */
  readonly role: 'made' | 'copy' | 'filled in'
  /** -1: it names none. */
  readonly valueMinor: number
  readonly currency: string
  /** Whether value and currency are those of the conversion. */
  readonly isValue: boolean
}

export interface ModelCredit {
  readonly model: Model
  /** The rule that decided, as applied to these candidates. */
  readonly why: string
  /** One per candidate; without candidates one for `(unattributed)`. The parts sum to the whole. */
  readonly parts: readonly CreditPart[]
}

export interface CreditPart {
  /** Id of a touchpoint, or `(unattributed)`. */
  readonly to: string
  /** Millionths of the conversion. */
  readonly micro: number
  readonly netMinor: number
  /** Split of the gross less split of the net. */
  readonly refundMinor: number
  /** Whether the model gives the candidate any weight. */
  readonly hasWeight: boolean
}

export interface Step {
  readonly from: string
  readonly to: string
  readonly delayMs: number
  /**
   * Whether it is a transition of the ledger; else it leads to a conversion that closes nothing.
   */
  readonly isTransition: boolean
}

export interface PathNode {
  readonly end: 'converted' | 'lapsed' | 'open'
  readonly why: string
  /** Its touchpoints and conversions in journey order. */
  readonly nodes: readonly string[]
}

export interface RefundNode {
  readonly timeMs: number
  /** -1: it names none, and takes all that is left. */
  readonly valueMinor: number
  readonly currency: string
  /** Id of the conversion that it takes from; '' for none, or where it can no longer be told. */
  readonly of: string
  /** What it took, in minor units of the conversion's currency. */
  readonly takenMinor: number
  /** '' when it simply matches. */
  readonly why: string
}

/** A conversion event that makes no conversion. */
export interface SpareEvent {
  readonly timeMs: number
  readonly action: string
  readonly why: string
}
