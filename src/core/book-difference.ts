// f(after) - f(before) of one journey, for everything that depends on its anatomy: transitions,
// paths, credits, conversions and live orders. Only what differs is booked; what both have in
// common is recognised by the touchpoints they share at the front and at the back.
import type { Anatomy, Path } from './anatomy.ts'
import { ENDED_CONVERTED, ENDED_OPEN } from './anatomy.ts'
import { bookConversion, netMinor } from './book-conversion.ts'
import type { BookContext } from './book-conversion.ts'
import { CONVERSION_STATE, NO_VALUE, NULL_STATE, START_STATE } from './dictionary.ts'
import { MINUTE_MS } from './journey-layout.ts'
import { lowHalf } from './journey.ts'
import type { Delta } from './ledger.ts'
import { bookEndedPath, bookObservedStep, bookSettledStep, bookUnmatchedRefund } from './rows.ts'

/** Books the difference between two anatomies of one journey. */
export function bookDifference(before: Anatomy, after: Anatomy, context: BookContext): void {
  const pair: Pair = { before, after, shared: sharedTouchpoints(before, after) }
  bookPaths(pair, context)
  bookConversions(pair, context)
  for (const refund of before.unmatchedRefunds) bookUnmatchedRefund(context.delta, refund, -1)
  for (const refund of after.unmatchedRefunds) bookUnmatchedRefund(context.delta, refund, 1)
}

interface Shared {
  /** Touchpoints equal from the front, and from the back; they do not overlap. */
  readonly front: number
  readonly back: number
}

interface Pair {
  readonly before: Anatomy
  readonly after: Anatomy
  readonly shared: Shared
}

function sharedTouchpoints(before: Anatomy, after: Anatomy): Shared {
  const b = before.touchpointMs.length
  const a = after.touchpointMs.length
  const most = Math.min(a, b)
  let front = 0
  while (front < most && isSameTouchpoint(before, front, after, front)) front++
  let back = 0
  while (front + back < most && isSameTouchpoint(before, b - 1 - back, after, a - 1 - back)) back++
  return { front, back }
}

const isSameTouchpoint = (before: Anatomy, i: number, after: Anatomy, j: number): boolean =>
  before.touchpointMs[i] === after.touchpointMs[j] &&
  before.touchpointKey[i] === after.touchpointKey[j]

// Both take back what only `before` has and book what only `after` has; items match from both ends.

function bookPaths(pair: Pair, context: BookContext): void {
  const before = pair.before.paths
  const after = pair.after.paths
  const most = Math.min(before.length, after.length)
  let front = 0
  while (front < most && isSamePath(before[front]!, after[front]!, pair)) front++
  let b = before.length
  let a = after.length
  while (b > front && a > front && isSamePath(before[b - 1]!, after[a - 1]!, pair)) {
    b--
    a--
  }
  for (let i = front; i < b; i++) bookPath(pair.before, i, -1, context)
  for (let i = front; i < a; i++) bookPath(pair.after, i, 1, context)
}

function bookConversions(pair: Pair, context: BookContext): void {
  let b = pair.before.conversions.length
  let a = pair.after.conversions.length
  const most = Math.min(b, a)
  let front = 0
  while (front < most && isSameConversion(front, front, pair)) front++
  while (b > front && a > front && isSameConversion(b - 1, a - 1, pair)) {
    b--
    a--
  }
  for (let i = front; i < b; i++) bookConversion(pair.before, i, -1, context)
  for (let i = front; i < a; i++) bookConversion(pair.after, i, 1, context)
}

/** Whether touchpoints [from, to) before are the touchpoints [otherFrom, otherTo) after. */
function isSameRange(
  before: { readonly from: number; readonly to: number },
  after: { readonly from: number; readonly to: number },
  pair: Pair,
): boolean {
  const length = before.to - before.from
  if (after.to - after.from !== length) return false
  if (length === 0) return true
  if (before.from === after.from && before.to <= pair.shared.front) return true
  const total = pair.before.touchpointMs.length
  const moved = pair.after.touchpointMs.length - total
  return before.from + moved === after.from && before.from >= total - pair.shared.back
}

