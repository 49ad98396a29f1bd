// DESIGN section 4 and DETAILS "Kinds": what an event is to a journey, and the order of a journey:
// time, then touches and all others < conversions < refunds, then the id hash as unsigned bytes.
import { HEARTBEAT_ACTION, REFUND_ACTION } from '../../src/core/settings.ts'
import type { Goal, Settings } from '../../src/core/settings.ts'
import type { AppliedEvent } from './admit.ts'

export type Kind = 'touch' | 'other' | 'conversion' | 'refund'

const RANK: Record<Kind, number> = { touch: 0, other: 0, conversion: 1, refund: 2 }

export function goalOf(action: string, settings: Settings): Goal | undefined {
  return settings.goals.find((goal) => goal.actions.includes(action))
}

/** The kind of an event by its action as sent. */
export function kindOf(action: string, settings: Settings): Kind {
  if (action === REFUND_ACTION) return 'refund'
  if (goalOf(action, settings)) return 'conversion'
  if (settings.touchActions === 'default') return action === HEARTBEAT_ACTION ? 'other' : 'touch'
  return settings.touchActions.includes(action) ? 'touch' : 'other'
}

/** A sorted copy. */
export function inJourneyOrder(events: readonly AppliedEvent[]): AppliedEvent[] {
  return events.toSorted(
    (a, b) =>
      a.timeMs - b.timeMs ||
      RANK[a.kind] - RANK[b.kind] ||
      (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
  )
}
