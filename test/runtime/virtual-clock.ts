// Time that passes only when nothing else is left to do: a run of hours takes milliseconds, and is
// the same every time, as long as all ports answer by themselves.
import type { Clock } from '../../src/ports/clock.ts'
import { sleepBy } from './sleep-by.ts'

interface Sleeper {
  readonly atMs: number
  readonly wake: () => void
}

export class VirtualClock implements Clock {
  #nowMs: number
  #sleepers: Sleeper[] = []

  constructor(startMs: number) {
    this.#nowMs = startMs
  }

  now(): number {
    return this.#nowMs
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleepBy(this, ms, signal)
  }

  after(ms: number, run: () => void): () => void {
    const sleeper = { atMs: this.#nowMs + ms, wake: run }
    // Those that wake at the same moment wake in the order they fell asleep.
    const later = this.#sleepers.findIndex(({ atMs }) => atMs > sleeper.atMs)
    this.#sleepers.splice(later === -1 ? this.#sleepers.length : later, 0, sleeper)
    return () => {
      this.#sleepers = this.#sleepers.filter((one) => one !== sleeper)
    }
  }

  /** Lets time pass until the condition holds. Throws if it does not within `limitMs`. */
  async until(isReached: () => boolean | Promise<boolean>, limitMs = 900_000): Promise<void> {
    const endMs = this.#nowMs + limitMs
    for (;;) {
      await settled()
      if (await isReached()) return
      const next = this.#sleepers.shift()
      if (next === undefined) throw new Error('nothing will ever happen any more')
      if (next.atMs > endMs) throw new Error(`it did not come about in ${limitMs} ms`)
      this.#nowMs = Math.max(this.#nowMs, next.atMs)
      next.wake()
    }
  }

  /** Lets `ms` pass. */
  async pass(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms
    void this.sleep(ms)
    await this.until(() => this.#nowMs >= endMs, ms)
    await settled()
  }

  /** Lets time pass until the promise has settled. */
  async finish<T>(promise: Promise<T>, limitMs?: number): Promise<T> {
    let isDone = false
    const end = (): void => {
      isDone = true
    }
    promise.then(end, end)
    await this.until(() => isDone, limitMs)
    return promise
  }
}

/** Everything that waits for nothing but itself has been done. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
