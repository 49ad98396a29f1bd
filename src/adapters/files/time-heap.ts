// A binary min-heap of runs by the time of their first record; equal times by number of the run,
// which makes the merge stable. Arrays of numbers, because it is asked once per record.

export class TimeHeap {
  readonly #runs: Uint32Array
  readonly #timesMs: Float64Array
  size = 0

  constructor(capacity: number) {
    this.#runs = new Uint32Array(capacity)
    this.#timesMs = new Float64Array(capacity)
  }

  /** The run that comes first; only of a heap that is not empty. */
  get top(): number {
    return this.#runs[0]!
  }

  push(run: number, timeMs: number): void {
    let at = this.size++
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!this.#isBefore(timeMs, run, parent)) break
      this.#move(parent, at)
      at = parent
    }
    this.#set(at, run, timeMs)
  }

  /** The first run has gone on to its next record. */
  replaceTop(timeMs: number): void {
    this.#sink(this.#runs[0]!, timeMs)
  }

  pop(): void {
    this.size--
    if (this.size > 0) this.#sink(this.#runs[this.size]!, this.#timesMs[this.size]!)
  }

  /** Puts an entry in the place of the first, and down to where it belongs. */
  #sink(run: number, timeMs: number): void {
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= this.size) break
      const right = child + 1
      if (right < this.size && this.#isBefore(this.#timesMs[right]!, this.#runs[right]!, child)) {
        child = right
      }
      if (this.#isBefore(timeMs, run, child)) break
      this.#move(child, at)
      at = child
    }
    this.#set(at, run, timeMs)
  }

  #isBefore(timeMs: number, run: number, at: number): boolean {
    const other = this.#timesMs[at]!
    return timeMs < other || (timeMs === other && run < this.#runs[at]!)
  }

  #move(from: number, to: number): void {
    this.#runs[to] = this.#runs[from]!
    this.#timesMs[to] = this.#timesMs[from]!
  }

  #set(at: number, run: number, timeMs: number): void {
    this.#runs[at] = run
    this.#timesMs[at] = timeMs
  }
}
