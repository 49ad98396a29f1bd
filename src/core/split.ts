// The largest-remainder rule (Hamilton's method): integer parts in proportion to integer weights
// that always sum to the whole; leftover units go to the largest remainders, ties to the later
// part. Parts are written into an array of the caller's, so that a conversion costs no garbage.
//
// Remainders can exceed the safe integers, so each is kept in two halves: high * 2^27 + low.

const EXACT = Number.MAX_SAFE_INTEGER
const HALF = 134_217_728
/** Wholes up to this times half a weight (at most 2^26 and 2^27) are safe integers. */
const HALVES_MAX = 67_108_864
/** Up to this many parts, leftover units are given without sorting. */
const SORTED_MIN = 32

let remainderHigh = new Float64Array(64)
let remainderLow = new Float64Array(64)

/** Equal parts of `whole` (0..2^53) in parts[0..count). */
export function splitEqually(whole: number, count: number, parts: Float64Array): void {
  const left = whole % count
  const part = (whole - left) / count
  for (let i = 0; i < count; i++) parts[i] = i < count - left ? part : part + 1
}

/**
 * Parts of `whole` (0..2^53) in proportion to weights[0..count) (non-negative integers up to 2^52,
 * not all 0), in parts[0..count). Exact: falls back to BigInt where halves of a weight are not
 * enough.
 */
export function splitByWeights(
  whole: number,
  weights: Float64Array,
  count: number,
  parts: Float64Array,
): void {
  if (whole === 0) {
    parts.fill(0, 0, count)
    return
  }
  if (count > remainderHigh.length) {
    remainderHigh = new Float64Array(count * 2)
    remainderLow = new Float64Array(count * 2)
  }
  let sum = 0
  let largest = 0
  for (let i = 0; i < count; i++) {
    const weight = weights[i]!
    sum += weight
    if (weight > largest) largest = weight
  }
  const given =
    sum <= EXACT && whole * largest <= EXACT
      ? splitSafe(whole, weights, count, sum, parts)
      : whole <= HALVES_MAX
        ? splitHalves(whole, weights, count, parts)
        : splitBig(whole, weights, count, parts)
  giveLeftover(whole - given, count, parts)
}

function splitSafe(
  whole: number,
  weights: Float64Array,
  count: number,
  sum: number,
  parts: Float64Array,
): number {
  let given = 0
  for (let i = 0; i < count; i++) {
    const product = whole * weights[i]!
    const remainder = product % sum
    const part = (product - remainder) / sum
    parts[i] = part
    remainderHigh[i] = remainder
    remainderLow[i] = 0
    given += part
  }
  return given
}

/** Weights and their sum in halves of 27 bits: all products are safe integers. */
function splitHalves(
  whole: number,
  weights: Float64Array,
  count: number,
  parts: Float64Array,
): number {
  let sumHigh = 0
  let sumLow = 0
  for (let i = 0; i < count; i++) {
    const high = Math.floor(weights[i]! / HALF)
    sumHigh += high
    sumLow += weights[i]! - high * HALF
  }
  sumHigh += Math.floor(sumLow / HALF)
  sumLow %= HALF
  const about = whole / (sumHigh * HALF + sumLow)
  let given = 0
  for (let i = 0; i < count; i++) {
    const high = Math.floor(weights[i]! / HALF)
    const low = weights[i]! - high * HALF
    // Rounding can make the quotient wrong by one: the remainder, which is exact, shows it.
    let part = Math.floor(weights[i]! * about)
    let restLow = whole * low - part * sumLow
    let restHigh = whole * high - part * sumHigh + Math.floor(restLow / HALF)
    restLow -= Math.floor(restLow / HALF) * HALF
    if (restHigh < 0) {
      part--
      restLow += sumLow
      restHigh += sumHigh + Math.floor(restLow / HALF)
      restLow %= HALF
    } else if (restHigh > sumHigh || (restHigh === sumHigh && restLow >= sumLow)) {
      part++
      restLow -= sumLow
      restHigh -= sumHigh - Math.floor(restLow / HALF)
      if (restLow < 0) restLow += HALF
    }
    parts[i] = part
    remainderHigh[i] = restHigh
    remainderLow[i] = restLow
    given += part
  }
  return given
}

function splitBig(
  whole: number,
  weights: Float64Array,
  count: number,
  parts: Float64Array,
): number {
  const big = BigInt(whole)
  let sum = 0n
  for (let i = 0; i < count; i++) sum += BigInt(weights[i]!)
  let given = 0
  for (let i = 0; i < count; i++) {
    const product = big * BigInt(weights[i]!)
    const part = Number(product / sum)
    const remainder = product % sum
    parts[i] = part
    remainderHigh[i] = Number(remainder / BigInt(HALF))
    remainderLow[i] = Number(remainder % BigInt(HALF))
    given += part
  }
  return given
}

/**
 * Whether the remainder of part `a` comes after that of part `b` in the order of leftover units.
 */
function isAfter(a: number, b: number): boolean {
  const high = remainderHigh[a]!
  const otherHigh = remainderHigh[b]!
  if (high !== otherHigh) return high < otherHigh
  const low = remainderLow[a]!
  const otherLow = remainderLow[b]!
  return low === otherLow ? a < b : low < otherLow
}

/**
 * Gives one unit each to the `left` largest remainders; `left` is less than the number of parts.
 */
function giveLeftover(left: number, count: number, parts: Float64Array): void {
  if (left === 0) return
  if (count >= SORTED_MIN) {
    const order = Array.from({ length: count }, (_, i) => i)
    order.sort((a, b) => (isAfter(a, b) ? 1 : -1))
    for (let i = 0; i < left; i++) parts[order[i]!]!++
    return
  }
  for (let given = 0; given < left; given++) {
    let best = 0
    for (let i = 1; i < count; i++) if (isAfter(best, i)) best = i
    parts[best]!++
    remainderHigh[best] = -1
  }
}
