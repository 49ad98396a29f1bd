// A validated event in dictionary numbers, as the journey keeps it.
import { ACTION, CAMPAIGN, CHANNEL, CURRENCY, LIVE, VARIANT } from './dictionary.ts'
import type { Dictionary } from './dictionary.ts'
import type { CoreEvent } from './event.ts'
import type { Goals } from './goals.ts'
import {
  EXTENSION_WORDS,
  GOAL_SHIFT,
  KIND_CONVERSION,
  KIND_OTHER,
  KIND_REFUND,
  KIND_SHIFT,
  NAMED_BIT,
  RANK_SHIFT,
  TOUCH_BIT,
  TWO_32,
  VALUE_BIT,
} from './journey-layout.ts'
import type { PackedEvent } from './journey.ts'

/** Best source first: whose word on value and quantity counts. */
const SOURCE_RANKS: ReadonlyMap<string, number> = new Map([
  ['crm', 0],
  ['checkout', 1],
  ['pixel', 2],
])
const OTHER_RANK = 3

export function createPackedEvent(): PackedEvent {
  return {
    timeMs: 0,
    kindAction: 0,
    channelCampaign: 0,
    liveVariant: 0,
    idHi: 0,
    idLo: 0,
    extension: new Int32Array(EXTENSION_WORDS),
  }
}

export function kindOfEvent(event: CoreEvent, goals: Goals): number {
  if (goals.ofAction(event.action) >= 0) return KIND_CONVERSION
  return goals.isRefund(event.action) ? KIND_REFUND : KIND_OTHER
}

/**
 * Fills `to`; gives numbers to dimensions seen for the first time. `timeMs` is the clamped time.
 */
export function packEvent(
  to: PackedEvent,
  event: CoreEvent,
  timeMs: number,
  goals: Goals,
  dictionary: Dictionary,
): void {
  const kind = kindOfEvent(event, goals)
  const touch = kind === KIND_OTHER && goals.isTouch(event.action) ? TOUCH_BIT : 0
  const channel = dictionary.number(CHANNEL, event.channel)
  const campaign = dictionary.number(CAMPAIGN, event.campaign)
  const action = dictionary.number(ACTION, event.action)
  to.timeMs = timeMs
  to.kindAction = (kind << KIND_SHIFT) | touch | (action << 16)
  to.channelCampaign = channel | (campaign << 16)
  const live = dictionary.number(LIVE, event.liveEvent)
  to.liveVariant = live | (dictionary.number(VARIANT, event.variant) << 16)
  to.idHi = event.idHi
  to.idLo = event.idLo
  if (kind !== KIND_OTHER) packExtension(to.extension, event, goals, dictionary)
}

function packExtension(
  to: Int32Array,
  event: CoreEvent,
  goals: Goals,
  dictionary: Dictionary,
): void {
  const goal = goals.ofAction(event.action)
  const value = Math.max(0, event.valueMinor)
  const isNamed = goal >= 0 && goals.isNamedSource(goal, event.source)
  to[0] = event.transactionHi
  to[1] = event.transactionLo
  to[2] = (value % TWO_32) | 0
  to[3] =
    Math.floor(value / TWO_32) |
    (event.valueMinor >= 0 ? VALUE_BIT : 0) |
    (isNamed ? NAMED_BIT : 0) |
    ((SOURCE_RANKS.get(event.source) ?? OTHER_RANK) << RANK_SHIFT) |
    (Math.max(0, goal) << GOAL_SHIFT)
  to[4] = Math.max(0, event.quantity)
  to[5] = dictionary.number(CURRENCY, event.currency)
}
