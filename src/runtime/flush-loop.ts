// The one thread of control from which a worker speaks to ClickHouse: every few seconds a flush of
// all partitions, now and then a look at whether an open hour is still there. A flush that fails is
// tried again, ever more slowly; meanwhile partitions go on until too many rows have gathered.
import { flushTogether } from './flush-together.ts'
import { Fenced } from './halt.ts'
import type { PartitionLoop } from './partition-loop.ts'
import { sentence } from './sentence.ts'
import type { WorkerOptions } from './worker-options.ts'

const FAILED_WAIT_MAX_MS = 30_000

export class FlushLoop {
  readonly #options: WorkerOptions
  readonly #loops: () => Iterable<PartitionLoop>
  /** Flushes follow each other. */
  #turn: Promise<boolean> = Promise.resolve(true)
  /** Ends the wait before the next flush, if there is one. */
  #wake = (): void => undefined
  #isStopped = false
  #isFailing = false
  #recheckedMs: number
  /** The partition whose turn of being re-checked comes next. */
  #recheckFrom = 0
  #flushedMs = 0

  constructor(options: WorkerOptions, loops: () => Iterable<PartitionLoop>) {
    this.#options = options
    this.#loops = loops
    this.#recheckedMs = options.clock.now()
  }

  /** Epoch ms of the last flush that went through; 0: none yet. */
  get flushedMs(): number {
    return this.#flushedMs
  }

  /** Resolves after `stop`, when nothing is under way any more. */
  async run(): Promise<void> {
    const { timings } = this.#options
    let wait = timings.flushEveryMs
    for (;;) {
      if (!this.#isStopped) await this.#pause(wait)
      if (this.#isStopped) break
      this.#isFailing = !(await this.flush())
      wait = this.#isFailing ? Math.min(wait * 2, FAILED_WAIT_MAX_MS) : timings.flushEveryMs
      if (!this.#isFailing) await this.#recheckWhereDue()
    }
    await this.#turn
  }

  /** No more flushes but those that are asked for. */
  stop(): void {
    this.#isStopped = true
    this.#wake()
  }

  /** Rows wait: flushes at once, unless the last flush failed. */
  request(): void {
    if (!this.#isFailing) this.#wake()
  }

  /** Flushes whatever can be; resolves to whether ClickHouse took it. Never rejects. */
  flush(): Promise<boolean> {
    this.#turn = this.#turn.then(() => this.#flush())
    return this.#turn
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(ms, resolve)
      // Written straight into the field, Node 20 would make it an object for long: it would keep
      // all that it knows, which is the whole worker, until the next full collection.
      const wake = (): void => {
        cancel()
        resolve()
      }
      this.#wake = wake
    })
  }

  async #flush(): Promise<boolean> {
    const { clock, telemetry } = this.#options
    const loops = [...this.#loops()].filter(({ canFlush }) => canFlush)
    if (loops.length === 0) return true
    const begunMs = clock.now()
    const flushed = await flushTogether(loops, this.#options)
    for (const { partition, hasLanded, error } of flushed) {
      if (error !== null) telemetry.count('flush_failures', partition)
      else if (hasLanded) telemetry.count('flushes', partition)
    }
    const failed = flushed.filter(({ error }) => error !== null)
    const failure = failed.length === 0 ? '' : sentence(failed[0]!.error)
    telemetry.took('flush', clock.now() - begunMs, failure === '' ? {} : { failure })
    if (failed.length > 0) {
      const partitions = failed.map(({ partition }) => partition)
      const message = `a flush is tried again: ${failure}`
      telemetry.log('warn', 'flush_failed', message, { partitions })
    }
    const hasLanded = flushed.some((one) => one.hasLanded)
    if (hasLanded) this.#flushedMs = clock.now()
    // One partition's trouble with its store must not slow down the others.
    return hasLanded || failed.length === 0
  }

  /** One partition at a time, one of its hours at a time; they take turns. */
  async #recheckWhereDue(): Promise<void> {
    const { clock, timings, telemetry } = this.#options
    if (clock.now() - this.#recheckedMs < timings.recheckEveryMs) return
    this.#recheckedMs = clock.now()
    const held = [...this.#loops()]
      .filter(({ canFlush }) => canFlush)
      .sort((a, b) => a.partition - b.partition)
    const loop = held.find(({ partition }) => partition >= this.#recheckFrom) ?? held[0]
    if (loop === undefined) return
    const { partition, worker } = loop
    this.#recheckFrom = partition + 1
    try {
      await worker.recheck()
    } catch (error) {
      if (error instanceof Fenced) return
      const message = `an open hour could not be compared with ClickHouse: ${sentence(error)}`
      telemetry.log('warn', 'recheck_failed', message, { partition })
    }
  }
}
