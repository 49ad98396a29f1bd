// A trace as a person reads it: what repeats itself is told once, and of what is still too long the
// beginning and the end. `--json` has it all.
const PERIOD_MAX = 24
const REPEATS_MIN = 3
const HEAD_LINES = 200
const TAIL_LINES = 40

/** The lines of a trace begin with a time and two blanks. */
export function shortTrace(trace: readonly string[]): string[] {
  const texts = trace.map((line) => line.replace(/^[^a-z]*s {2}/, ''))
  const told: string[] = []
  for (let at = 0; at < trace.length;) {
    const { period, repeats } = repetition(texts, at)
    told.push(...trace.slice(at, at + period))
    if (repeats > 1) told.push(`            … ${repeats - 1} times more the same`)
    at += period * repeats
  }
  const left = told.length - HEAD_LINES - TAIL_LINES
  if (left <= 0) return told
  const gap = `            … ${left} lines more`
  return [...told.slice(0, HEAD_LINES), gap, ...told.slice(-TAIL_LINES)]
}

/** The shortest run of lines from `at` on that comes again and again; else the line itself. */
function repetition(texts: readonly string[], at: number): { period: number; repeats: number } {
  for (let period = 1; period <= PERIOD_MAX; period++) {
    let end = at + period
    while (end < texts.length && texts[end] === texts[end - period]) end++
    const repeats = Math.floor((end - at) / period)
    if (repeats >= REPEATS_MIN) return { period, repeats }
  }
  return { period: 1, repeats: 1 }
}
