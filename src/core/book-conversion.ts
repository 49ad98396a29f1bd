// What one conversion adds to `conversions`, `credits` and, as an order of a live event, to `live_minutes`.
import type { Anatomy } from './anatomy.ts'
import { modelShares } from './credit.ts'
import type { Candidates, ModelSettings, Shares } from './credit.ts'
import { NO_VALUE, UNATTRIBUTED } from './dictionary.ts'
import { MODELS } from './event.ts'
import { LIVE_MINUTES } from './ledger.ts'
import type { Delta } from './ledger.ts'
import { LIVE, bookCredit, bookSale, liveRow } from './rows.ts'
import type { Goals } from './goals.ts'
import type { Conversion } from './transactions.ts'

const MICRO = 1_000_000

export interface BookContext {
  readonly delta: Delta
  readonly goals: Goals
  readonly models: ModelSettings
  /** Person hash mod 10. */
  readonly fold: number
}

export const netMinor = (conversion: Conversion): number =>
  conversion.grossMinor - conversion.refundedMinor

export function bookConversion(
  anatomy: Anatomy,
  number: number,
  sign: number,
  context: BookContext,
): void {
  const conversion = anatomy.conversions[number]!
  const basis = anatomy.bases[number]!
  const { goal, currency, timeMs } = conversion
  bookSale(
    context.delta,
    {
      goal,
      currency,
      timeMs,
      netMinor: netMinor(conversion),
      refundMinor: conversion.refundedMinor,
      isAttributed: basis.to > basis.from,
    },
    sign,
  )
  if (basis.to === basis.from) bookUnattributed(conversion, sign, context)
  else {
    const candidates: Candidates = {
      timesMs: anatomy.touchpointMs.slice(basis.from, basis.to),
      touchpoints: anatomy.touchpointKey.slice(basis.from, basis.to),
      lead: basis.lead < 0 ? -1 : basis.lead - basis.from,
    }
    bookCredits(conversion, candidates, sign, context)
  }
  if (goal === context.goals.order) bookOrder(conversion, basis.postLive, sign, context.delta)
}

function bookUnattributed(conversion: Conversion, sign: number, context: BookContext): void {
  const { goal, currency, timeMs } = conversion
  const credit = {
    micro: MICRO,
    valueMinor: netMinor(conversion),
    refundMinor: conversion.refundedMinor,
    touchpoints: 0,
  }
  for (let model = 0; model < MODELS.length; model++) {
    const row = { goal, model, touchpoint: UNATTRIBUTED, currency, timeMs }
    bookCredit(context.delta, row, credit, sign)
  }
}

function bookCredits(
  conversion: Conversion,
  candidates: Candidates,
  sign: number,
  context: BookContext,
): void {
  const { distinct, placeOf } = distinctTouchpoints(candidates.touchpoints)
  for (let model = 0; model < MODELS.length; model++) {
    const shares = modelShares(MODELS[model]!, candidates, context.models)
    const sums = sumShares(conversion, shares, placeOf, distinct.length)
    for (let place = 0; place < distinct.length; place++) {
      const at = place * SUMS
      if (sums[at + 3] === 0) continue
      const { goal, currency, timeMs } = conversion
      bookCredit(
        context.delta,
        { goal, model, touchpoint: distinct[place]!, currency, timeMs },
        {
          micro: sums[at]!,
          valueMinor: sums[at + 1]!,
          refundMinor: sums[at + 2]!,
          touchpoints: sums[at + 3]!,
        },
        sign,
      )
    }
  }
}

/** Micro-conversions, net, refund and weighted touchpoints of each of `places` (channel, campaign). */
const SUMS = 4

function sumShares(
  { grossMinor, refundedMinor }: Conversion,
  shares: Shares,
  placeOf: readonly number[],
  places: number,
): Float64Array {
  const micro = shares.split(MICRO)
  const net = shares.split(grossMinor - refundedMinor)
  const gross = refundedMinor === 0 ? net : shares.split(grossMinor)
  const sums = new Float64Array(places * SUMS)
  for (let i = 0; i < placeOf.length; i++) {
    const at = placeOf[i]! * SUMS
    sums[at]! += micro[i]!
    sums[at + 1]! += net[i]!
    sums[at + 2]! += gross[i]! - net[i]!
    if (shares.hasWeight(i)) sums[at + 3]!++
  }
  return sums
}

/** The different (channel, campaign) pairs, and for each candidate its place among them. */
function distinctTouchpoints(touchpoints: readonly number[]): {
  readonly distinct: readonly number[]
  readonly placeOf: readonly number[]
} {
  const distinct: number[] = []
  const places = touchpoints.length > 16 ? new Map<number, number>() : null
  const placeOf = touchpoints.map((key) => {
    const known = places === null ? distinct.indexOf(key) : (places.get(key) ?? -1)
    if (known >= 0) return known
    places?.set(key, distinct.length)
    return distinct.push(key) - 1
  })
  return { distinct, placeOf }
}

/** Gross money of an order at its own minute; what was refunded stands beside it. */
function bookOrder(conversion: Conversion, postLive: number, sign: number, delta: Delta): void {
  if (conversion.live === NO_VALUE && postLive === NO_VALUE) return
  const table = delta.tables[LIVE_MINUTES]!
  const { timeMs, currency, grossMinor, refundedMinor } = conversion
  if (conversion.live !== NO_VALUE) {
    const of = conversion.live | (conversion.variant << 16)
    const row = liveRow(delta, of, timeMs, currency)
    table.add(row, LIVE.orders, sign)
    table.add(row, LIVE.units, sign * conversion.quantity)
    table.addMoney(row, LIVE.gmv, sign * grossMinor)
    table.addMoney(row, LIVE.refunds, sign * refundedMinor)
  } else {
    const row = liveRow(delta, postLive, timeMs, currency)
    table.add(row, LIVE.postLiveOrders, sign)
    table.addMoney(row, LIVE.postLiveGmv, sign * grossMinor)
    table.addMoney(row, LIVE.refunds, sign * refundedMinor)
  }
}
