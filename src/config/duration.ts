// Durations as people write them: `500ms`, `30s`, `10m`, `12h`, `7d`. One unit, whole numbers, no
// default unit: a bare number is a mistake, since nobody can tell seconds from days by looking at
// it.

const UNITS_MS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const
type Unit = keyof typeof UNITS_MS

/** Milliseconds of a duration; undefined when it is not one. Bounds are the caller's business. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,15})(ms|s|m|h|d)$/.exec(text)
  if (match === null) return undefined
  const ms = Number(match[1]) * UNITS_MS[match[2] as Unit]
  return Number.isSafeInteger(ms) ? ms : undefined
}

/** The shortest way to write a duration exactly: 604,800,000 is `7d`, 90,000 is `90s`. */
export function formatDuration(ms: number): string {
  for (const [unit, size] of Object.entries(UNITS_MS)) {
    if (ms >= size && ms % size === 0) return `${ms / size}${unit}`
  }
  return `${ms}ms`
}
