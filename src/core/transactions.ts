// Conversions from conversion events: copies of one transaction, told by several sources, are one
// conversion; refunds take back from it. All in journey order, so that arrival does not matter.
import {
  EXTENSION_WORDS,
  GOAL_SHIFT,
  KIND_CONVERSION,
  KIND_OTHER,
  MADE_BIT,
  NAMED_BIT,
  RANK_SHIFT,
  TWO_32,
  USED_BIT,
  VALUE_BIT,
} from './journey-layout.ts'
import { highHalf, kindOf, lowHalf } from './journey.ts'
import type { Journey } from './journey.ts'
import type { Goals } from './goals.ts'

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

/** Conversion events of one goal with one transaction id within the window. */
export interface Group {
  readonly goal: number
  readonly transactionHi: number
  readonly transactionLo: number
  readonly firstMs: number
  /** Positions of its events, in journey order. */
  readonly members: number[]
  /** Position of the event that makes the conversion, -1: none does. */
  maker: number
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

export const extensionAt = (journey: Journey, at: number): number =>
  journey.extensionOf[at]! * EXTENSION_WORDS

const flagsAt = (journey: Journey, at: number): number =>
  journey.extensions[extensionAt(journey, at) + 3]!

const goalOf = (flags: number): number => flags >>> GOAL_SHIFT
const rankOf = (flags: number): number => (flags >>> RANK_SHIFT) & 3

/** The event's own value in minor units; only where VALUE_BIT is set. */
export const valueAt = (journey: Journey, at: number): number => {
  const from = extensionAt(journey, at)
  return (journey.extensions[from + 3]! & 0x3ffff) * TWO_32 + (journey.extensions[from + 2]! >>> 0)
}

export const hasValue = (journey: Journey, at: number): boolean =>
  (flagsAt(journey, at) & VALUE_BIT) !== 0

export const currencyAt = (journey: Journey, at: number): number =>
  journey.extensions[extensionAt(journey, at) + 5]!

const quantityAt = (journey: Journey, at: number): number =>
  journey.extensions[extensionAt(journey, at) + 4]!

const hasTransaction = (journey: Journey, at: number): boolean => {
  const from = extensionAt(journey, at)
  return journey.extensions[from] !== 0 || journey.extensions[from + 1] !== 0
}

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

/** In journey order, the earliest event not yet in a group opens one that takes all up to its time + window. */
function formGroups(journey: Journey, windowMs: number): Group[] {
  const groups: Group[] = []
  const latest = new Map<string, Group>()
  for (let at = 0; at < journey.count; at++) {
    if (kindOf(journey.kindAction[at]!) !== KIND_CONVERSION) continue
    const flags = flagsAt(journey, at)
    if ((flags & USED_BIT) !== 0 && (flags & MADE_BIT) === 0) continue
    const group = openGroup(journey, at)
    if (group.transactionHi === 0 && group.transactionLo === 0) {
      groups.push(group)
    } else if ((flags & USED_BIT) !== 0) {
      groups.push(group)
    } else {
      const key = `${group.goal},${group.transactionHi},${group.transactionLo}`
      const known = latest.get(key)
      if (known !== undefined && journey.timeMs[at]! <= known.firstMs + windowMs) {
        known.members.push(at)
        if (known.maker < 0) known.maker = group.maker
      } else {
        latest.set(key, group)
        groups.push(group)
      }
    }
  }
  return groups
}

function openGroup(journey: Journey, at: number): Group {
  const from = extensionAt(journey, at)
  const flags = journey.extensions[from + 3]!
  return {
    goal: goalOf(flags),
    transactionHi: journey.extensions[from]!,
    transactionLo: journey.extensions[from + 1]!,
    firstMs: journey.timeMs[at]!,
    members: [at],
    maker: (flags & (NAMED_BIT | USED_BIT)) !== 0 ? at : -1,
  }
}

/** The group's conversion, or null if none of its events is of a source that makes one. */
function mergeGroup(journey: Journey, group: Group, goals: Goals): Conversion | null {
  if (group.maker < 0) return null
  const named: number[] = []
  const others: number[] = []
  for (const at of group.members) {
    if ((flagsAt(journey, at) & NAMED_BIT) !== 0) named.push(at)
    else others.push(at)
  }
  const valued = bestRanked(journey, named, others, (at) => hasValue(journey, at))
  const counted = bestRanked(journey, named, others, (at) => quantityAt(journey, at) > 0)
  const live = first(named, others, (at) => lowHalf(journey.liveVariant[at]!) !== 0)
  const variant = first(named, others, (at) => highHalf(journey.liveVariant[at]!) !== 0)
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

/** Of the events that have the field: best source first, among equals the latest; fill-ins only if none. */
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
