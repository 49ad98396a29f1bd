// One process of a worker: it lives until it is killed or ends, and may be frozen for a while. What
// it waits for reaches it only while it runs: nothing ever comes to a dead process, and all that
// has come meanwhile comes at once to one that is thawed.
import type { Clock } from '../../src/ports/clock.ts'
import type { SimClock } from './sim-clock.ts'
import { sleepBy } from '../runtime/sleep-by.ts'

/** What a worker is started with; an operator may change it for those that come after. */
export interface Deployed {
  settingsKind: number
  group: string
}

export class SimProcess implements Clock {
  /** Which worker it is, and how often that has been started anew: `w1.3`. */
  readonly name: string
  readonly slot: number
  readonly deployed: Readonly<Deployed>
  readonly #clock: SimClock
  readonly #epochMs: number
  #isDead = false
  #frozenUntilMs = 0
  #held: (() => void)[] = []
  /** Partitions with a commit that has been sent and not been answered. */
  readonly committing = new Set<number>()
  /** Partitions that the group, or the fence, has taken away while it ran. */
  readonly takenAway = new Set<number>()
  /**
   * By partition, until it asks for the owner: the token it was taken with, '' once something was
   * read under another's.
   */
  readonly reads = new Map<number, string>()
  /** What the group has told it that was noted, by partition; null: nothing. */
  readonly told = new Map<number, number | null>()
  /** Whether ClickHouse has told it of lineages, by partition, since it took that over. */
  readonly toldLineages = new Map<number, boolean>()
  /** The group is telling what it has assigned, or that nothing is. */
  isTold = false
  /** When it was asked to stop; -1: it was not. */
  stopsSinceMs = -1

  constructor(options: {
    readonly slot: number
    readonly life: number
    readonly clock: SimClock
    readonly epochMs: number
    readonly deployed: Deployed
  }) {
    const { slot, life, clock, epochMs, deployed } = options
    this.slot = slot
    this.name = `w${slot}.${life}`
    this.deployed = { ...deployed }
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
    return sleepBy(this, ms, signal)
  }

  after(ms: number, run: () => void): () => void {
    const timer = this.#clock.after(ms, () => this.deliver(run))
    return () => {
      timer.run = null
    }
  }

  #thaw(): void {
    if (this.isFrozen || this.#isDead) return
    const held = this.#held
    this.#held = []
    for (const go of held) go()
  }
}
