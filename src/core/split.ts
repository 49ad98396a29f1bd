// The largest-remainder rule (Hamilton's method): integer parts in proportion to integer weights that
// always sum to the whole; leftover units go to the largest remainders, ties to the later part.

const EXACT = Number.MAX_SAFE_INTEGER

/**
 * Parts of `whole` (0..2^53) in proportion to `weights` (non-negative integers up to 2^52, not all 0).
 * Exact: falls back to BigInt where a product leaves the safe integers.
 */
export function splitByWeights(whole: number, weights: readonly number[]): number[] {
  let sum = 0
  let largest = 0
  for (const weight of weights) {
    sum += weight
    if (weight > largest) largest = weight
  }
  if (whole === 0) return weights.map(() => 0)
  return sum <= EXACT && whole * largest <= EXACT
    ? splitSafe(whole, weights, sum)
    : splitBig(whole, weights)
}

function splitSafe(whole: number, weights: readonly number[], sum: number): number[] {
  const parts: number[] = []
  const remainders: number[] = []
  let left = whole
  for (const weight of weights) {
    const product = whole * weight
    const remainder = product % sum
    const part = (product - remainder) / sum
    parts.push(part)
    remainders.push(remainder)
    left -= part
  }
  return giveLeftover(parts, remainders, left)
}

function splitBig(whole: number, weights: readonly number[]): number[] {
  const big = BigInt(whole)
  const sum = weights.reduce((total, weight) => total + BigInt(weight), 0n)
  const parts: number[] = []
  const remainders: bigint[] = []
  let left = whole
  for (const weight of weights) {
    const product = big * BigInt(weight)
    const part = Number(product / sum)
    parts.push(part)
    remainders.push(product % sum)
    left -= part
  }
  return giveLeftover(parts, remainders, left)
}

/** Gives one unit each to the `left` largest remainders; `left` is less than the number of parts. */
function giveLeftover<R extends number | bigint>(
  parts: number[],
  remainders: readonly R[],
  left: number,
): number[] {
  if (left === 0) return parts
  const order = remainders.map((_, i) => i)
  order.sort((a, b) => {
    const x = remainders[a]!
    const y = remainders[b]!
    return x === y ? b - a : x < y ? 1 : -1
  })
  for (let i = 0; i < left; i++) parts[order[i]!]!++
  return parts
}
