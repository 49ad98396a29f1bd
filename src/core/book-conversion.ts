// What one conversion adds to `conversions`, `credits` and, as an order of a live event, to `live_minutes`.
import type { Anatomy } from './anatomy.ts'
import { modelShares } from './credit.ts'
import type { Candidates, ModelSettings } from './credit.ts'
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
  const { goal, currency, timeMs, grossMinor, refundedMinor } = conversion
  const { distinct, placeOf } = distinctTouchpoints(candidates.touchpoints)
  MODELS.forEach((name, model) => {
    const shares = modelShares(name, candidates, context.models)
    const micro = shares.split(MICRO)
    const net = shares.split(netMinor(conversion))
    const gross = refundedMinor === 0 ? net : shares.split(grossMinor)
    const sums = distinct.map(() => ({ micro: 0, valueMinor: 0, refundMinor: 0, touchpoints: 0 }))
    for (let i = 0; i < placeOf.length; i++) {
      const sum = sums[placeOf[i]!]!
      sum.micro += micro[i]!
      sum.valueMinor += net[i]!
      sum.refundMinor += gross[i]! - net[i]!
      if (shares.hasWeight(i)) sum.touchpoints++
    }
    sums.forEach((credit, place) => {
      if (credit.touchpoints === 0) return
      const row = { goal, model, touchpoint: distinct[place]!, currency, timeMs }
      bookCredit(context.delta, row, credit, sign)
    })
  })
}

/** The different (channel, campaign) pairs, and for each candidate its place among them. */
function distinctTouchpoints(touchpoints: readonly number[]): {
  readonly distinct: number[]
  readonly placeOf: number[]
} {
  const places = new Map<number, number>()
  const placeOf = touchpoints.map((key) => {
    const known = places.get(key)
    if (known !== undefined) return known
    places.set(key, places.size)
    return places.size - 1
  })
  return { distinct: [...places.keys()], placeOf }
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
