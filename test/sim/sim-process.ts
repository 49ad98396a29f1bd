// One process of a worker: it lives until it is killed or ends, and may be frozen for a while. What
// it waits for reaches it only while it runs: nothing ever comes to a dead process, and all that
// has come meanwhile comes at once to one that is thawed.
import type { Clock } from '../../src/ports/clock.ts'
import type { SimClock } from './sim-clock.ts'

export class SimProcess implements Clock {
  /** Which worker it is, and how often that has been started anew: `w1.3`. */
  readonly name: string
  readonly slot: number
  readonly #clock: SimClock
  readonly #epochMs: number
  #isDead = false
  #frozenUntilMs = 0
  #held: (() => void)[] = []
  /** Writes that have been sent and not been answered. */
  writesUnderWay = 0

  constructor(slot: number, life: number, clock: SimClock, epochMs: number) {
    this.slot = slot
    this.name = `w${slot}.${life}`
    this.#clock = clock
    this.#epochMs = epochMs
  }

  get isDead(): boolean {
    return this.#isDead
  }

  get isFrozen(): boolean {
    return this.#frozenUntilMs > this.#clock.nowMs
  }

  kill(): void {
    this.#isDead = true
    this.#held = []
  }

  freeze(ms: number): void {
    this.#frozenUntilMs = Math.max(this.#frozenUntilMs, this.#clock.nowMs + ms)
    this.#clock.after(ms, () => this.#thaw())
  }

  /** Goes on with what was awaited, as soon as the process runs. */
  deliver(go: () => void): void {
    if (this.#isDead) return
    if (this.isFrozen) this.#held.push(go)
    else go()
  }

  /** Resolves as soon as the process runs; never, in a dead one. */
  running(): Promise<void> | undefined {
    if (!this.#isDead && !this.isFrozen) return undefined
    return new Promise((resolve) => this.deliver(resolve))
  }

  now(): number {
    return this.#epochMs + this.#clock.nowMs
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = this.#clock.after(ms, () => {
        signal?.removeEventListener('abort', abort)
        this.deliver(resolve)
      })
      const abort = (): void => {
        timer.run = null
        resolve()
      }
      signal?.addEventListener('abort', abort, { once: true })
    })
  }

  #thaw(): void {
    if (this.isFrozen || this.#isDead) return
    const held = this.#held
    this.#held = []
    for (const go of held) go()
  }
}
