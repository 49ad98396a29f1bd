// What one conversion adds to `conversions`, `credits` and, as an order of a live event, to
// `live_minutes`.
import type { Anatomy, CreditBasis } from './anatomy.ts'
import { CreditSplitter } from './credit.ts'
import type { Candidates, ModelSettings } from './credit.ts'
import { NO_VALUE, UNATTRIBUTED } from './dictionary.ts'
import { MODELS } from './event.ts'
import { LIVE_MINUTES } from './ledger.ts'
import type { Delta } from './ledger.ts'
import { CREDIT_AMOUNTS, LIVE, bookCredit, bookSale, liveRow } from './rows.ts'
import { TouchpointPlaces } from './touchpoint-places.ts'
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
  else bookCredits(conversion, candidatesOf(anatomy, basis), sign, context)
  if (goal === context.goals.order) bookOrder(conversion, basis.postLive, sign, context.delta)
}

function candidatesOf(anatomy: Anatomy, basis: CreditBasis): Candidates {
  return {
    timesMs: anatomy.touchpointMs,
    touchpoints: anatomy.touchpointKey,
    from: basis.from,
    to: basis.to,
    lead: basis.lead,
  }
}

function bookUnattributed(conversion: Conversion, sign: number, context: BookContext): void {
  setAll(conversion, 0)
  for (let model = 0; model < MODELS.length; model++) {
    bookCredit(context.delta, conversion, model, UNATTRIBUTED, sums, 0, sign)
  }
}

const splitter = new CreditSplitter()
let micro = new Float64Array(64)
let net = new Float64Array(64)
let gross = new Float64Array(64)
/** By place (channel, campaign): micro-conversions, net, refund and weighted touchpoints. */
let sums = new Float64Array(64 * CREDIT_AMOUNTS)
const places = new TouchpointPlaces()

/** The first sums become those of whoever gets all of a conversion by `touchpoints` touchpoints. */
function setAll(conversion: Conversion, touchpoints: number): void {
  sums[0] = MICRO
  sums[1] = netMinor(conversion)
  sums[2] = conversion.refundedMinor
  sums[3] = touchpoints
}

function bookCredits(
  conversion: Conversion,
  of: Candidates,
  sign: number,
  context: BookContext,
): void {
  places.find(of)
  reserve(of.to - of.from)
  for (let model = 0; model < MODELS.length; model++) {
    splitter.choose(model, of, context.models)
    const { winner } = splitter
    if (winner >= 0) {
      setAll(conversion, 1)
      const touchpoint = of.touchpoints[of.from + winner]!
      bookCredit(context.delta, conversion, model, touchpoint, sums, 0, sign)
      continue
    }
    if (places.count === 1) {
      setAll(conversion, splitter.weighted)
      bookCredit(context.delta, conversion, model, places.touchpoint(0), sums, 0, sign)
      continue
    }
    sumShares(conversion, of.to - of.from)
    for (let place = 0; place < places.count; place++) {
      const at = place * CREDIT_AMOUNTS
      if (sums[at + 3] === 0) continue
      bookCredit(context.delta, conversion, model, places.touchpoint(place), sums, at, sign)
    }
  }
}

/** Fills `sums` by the model that `splitter` has chosen. */
function sumShares(conversion: Conversion, count: number): void {
  const { grossMinor, refundedMinor } = conversion
  splitter.split(MICRO, micro)
  splitter.split(grossMinor - refundedMinor, net)
  if (refundedMinor !== 0) splitter.split(grossMinor, gross)
  sums.fill(0, 0, places.count * CREDIT_AMOUNTS)
  for (let i = 0; i < count; i++) {
    const at = places.placeOf(i) * CREDIT_AMOUNTS
    sums[at]! += micro[i]!
    sums[at + 1]! += net[i]!
    if (refundedMinor !== 0) sums[at + 2]! += gross[i]! - net[i]!
    if (splitter.hasWeight(i)) sums[at + 3]!++
  }
}

function reserve(count: number): void {
  if (count <= micro.length) return
  micro = new Float64Array(count * 2)
  net = new Float64Array(count * 2)
  gross = new Float64Array(count * 2)
  sums = new Float64Array(count * 2 * CREDIT_AMOUNTS)
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
