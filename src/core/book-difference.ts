// f(after) - f(before) of one journey, for everything that depends on its anatomy: transitions, paths,
// credits, conversions and live orders. Only what differs is booked; what both have in common is
// recognised by the touchpoints they share at the front and at the back.
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
  const shared = sharedTouchpoints(before, after)
  bookUnshared(
    before.paths,
    after.paths,
    (p, q) => isSamePath(before.paths[p]!, after.paths[q]!, { before, after, shared }),
    (i, sign) => bookPath(sign < 0 ? before : after, i, sign, context),
  )
  bookUnshared(
    before.conversions,
    after.conversions,
    (c, d) => isSameConversion(c, d, { before, after, shared }),
    (i, sign) => bookConversion(sign < 0 ? before : after, i, sign, context),
  )
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
  const isSame = (i: number, j: number): boolean =>
    before.touchpointMs[i] === after.touchpointMs[j] &&
    before.touchpointKey[i] === after.touchpointKey[j]
  let front = 0
  while (front < most && isSame(front, front)) front++
  let back = 0
  while (front + back < most && isSame(b - 1 - back, a - 1 - back)) back++
  return { front, back }
}

/** Takes back what only `before` has and books what only `after` has; items match from both ends. */
function bookUnshared(
  before: readonly unknown[],
  after: readonly unknown[],
  isSame: (b: number, a: number) => boolean,
  book: (item: number, sign: number) => void,
): void {
  const most = Math.min(before.length, after.length)
  let front = 0
  while (front < most && isSame(front, front)) front++
  let back = 0
  while (front + back < most && isSame(before.length - 1 - back, after.length - 1 - back)) {
    back++
  }
  for (let i = front; i < before.length - back; i++) book(i, -1)
  for (let i = front; i < after.length - back; i++) book(i, 1)
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

function bookEndedPathOf(anatomy: Anatomy, path: Path, sign: number, context: BookContext): void {
  const conversion = path.conversion < 0 ? null : anatomy.conversions[path.conversion]!
  const startMs = path.from < path.to ? anatomy.touchpointMs[path.from]! : conversion!.timeMs
  let from = START_STATE
  let fromMs = startMs
  const step = (to: number, toMs: number, currency: number, valueMinor: number): void => {
    const delayMinutes = from === START_STATE ? 0 : Math.floor((toMs - fromMs) / MINUTE_MS)
    bookSettledStep(context.delta, { from, to, currency, delayMinutes, valueMinor }, sign)
    from = to
    fromMs = toMs
  }
  for (let i = path.from; i < path.to; i++) {
    step(lowHalf(anatomy.touchpointKey[i]!), anatomy.touchpointMs[i]!, NO_VALUE, 0)
  }
  if (conversion === null) {
    step(NULL_STATE, fromMs, NO_VALUE, 0)
    const amounts = { startMs, currency: NO_VALUE, valueMinor: 0, minutesToConversion: 0 }
    bookEnded(anatomy, path, sign, context, amounts)
    return
  }
  const { timeMs, currency } = conversion
  const valueMinor = netMinor(conversion)
  step(CONVERSION_STATE, timeMs, currency, valueMinor)
  const minutesToConversion = Math.floor((timeMs - startMs) / MINUTE_MS)
  bookEnded(anatomy, path, sign, context, { startMs, currency, valueMinor, minutesToConversion })
}

function bookEnded(
  anatomy: Anatomy,
  path: Path,
  sign: number,
  context: BookContext,
  amounts: {
    readonly startMs: number
    readonly currency: number
    readonly valueMinor: number
    readonly minutesToConversion: number
  },
): void {
  bookEndedPath(
    context.delta,
    {
      ...amounts,
      keys: anatomy.touchpointKey,
      from: path.from,
      to: path.to,
      fold: context.fold,
      isConverted: path.end === ENDED_CONVERTED,
    },
    sign,
  )
}
