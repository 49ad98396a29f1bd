// Keeps a repeated warning from flooding the log: a few lines of an event and partition in each
// window, the rest counted. What is held back is named by the next line that is let through, and by
// a metric. Bounded: one entry per event and partition.

const WINDOW_MS = 60_000
const LINES_PER_WINDOW = 5

interface Window {
  endsMs: number
  lines: number
  suppressed: number
}

export class RateLimit {
  readonly #windows = new Map<string, Window>()

  /**
   * null: hold this line back. Else let it through; the number is how many of its kind were held
   * back before it.
   */
  admit(kind: string, nowMs: number): number | null {
    let window = this.#windows.get(kind)
    if (window === undefined || nowMs >= window.endsMs) {
      const suppressed = window?.suppressed ?? 0
      window = { endsMs: nowMs + WINDOW_MS, lines: 1, suppressed: 0 }
      this.#windows.set(kind, window)
      return suppressed
    }
    if (window.lines < LINES_PER_WINDOW) {
      window.lines++
      return 0
    }
    window.suppressed++
    return null
  }
}
