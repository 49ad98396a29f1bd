// One partition from its assignment until it is taken away: acquire, consume, and from the
// beginning again after any failure, since memory is only a cache; a halt ends it until the next
// assignment.
// Whoever takes the partition away does not wait: what is then still under way finds the signals
// aborted, the memory dropped, and its writes fenced off by the next owner.
import type { TopicFacts } from '../ports/record-source.ts'
import { consume } from './consume.ts'
import { Fenced, PartitionHalt } from './halt.ts'
import { isOtherTopic } from './other-topic.ts'
import type { LogView } from './partition-options.ts'
import { PartitionState } from './partition-state.ts'
import { PartitionWorker } from './partition-worker.ts'
import { patientDeadLetters, patientStore } from './patient-ports.ts'
import { sentence } from './sentence.ts'
import { Ticker } from './ticker.ts'
import { OVER, within } from './waiting.ts'
import type { WorkerOptions } from './worker-options.ts'

/** Attempts follow each other ever more slowly, up to so many times the first wait. */
const RETRY_FACTOR_MAX = 10
/** A note is not worth a flush that waits longer. */
const NOTE_MAX_MS = 5_000

export interface LoopContext {
  readonly options: WorkerOptions
  readonly seenFacts: () => TopicFacts | null
  /** What is heard counts for all: older facts would halt what has been decided since. */
  readonly askFacts: () => Promise<TopicFacts>
  readonly requestFlush: () => void
  /** The partition has halted. */
  readonly halted: (loop: PartitionLoop) => void
}

export class PartitionLoop {
  readonly partition: number
  readonly state: PartitionState
  readonly worker: PartitionWorker
  /** Resolves when nothing more is read or acquired; never rejects. */
  readonly ended: Promise<void>
  readonly #context: LoopContext
  readonly #ticker: Ticker | null
  readonly #reading = new AbortController()
  readonly #life = new AbortController()
  /** The offset that was last noted in the group; -1: none. */
  #noted = -1
  #lineage = ''
  /** Of the topic when it was last looked at, to acquire the partition. */
  #topicId = ''

