// Time that passes only when nothing else is left to do: one heap of timers for the whole simulated
// world, in the order of their times, and of their setting where those are equal. Between two of
// them every promise that can settle has settled.
export interface Timer {
  readonly atMs: number
  readonly order: number
  /** null: cancelled, or over. */
  run: (() => void) | null
}

export class SimClock {
  #nowMs = 0
  #order = 0
  readonly #heap: Timer[] = []

  /** ms since the start of the run. */
  get nowMs(): number {
    return this.#nowMs
  }

  after(ms: number, run: () => void): Timer {
    const timer: Timer = { atMs: this.#nowMs + ms, order: this.#order++, run }
    this.#push(timer)
    return timer
  }

  /** Lets time pass until `isReached`; false: it was not reached by `endMs`. */
  async until(isReached: () => boolean, endMs: number): Promise<boolean> {
    for (;;) {
      await allSettled()
      if (isReached()) return true
      const timer = this.#next()
      if (timer === null || timer.atMs > endMs) {
        if (timer !== null) this.#push(timer)
        this.#nowMs = Math.max(this.#nowMs, endMs)
        return false
      }
      this.#nowMs = Math.max(this.#nowMs, timer.atMs)
      const { run } = timer
      timer.run = null
      run?.()
    }
  }

  #next(): Timer | null {
    for (;;) {
      const timer = this.#pop()
      if (timer === undefined) return null
      if (timer.run !== null) return timer
    }
  }

  #push(timer: Timer): void {
    const heap = this.#heap
    let at = heap.length
    heap.push(timer)
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (isBefore(heap[parent]!, timer)) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = timer
  }

  #pop(): Timer | undefined {
    const heap = this.#heap
    const top = heap[0]
    const last = heap.pop()
    if (last === undefined || last === top) return top
    let at = 0
    for (;;) {
      let child = at * 2 + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++
      if (isBefore(last, heap[child]!)) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = last
    return top
  }
}

const isBefore = (a: Timer, b: Timer): boolean =>
  a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)

/** Node runs the ticks of a process only when no promise is left to settle; no loop, no system. */
const allSettled = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve))
