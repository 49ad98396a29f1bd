// Lengths of time for people: the two largest units, cut, not rounded.

const UNITS: readonly (readonly [number, string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
]

/** `3 d 4 h`, `30 min`, `0 s` of a length in ms. */
export function spanText(lengthMs: number): string {
  const first = UNITS.findIndex(([unitMs]) => lengthMs >= unitMs)
  if (first < 0) return '0 s'
  let rest = lengthMs
  const parts: string[] = []
  for (const [unitMs, name] of UNITS.slice(first, first + 2)) {
    const count = Math.floor(rest / unitMs)
    rest -= count * unitMs
    if (count > 0) parts.push(`${count} ${name}`)
  }
  return parts.join(' ')
}
