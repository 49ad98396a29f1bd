// Which row of which table an amount goes to: the one place that knows how dimensions are packed
// into keys, and which slot a measure takes. `ledger-row.ts` reads the keys back into names.
import { NO_VALUE } from './dictionary.ts'
import { HOUR_MS, MINUTE_MS } from './journey-layout.ts'
import { SLOT_LAYOUTS } from './ledger.ts'
import type { Delta } from './ledger.ts'
import * as ledger from './ledger.ts'

/** The goal number of rows that belong to no goal. */
export const NO_GOAL = 0xff
const DAY_MS = 86_400_000

const slots = (table: number): readonly number[] => SLOT_LAYOUTS[table]!.at

const [OBSERVED, SETTLED, DELAY, STEP_VALUE] = slots(ledger.TRANSITIONS) as Slots
const [PATH_CONVERSIONS, PATH_LAPSES, PATH_VALUE, PATH_MINUTES] = slots(ledger.PATHS) as Slots
const [MICRO, CREDIT_VALUE, CREDIT_REFUND, CREDIT_TOUCHPOINTS] = slots(ledger.CREDITS) as Slots
const [COUNT, NET, ATTRIBUTED, REFUND, REFUND_UNMATCHED] = slots(ledger.CONVERSIONS) as Slots
type Slots = [number, number, number, number, number]

/** Slots of `live_minutes` by measure. */
export const LIVE = {
  events: 0,
  viewers: 1,
  newViewers: 2,
  tagViews: 3,
  tagClicks: 4,
  addToCarts: 5,
  comments: 6,
  orders: slots(ledger.LIVE_MINUTES)[7]!,
  units: slots(ledger.LIVE_MINUTES)[8]!,
  gmv: slots(ledger.LIVE_MINUTES)[9]!,
  refunds: slots(ledger.LIVE_MINUTES)[10]!,
  postLiveOrders: slots(ledger.LIVE_MINUTES)[11]!,
  postLiveGmv: slots(ledger.LIVE_MINUTES)[12]!,
} as const

const key = new Int32Array(3)
let pathKey = new Int32Array(1024)

/**
 * The row of the step from a state to a state (dictionary numbers), in the currency of a
 * conversion.
 */
function stepRow(delta: Delta, from: number, to: number, currency: number): number {
  key[0] = from | (to << 16)
  key[1] = currency
  return delta.tables[ledger.TRANSITIONS]!.row(key, 2)
}

/** Books a step of a path that has not ended. */
export function bookObservedStep(delta: Delta, from: number, to: number, sign: number): void {
  delta.tables[ledger.TRANSITIONS]!.add(stepRow(delta, from, to, NO_VALUE), OBSERVED, sign)
}

export interface SettledStep {
  readonly from: number
  readonly to: number
  readonly currency: number
  readonly delayMinutes: number
  readonly valueMinor: number
}

/** Books a step of a path that has ended. */
export function bookSettledStep(delta: Delta, step: SettledStep, sign: number): void {
  const table = delta.tables[ledger.TRANSITIONS]!
  const row = stepRow(delta, step.from, step.to, step.currency)
  table.add(row, OBSERVED, sign)
  table.add(row, SETTLED, sign)
  table.add(row, DELAY, sign * step.delayMinutes)
  if (step.valueMinor !== 0) table.addMoney(row, STEP_VALUE, sign * step.valueMinor)
}

export interface EndedPath {
  /** channel | campaign << 16 of each touchpoint: keys[from..to). */
  readonly keys: readonly number[]
  readonly from: number
  readonly to: number
  readonly startMs: number
  readonly fold: number
  readonly currency: number
  readonly isConverted: boolean
  readonly valueMinor: number
  readonly minutesToConversion: number
}

