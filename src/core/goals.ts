// The settings' goals and touch actions, compiled for look-up by action and by number.
import { CURRENCY, NO_VALUE } from './dictionary.ts'
import type { Dictionary } from './dictionary.ts'
import { HEARTBEAT_ACTION, REFUND_ACTION } from './settings.ts'
import type { Settings } from './settings.ts'

/** The goal whose first conversion in a path is the key touch of `w_shaped`. */
const LEAD_GOAL = 'lead'
/** The goal whose conversions are a live event's orders. */
export const ORDER_GOAL = 'purchase'

export interface DefaultValue {
  readonly valueMinor: number
  /** Dictionary number. */
  readonly currency: number
}

const NO_DEFAULT: DefaultValue = { valueMinor: 0, currency: NO_VALUE }

export class Goals {
  readonly names: readonly string[]
  readonly closes: readonly boolean[]
  /** Number of the non-closing goal `lead`, -1 without. */
  readonly lead: number
  /** Number of the goal `purchase`, -1 without. */
  readonly order: number
  readonly #byAction = new Map<string, number>()
  readonly #sources: readonly (ReadonlySet<string> | null)[]
  readonly #touchActions: ReadonlySet<string> | null
  readonly #settings: Settings
  readonly #dictionary: Dictionary

  constructor(settings: Settings, dictionary: Dictionary) {
    this.#settings = settings
    this.#dictionary = dictionary
    this.names = settings.goals.map((goal) => goal.name)
    this.closes = settings.goals.map((goal) => goal.closes)
    this.lead = settings.goals.findIndex((goal) => goal.name === LEAD_GOAL && !goal.closes)
    this.order = this.names.indexOf(ORDER_GOAL)
    this.#sources = settings.goals.map((goal) =>
      goal.sources === 'all' ? null : new Set(goal.sources),
    )
    this.#touchActions = settings.touchActions === 'default' ? null : new Set(settings.touchActions)
    settings.goals.forEach((goal, number) => {
      for (const action of goal.actions) this.#byAction.set(action, number)
    })
  }

  /** The goal that the action is a conversion event of, -1 for all other actions. */
  ofAction(action: string): number {
    return this.#byAction.get(action) ?? -1
  }

  /** Whether an action that is no goal's and no refund makes touchpoints. */
  isTouch(action: string): boolean {
    if (this.#touchActions !== null) return this.#touchActions.has(action)
    return action !== HEARTBEAT_ACTION
  }

  isRefund(action: string): boolean {
    return action === REFUND_ACTION
  }

  /** Whether events of the source make the goal's conversions, or only fill in what is missing. */
  isNamedSource(goal: number, source: string): boolean {
    return this.#sources[goal]?.has(source) ?? true
  }

  /** What a conversion is worth whose events carry no value. */
  fallback(goal: number): DefaultValue {
    const configured = this.#settings.goals[goal]!.default
    if (configured === null) return NO_DEFAULT
    return {
      valueMinor: configured.valueMinor,
      currency: this.#dictionary.number(CURRENCY, configured.currency),
    }
  }
}
