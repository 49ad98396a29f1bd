// Records per second over the last few seconds, from counts as they are read.

const WINDOW_MS = 4000

/** Takes a count and gives the present speed, rounded; null until it can be told. */
export function createSpeed(now: () => number = () => performance.now()) {
  const samples: { readonly atMs: number; readonly count: number }[] = []
  return (count: number): number | null => {
    const atMs = now()
    samples.push({ atMs, count })
    while (samples.length > 2 && atMs - samples[1]!.atMs >= WINDOW_MS) samples.shift()
    const first = samples[0]!
    return atMs === first.atMs
      ? null
      : Math.round(((count - first.count) * 1000) / (atMs - first.atMs))
  }
}