export function bookEndedPath(delta: Delta, path: EndedPath, sign: number): void {
  const table = delta.tables[ledger.PATHS]!
  const length = path.to - path.from + 2
  if (length > pathKey.length) pathKey = new Int32Array(length * 2)
  pathKey[0] = Math.floor(path.startMs / DAY_MS)
  pathKey[1] = path.fold | (path.currency << 16)
  for (let i = path.from; i < path.to; i++) pathKey[i - path.from + 2] = path.keys[i]!
  const row = table.row(pathKey, length)
  table.add(row, path.isConverted ? PATH_CONVERSIONS : PATH_LAPSES, sign)
  table.addMoney(row, PATH_VALUE, sign * path.valueMinor)
  table.add(row, PATH_MINUTES, sign * path.minutesToConversion)
}

export interface CreditRow {
  readonly goal: number
  readonly currency: number
  readonly timeMs: number
}

/**
 * Amounts of a credit in a row of numbers: micro-conversions, net, refund, weighted touchpoints.
 */
export const CREDIT_AMOUNTS = 4

/** Books amounts[at..at + 4) for a touchpoint (channel | campaign << 16) by a model. */
export function bookCredit(
  delta: Delta,
  of: CreditRow,
  model: number,
  touchpoint: number,
  amounts: Float64Array,
  at: number,
  sign: number,
): void {
  const table = delta.tables[ledger.CREDITS]!
  key[0] = of.goal | (model << 8) | (of.currency << 16)
  key[1] = touchpoint
  key[2] = Math.floor(of.timeMs / HOUR_MS)
  const row = table.row(key, 3)
  table.add(row, MICRO, sign * amounts[at]!)
  table.addMoney(row, CREDIT_VALUE, sign * amounts[at + 1]!)
  table.addMoney(row, CREDIT_REFUND, sign * amounts[at + 2]!)
  table.add(row, CREDIT_TOUCHPOINTS, sign * amounts[at + 3]!)
}

export interface Sale {
  readonly goal: number
  readonly currency: number
  readonly timeMs: number
  readonly netMinor: number
  readonly refundMinor: number
  readonly isAttributed: boolean
}

export function bookSale(delta: Delta, sale: Sale, sign: number): void {
  const table = delta.tables[ledger.CONVERSIONS]!
  const row = conversionRow(delta, sale.goal, sale.currency, sale.timeMs)
  table.add(row, COUNT, sign)
  table.addMoney(row, NET, sign * sale.netMinor)
  if (sale.isAttributed) table.add(row, ATTRIBUTED, sign)
  table.addMoney(row, REFUND, sign * sale.refundMinor)
}

export function bookUnmatchedRefund(
  delta: Delta,
  refund: { readonly timeMs: number; readonly currency: number },
  sign: number,
): void {
  const row = conversionRow(delta, NO_GOAL, refund.currency, refund.timeMs)
  delta.tables[ledger.CONVERSIONS]!.add(row, REFUND_UNMATCHED, sign)
}

function conversionRow(delta: Delta, goal: number, currency: number, timeMs: number): number {
  key[0] = goal | (currency << 16)
  key[1] = Math.floor(timeMs / HOUR_MS)
  return delta.tables[ledger.CONVERSIONS]!.row(key, 2)
}

/** The row of a live event's minute; `liveVariant` is live event | variant << 16. */
export function liveRow(
  delta: Delta,
  liveVariant: number,
  timeMs: number,
  currency: number,
): number {
  key[0] = liveVariant
  key[1] = Math.floor(timeMs / MINUTE_MS)
  key[2] = currency
  return delta.tables[ledger.LIVE_MINUTES]!.row(key, 3)
}

export function bookActivity(
  delta: Delta,
  event: { readonly touchpoint: number; readonly action: number; readonly hour: number },
  isNewPerson: boolean,
): void {
  const table = delta.tables[ledger.ACTIVITY]!
  key[0] = event.touchpoint
  key[1] = event.action
  key[2] = event.hour
  const row = table.row(key, 3)
  table.add(row, 0, 1)
  if (isNewPerson) table.add(row, 1, 1)
}
