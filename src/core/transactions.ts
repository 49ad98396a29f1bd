// Conversions from conversion events: copies of one transaction, told by several sources, are one
// conversion; refunds take back from it. All in journey order, so that arrival does not matter.
import {
  currencyAt,
  extensionAt,
  flagsAt,
  hasTransaction,
  hasValue,
  quantityAt,
  valueAt,
} from './event-extension.ts'
import { KIND_CONVERSION, KIND_OTHER, NAMED_BIT, RANK_SHIFT, USED_BIT } from './journey-layout.ts'
import { highHalf, kindOf, lowHalf } from './journey.ts'
import type { Journey } from './journey.ts'
import type { Goals } from './goals.ts'
import { formGroups } from './transaction-groups.ts'
import type { Group } from './transaction-groups.ts'

/** A conversion with what its group of events says of it and what refunds took back. */
export interface Conversion {
  readonly goal: number
  /** Position of the event that makes it. */
  readonly at: number
  readonly timeMs: number
  readonly grossMinor: number
  refundedMinor: number
  readonly currency: number
  readonly quantity: number
  readonly live: number
  readonly variant: number
  /** Its transaction was dropped in part: it stands only to end its path. */
  readonly isUsed: boolean
}

export interface Transactions {
  readonly groups: readonly Group[]
  /** In journey order. */
  readonly conversions: readonly Conversion[]
  readonly unmatched: readonly UnmatchedRefund[]
}

/** A refund that matches no conversion. */
export interface UnmatchedRefund {
  readonly timeMs: number
  readonly currency: number
}

const NO_TRANSACTIONS: Transactions = { groups: [], conversions: [], unmatched: [] }

/** Groups, conversions and unmatched refunds of a journey. Linear in its events. */
export function findTransactions(journey: Journey, goals: Goals, windowMs: number): Transactions {
  if (journey.extensionCount === 0) return NO_TRANSACTIONS
  const groups = formGroups(journey, windowMs)
  const conversions: Conversion[] = []
  for (const group of groups) {
    const conversion = mergeGroup(journey, group, goals)
    if (conversion !== null) conversions.push(conversion)
  }
  conversions.sort((a, b) => a.at - b.at)
  return { groups, conversions, unmatched: matchRefunds(journey, conversions, goals, windowMs) }
}

/** The group's conversion, or null if none of its events is of a source that makes one. */
function mergeGroup(journey: Journey, group: Group, goals: Goals): Conversion | null {
  if (group.maker < 0) return null
  if (group.members.length === 1) return conversionOf(journey, group, goals, alone(journey, group))
  const named: number[] = []
  const others: number[] = []
  for (const at of group.members) {
    if ((flagsAt(journey, at) & NAMED_BIT) !== 0) named.push(at)
    else others.push(at)
  }
  return conversionOf(journey, group, goals, {
    valued: bestRanked(journey, named, others, (at) => hasValue(journey, at)),
    counted: bestRanked(journey, named, others, (at) => quantityAt(journey, at) > 0),
    live: first(named, others, (at) => lowHalf(journey.liveVariant[at]!) !== 0),
    variant: first(named, others, (at) => highHalf(journey.liveVariant[at]!) !== 0),
  })
}

/**
 * Positions of the events that say what a conversion is worth and where it belongs, -1: none does.
 */
interface Tellers {
  readonly valued: number
  readonly counted: number
  readonly live: number
  readonly variant: number
}

/** What an event without copies says, it says for all. */
function alone(journey: Journey, { maker }: Group): Tellers {
  return {
    valued: hasValue(journey, maker) ? maker : -1,
    counted: quantityAt(journey, maker) > 0 ? maker : -1,
    live: maker,
    variant: maker,
  }
}

function conversionOf(
  journey: Journey,
  group: Group,
  goals: Goals,
  { valued, counted, live, variant }: Tellers,
): Conversion {
  const worth =
    valued < 0
      ? goals.fallback(group.goal)
      : { valueMinor: valueAt(journey, valued), currency: currencyAt(journey, valued) }
  return {
    goal: group.goal,
    at: group.maker,
    timeMs: journey.timeMs[group.maker]!,
    grossMinor: worth.valueMinor,
    refundedMinor: 0,
    currency: worth.currency,
    quantity: counted < 0 ? 1 : quantityAt(journey, counted),
    live: live < 0 ? 0 : lowHalf(journey.liveVariant[live]!),
    variant: variant < 0 ? 0 : highHalf(journey.liveVariant[variant]!),
    isUsed: (flagsAt(journey, group.maker) & USED_BIT) !== 0,
  }
}

const rankOf = (flags: number): number => (flags >>> RANK_SHIFT) & 3

/**
 * Of the events that have the field: best source first, among equals the latest; fill-ins only if
 * none.
 */
function bestRanked(
  journey: Journey,
  named: readonly number[],
  others: readonly number[],
  has: (at: number) => boolean,
): number {
  for (const events of [named, others]) {
    let best = -1
    for (const at of events) {
      if (!has(at)) continue
      if (best < 0 || rankOf(flagsAt(journey, at)) <= rankOf(flagsAt(journey, best))) best = at
    }
    if (best >= 0) return best
  }
  return -1
}

function first(
  named: readonly number[],
  others: readonly number[],
  has: (at: number) => boolean,
): number {
  return named.find(has) ?? others.find(has) ?? -1
}

/** Takes refunds off the conversions they match; returns those that match none. */
function matchRefunds(
  journey: Journey,
  conversions: readonly Conversion[],
  goals: Goals,
  windowMs: number,
): UnmatchedRefund[] {
  const unmatched: UnmatchedRefund[] = []
  for (let at = 0; at < journey.count; at++) {
    const kind = kindOf(journey.kindAction[at]!)
    if (kind === KIND_OTHER || kind === KIND_CONVERSION) continue
    const target = refundTarget(journey, at, conversions, goals, windowMs)
    if (target === undefined) {
      unmatched.push({ timeMs: journey.timeMs[at]!, currency: currencyAt(journey, at) })
    } else {
      const amount = hasValue(journey, at) ? valueAt(journey, at) : target.grossMinor
      target.refundedMinor = Math.min(target.grossMinor, target.refundedMinor + amount)
    }
  }
  return unmatched
}

function refundTarget(
  journey: Journey,
  at: number,
  conversions: readonly Conversion[],
  goals: Goals,
  windowMs: number,
): Conversion | undefined {
  if (!hasTransaction(journey, at)) return undefined
  const time = journey.timeMs[at]!
  const refund = extensionAt(journey, at)
  const currency = currencyAt(journey, at)
  const namesCurrency = hasValue(journey, at) || currency !== 0
  return conversions.findLast((conversion) => {
    if (!goals.closes[conversion.goal]! || conversion.isUsed) return false
    const made = extensionAt(journey, conversion.at)
    return (
      journey.extensions[made] === journey.extensions[refund] &&
      journey.extensions[made + 1] === journey.extensions[refund + 1] &&
      conversion.timeMs <= time &&
      time <= conversion.timeMs + windowMs &&
      (!namesCurrency || conversion.currency === currency)
    )
  })
}