function isSamePath(p: Path, q: Path, pair: Pair): boolean {
  if (p.end !== q.end || !isSameRange(p, q, pair)) return false
  if (p.conversion < 0) return true
  const c = pair.before.conversions[p.conversion]!
  const d = pair.after.conversions[q.conversion]!
  return c.timeMs === d.timeMs && c.currency === d.currency && netMinor(c) === netMinor(d)
}

function isSameConversion(c: number, d: number, pair: Pair): boolean {
  const before = pair.before.conversions[c]!
  const after = pair.after.conversions[d]!
  const basis = pair.before.bases[c]!
  const other = pair.after.bases[d]!
  return (
    before.timeMs === after.timeMs &&
    before.goal === after.goal &&
    before.currency === after.currency &&
    before.grossMinor === after.grossMinor &&
    before.refundedMinor === after.refundedMinor &&
    before.quantity === after.quantity &&
    before.live === after.live &&
    before.variant === after.variant &&
    basis.postLive === other.postLive &&
    (basis.lead < 0 ? other.lead < 0 : basis.lead - basis.from === other.lead - other.from) &&
    isSameRange(basis, other, pair)
  )
}

/** Steps of the path and, once it has ended, its row in `paths`. */
function bookPath(anatomy: Anatomy, number: number, sign: number, context: BookContext): void {
  const path = anatomy.paths[number]!
  if (path.end === ENDED_OPEN) bookOpenPath(anatomy, path, sign, context.delta)
  else bookEndedPathOf(anatomy, path, sign, context)
}

function bookOpenPath(anatomy: Anatomy, path: Path, sign: number, delta: Delta): void {
  let from = START_STATE
  for (let i = path.from; i < path.to; i++) {
    const to = lowHalf(anatomy.touchpointKey[i]!)
    bookObservedStep(delta, from, to, sign)
    from = to
  }
}

/** Reused for every step and path: what is booked is copied out of it at once. */
const step = { from: 0, to: 0, currency: 0, delayMinutes: 0, valueMinor: 0 }

function bookEndedPathOf(anatomy: Anatomy, path: Path, sign: number, context: BookContext): void {
  const { delta } = context
  const conversion = path.conversion < 0 ? null : anatomy.conversions[path.conversion]!
  const startMs = path.from < path.to ? anatomy.touchpointMs[path.from]! : conversion!.timeMs
  step.from = START_STATE
  step.currency = NO_VALUE
  step.delayMinutes = 0
  step.valueMinor = 0
  let fromMs = startMs
  for (let i = path.from; i < path.to; i++) {
    step.to = lowHalf(anatomy.touchpointKey[i]!)
    const toMs = anatomy.touchpointMs[i]!
    if (i > path.from) step.delayMinutes = minutesBetween(fromMs, toMs)
    bookSettledStep(delta, step, sign)
    step.from = step.to
    fromMs = toMs
  }
  step.to = NULL_STATE
  step.delayMinutes = 0
  let minutesToConversion = 0
  if (conversion !== null) {
    step.to = CONVERSION_STATE
    step.currency = conversion.currency
    step.valueMinor = netMinor(conversion)
    if (path.from < path.to) step.delayMinutes = minutesBetween(fromMs, conversion.timeMs)
    minutesToConversion = minutesBetween(startMs, conversion.timeMs)
  }
  bookSettledStep(delta, step, sign)
  bookEndedPath(
    delta,
    {
      keys: anatomy.touchpointKey,
      from: path.from,
      to: path.to,
      startMs,
      fold: context.fold,
      currency: step.currency,
      isConverted: path.end === ENDED_CONVERTED,
      valueMinor: step.valueMinor,
      minutesToConversion,
    },
    sign,
  )
}

const minutesBetween = (fromMs: number, toMs: number): number =>
  Math.floor((toMs - fromMs) / MINUTE_MS)