  constructor(partition: number, context: LoopContext) {
    const { options } = context
    const { source, ticks, timings, clock, random, probe, telemetry } = options
    this.partition = partition
    this.#context = context
    this.state = new PartitionState(partition, clock, telemetry)
    this.#ticker =
      ticks === null
        ? null
        : new Ticker({ partition, sink: ticks, idleMs: timings.tickIdleMs, clock, telemetry })
    const patience = { clock, signal: this.#life.signal }
    const store = options.storeOf(partition)
    // Field by field: Node 20 gives what begins with a spread and adds to it a shape of its own.
    this.worker = new PartitionWorker({
      topic: source.topic,
      partition,
      group: source.group,
      start: options.start,
      allowCreateTime: options.allowCreateTime,
      settings: options.settings,
      fingerprint: options.fingerprint,
      limits: options.limits,
      store: patientStore(store, this.state.store, patience),
      ledger: options.ledger,
      deadLetters: patientDeadLetters(options.deadLetters, this.state.deadLetters, patience),
      clock,
      random,
      probe,
      telemetry,
    })
    this.state.follow(this.worker)
    this.ended = this.#run()
  }

  /** Held, and not waiting for a service that a flush would have to wait for, too. */
  get canFlush(): boolean {
    const { worker, state } = this
    if (worker.committed === null) return false
    const reason = state.pause?.reason
    return worker.isSettled || (reason !== 'store' && reason !== 'dead_letters')
  }

  get isReleased(): boolean {
    return this.#life.signal.aborted
  }

  /** The topic, as it was seen last, is not the one that the partition was acquired on. */
  get isOutdated(): boolean {
    return isOtherTopic(this.#topicId, this.#context.seenFacts()?.topicId ?? '')
  }

  /** Ends the reading; what has been read so far is applied and stays held, to be flushed. */
  finish(): void {
    this.#reading.abort(OVER)
  }

  /** Lets go of the partition at once. */
  release(): void {
    if (this.isReleased) return
    const { partition, state } = this
    const { next } = state
    this.#reading.abort(OVER)
    this.#life.abort(OVER)
    this.worker.release()
    const { telemetry } = this.#context.options
    telemetry.log('info', 'partition_released', 'the partition was let go', { partition, next })
  }

  /** It must not go on, as a flush has found out. */
  halt(reason: PartitionHalt): void {
    if (this.isReleased || this.state.halt !== null) return
    this.#failed(reason)
    this.#reading.abort(OVER)
  }

  /** Everything below `next` has landed: notes it in the group, once. Only a witness. */
  async note(next: number): Promise<void> {
    if (this.isReleased || next === this.#noted) return
    const { partition } = this
    const { source, telemetry, clock } = this.#context.options
    let isNoted = false
    const noting = source.note(partition, next).then(
      (noted) => {
        isNoted = noted
        return ''
      },
      (error: unknown) => sentence(error),
    )
    const failure = (await within(clock, NOTE_MAX_MS, noting)) ?? 'there is no answer'
    // What the group does not take from us, for now, is noted after the next flush.
    if (isNoted) this.#noted = next
    if (failure !== '') {
      const message = `the group has not noted the position: ${failure}`
      telemetry.log('warn', 'note_failed', message, { partition, next })
    }
  }

  async #run(): Promise<void> {
    const { clock, timings } = this.#context.options
    const { state } = this
    const reading = this.#reading.signal
    let wait = timings.retryMs
    while (!reading.aborted) {
      const before = state.next
      try {
        state.isAttempting = true
        const next = await this.#acquire().finally(() => (state.isAttempting = false))
        if (next === null) return
        await this.#consume(next)
        return
      } catch (error) {
        if (this.isReleased || state.halt !== null) return
        if (this.#failed(error) === 'halted') return
      }
      if (state.next > before) wait = timings.retryMs
      await clock.sleep(wait, reading)
      wait = Math.min(wait * 2, timings.retryMs * RETRY_FACTOR_MAX)
    }
  }

  /** Resolves to the offset to go on from; null: no longer wanted. */
  async #acquire(): Promise<number | null> {
    const { partition, state, worker } = this
    const { clock, telemetry } = this.#context.options
    const begunMs = clock.now()
    const known = state.next
    const view = await this.#look()
    if (this.#reading.signal.aborted) return null
    const next = await worker.acquire(view)
    if (this.isReleased) {
      worker.release()
      return null
    }
    state.isAcquiring = false
    state.noteRead('')
    state.noteUnflushed(worker.unflushed, clock.now())
    telemetry.took('acquire', clock.now() - begunMs, { partition })
    const { lineage } = worker.committed!
    const fields = { partition, next, lineage }
    telemetry.log('info', 'partition_acquired', 'the partition was taken over', fields)
    if (next < known && lineage === this.#lineage) this.#rewound(known, next)
    this.#lineage = lineage
    return next
  }

  async #look(): Promise<LogView> {
    const { partition } = this
    const { options, askFacts } = this.#context
    const { source } = options
    const [facts, bounds, groupNext] = await Promise.all([
      askFacts(),
      source.bounds(partition),
      source.noted(partition),
    ])
    this.state.bounds = bounds
    this.#topicId = facts.topicId
    return {
      facts,
      bounds,
      groupNext,
      readAt: (offset) => source.readAt(partition, offset),
      again: () => this.#look(),
    }
  }

  async #consume(next: number): Promise<void> {
    const { partition, worker, state } = this
    const { options, seenFacts, requestFlush } = this.#context
    const ticker = this.#ticker
    const reading = this.#reading.signal
    const topicId = this.#topicId
    const rest = { partition, worker, state, ticker, topicId, reading, seenFacts, requestFlush }
    try {
      await consume({ options, ...rest }, next)
    } catch (error) {
      // What came before a halt is worth keeping.
      if (!(error instanceof PartitionHalt) || worker.committed === null) throw error
      await worker.drain()
      throw error
    }
    await worker.drain()
  }

  #rewound(from: number, to: number): void {
    const { partition } = this
    const { telemetry } = this.#context.options
    telemetry.count('rewinds', partition)
    const message = 'the state store has gone back; the records since are applied again'
    telemetry.log('warn', 'state_rewound', message, { partition, from, next: to })
  }

  #failed(error: unknown): 'halted' | 'again' {
    const { partition, state, worker } = this
    const { telemetry } = this.#context.options
    const { next } = state
    worker.release()
    state.noteUnflushed(0, 0)
    if (error instanceof PartitionHalt) {
      state.halt = error
      const fields = { partition, reason: error.reason, next }
      telemetry.log('error', 'partition_halted', error.message, fields)
      this.#context.halted(this)
      return 'halted'
    }
    state.failure = sentence(error)
    // An attempt that was answered is no standstill; one that gets nowhere again and again is.
    if (state.isAcquiring) state.moved()
    state.isAcquiring = true
    const event = error instanceof Fenced ? 'partition_fenced' : 'partition_retry'
    if (error instanceof Fenced) telemetry.count('fenced', partition)
    telemetry.log('warn', event, state.failure, { partition, next })
    return 'again'
  }
}
