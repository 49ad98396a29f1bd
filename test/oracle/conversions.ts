// DESIGN section 4, "One conversion per transaction" and "Refunds"; DETAILS "Transactions",
// "Values", "Refunds". Over a person's full set in journey order: nothing has been forgotten, so
// an id that is seen again beyond its window simply opens a new group.
import type { Goal, Settings } from '../../src/core/settings.ts'
import type { AppliedEvent } from './admit.ts'

export interface Conversion {
  readonly goal: Goal
  /** The event that gives the conversion its time and its place in the journey. */
  readonly event: AppliedEvent
  readonly grossMinor: bigint
  readonly refundedMinor: bigint
  readonly currency: string
  readonly units: number
  readonly liveEvent: string
  readonly variant: string
}

export interface Sales {
  /** In journey order. */
  readonly conversions: readonly Conversion[]
  readonly unmatchedRefunds: readonly AppliedEvent[]
}

/** Both arguments and results in journey order. */
export function findSales(ordered: readonly AppliedEvent[], settings: Settings): Sales {
  const merged = findGroups(ordered, settings)
    .map((group) => mergeGroup(group))
    .filter((conversion) => conversion !== null)
    .toSorted((a, b) => ordered.indexOf(a.event) - ordered.indexOf(b.event))
  const refunds = ordered.filter((e) => e.kind === 'refund')
  const matches = refunds.map((refund) => ({
    refund,
    conversion: merged.findLast((conversion) => matchesRefund(conversion, refund, settings)),
  }))
  const conversions = merged.map((conversion) => {
    const own = matches.filter((match) => match.conversion === conversion)
    return { ...conversion, refundedMinor: refundedMinor(conversion, own) }
  })
  const unmatchedRefunds = matches.filter((m) => m.conversion === undefined).map((m) => m.refund)
  return { conversions, unmatchedRefunds }
}

/**
 * Greedy: the earliest event not yet in a group opens one and takes all of its id within the
 * window.
 */
function findGroups(ordered: readonly AppliedEvent[], settings: Settings): AppliedEvent[][] {
  const groups: AppliedEvent[][] = []
  for (const event of ordered) {
    if (event.kind !== 'conversion') continue
    const group = groups.find(
      ([first]) =>
        event.transactionId !== '' &&
        first!.transactionId === event.transactionId &&
        first!.goal === event.goal &&
        event.timeMs - first!.timeMs <= settings.transactionWindowMs,
    )
    if (group) group.push(event)
    else groups.push([event])
  }
  return groups
}

/** Null: no source of the group makes a conversion. */
function mergeGroup(group: readonly AppliedEvent[]): Conversion | null {
  const goal = group[0]!.goal!
  const named = group.filter((e) => goal.sources === 'all' || goal.sources.includes(e.source))
  const fillIns = group.filter((e) => !named.includes(e))
  const event = named[0]
  if (!event) return null
  const ask = <T>(question: (events: readonly AppliedEvent[]) => T | undefined): T | undefined =>
    question(named) ?? question(fillIns)
  const valued = ask((events) => best(events.filter((e) => e.valueMinor >= 0)))
  const counted = ask((events) => best(events.filter((e) => e.quantity >= 0)))
  const value = valued ?? goal.default ?? { valueMinor: 0, currency: '' }
  return {
    goal,
    event,
    grossMinor: BigInt(value.valueMinor),
    refundedMinor: 0n,
    currency: value.currency,
    units: counted?.quantity ?? 1,
    liveEvent: ask((events) => events.find((e) => e.liveEvent !== ''))?.liveEvent ?? '',
    variant: ask((events) => events.find((e) => e.variant !== ''))?.variant ?? '',
  }
}

/** By source crm, checkout, pixel, any other or none; equal rank: the latest in journey order. */
function best(events: readonly AppliedEvent[]): AppliedEvent | undefined {
  for (const source of ['crm', 'checkout', 'pixel']) {
    const found = events.findLast((e) => e.source === source)
    if (found) return found
  }
  return events.at(-1)
}

function matchesRefund(conversion: Conversion, refund: AppliedEvent, settings: Settings): boolean {
  const ageMs = refund.timeMs - conversion.event.timeMs
  const namesNoMoney = refund.valueMinor < 0 && refund.currency === ''
  return (
    conversion.goal.closes &&
    refund.transactionId !== '' &&
    refund.transactionId === conversion.event.transactionId &&
    ageMs >= 0 &&
    ageMs <= settings.transactionWindowMs &&
    (namesNoMoney || refund.currency === conversion.currency)
  )
}

function refundedMinor(
  conversion: Conversion,
  matches: readonly { readonly refund: AppliedEvent }[],
): bigint {
  let sum = 0n
  for (const { refund } of matches) {
    sum += refund.valueMinor < 0 ? conversion.grossMinor : BigInt(refund.valueMinor)
  }
  return sum < conversion.grossMinor ? sum : conversion.grossMinor
}
