// What can be said of one partition of a worker at any moment, and since when: read by status,
// metrics, readiness and the watchdog. Pauses are told once when they begin and once when they end.
import { KINDS } from '../core/dictionary.ts'
import type { Clock } from '../ports/clock.ts'
import type { LogBounds } from '../ports/record-source.ts'
import type { Telemetry } from '../ports/telemetry.ts'
import { AnswerWatch } from './answer-watch.ts'
import type { PartitionHalt } from './halt.ts'
import type { PartitionWorker } from './partition-worker.ts'
import type { PartitionStatus, PauseReason } from './worker-options.ts'

/** A service that has not answered for so long pauses the partition. */
const SLOW_MS = 3_000

interface Pause {
  readonly reason: PauseReason
  readonly message: string
}

export class PartitionState {
  readonly partition: number
  readonly store: AnswerWatch
  readonly deadLetters: AnswerWatch
  bounds: LogBounds = { low: -1, high: -1 }
  /** Not held: about to be acquired, for the first time or again. */
  isAcquiring = true
  /** An attempt to acquire is under way: every answer of the store is progress. */
  isAttempting = false
  /** What the last attempt failed with; '' since the last one that did not. */
  failure = ''
  halt: PartitionHalt | null = null
  /** Records wait for rows to land. */
  hasTooManyRows = false
  readonly #clock: Clock
  readonly #telemetry: Telemetry
  #worker: PartitionWorker | null = null
  #next = -1
  #streamTimeMs = 0
  #movedMs: number
  #told: Pause | null = null
  /** Epoch ms since which the log cannot be read; 0: it can. */
  #unreadSinceMs = 0
  /** Epoch ms since which there are rows that have not landed; 0: none. */
  #unflushedSinceMs = 0

  constructor(partition: number, clock: Clock, telemetry: Telemetry) {
    this.partition = partition
    this.#clock = clock
    this.#telemetry = telemetry
    this.#movedMs = clock.now()
    this.store = new AnswerWatch(clock)
    this.deadLetters = new AnswerWatch(clock)
  }

  follow(worker: PartitionWorker): void {
    this.#worker = worker
  }

  /** The last committed position that was seen; -1: none yet. */
  get next(): number {
    this.#look()
    return this.#next
  }

  /** Epoch ms since which nothing has moved that ought to. */
  get movedMs(): number {
    this.#look()
    return this.isAttempting ? Math.max(this.#movedMs, this.store.answeredMs) : this.#movedMs
  }

  /** There was progress, or there is a reason why there is none. */
  moved(): void {
    this.#movedMs = this.#clock.now()
  }

  get pause(): Pause | null {
    if (this.isAcquiring || this.halt !== null) return null
    if (this.deadLetters.waitingMs >= SLOW_MS) {
      return pauseFor('dead_letters', 'the dead-letter sink does not answer', this.deadLetters)
    }
    if (this.store.waitingMs >= SLOW_MS) {
      return pauseFor('store', 'the state store does not answer', this.store)
    }
    if (this.hasTooManyRows) {
      return { reason: 'unflushed_rows', message: 'too many rows have not landed in ClickHouse' }
    }
    const isUnread = this.#unreadSinceMs > 0 && this.#clock.now() - this.#unreadSinceMs >= SLOW_MS
    return isUnread ? pauseFor('log', 'the log cannot be read', this) : null
  }

  /** Called every now and then: tells what has changed since. */
  observe(): void {
    const { pause, partition } = this
    // A log that can be asked but not read is a standstill: that is for the watchdog to find out.
    if (pause !== null && pause.reason !== 'log') this.moved()
    const told = this.#told
    this.#told = pause
    if (told !== null && told.reason !== pause?.reason) {
      const fields = { partition, reason: told.reason, next: this.next }
      this.#telemetry.log('info', 'partition_resumed', 'the partition goes on', fields)
    }
    if (pause === null || told?.reason === pause.reason) return
    const fields = { partition, reason: pause.reason, next: this.next }
    this.#telemetry.log('warn', 'partition_paused', pause.message, fields)
  }

  /** The log has been read, or could not be: why; '' for the former. */
  noteRead(failure: string): void {
    this.failure = failure
    if (failure === '') this.#unreadSinceMs = 0
    else if (this.#unreadSinceMs === 0) this.#unreadSinceMs = this.#clock.now()
  }

  /** So many rows have not landed; if there were none before, they came at `sinceMs`. */
  noteUnflushed(rows: number, sinceMs: number): void {
    if (rows === 0) this.#unflushedSinceMs = 0
    else if (this.#unflushedSinceMs === 0) this.#unflushedSinceMs = sinceMs
  }

  /** A flush that was begun at `sinceMs` has gone through; so many rows have been booked since. */
  landed(rows: number, sinceMs: number): void {
    this.#unflushedSinceMs = 0
    this.noteUnflushed(rows, sinceMs)
  }

  status(): PartitionStatus {
    this.#look()
    const { partition, halt, pause, bounds } = this
    const held = this.#worker?.partition ?? null
    return {
      partition,
      state: this.#stateName(pause),
      reason: halt?.reason ?? pause?.reason ?? '',
      message: halt?.message ?? pause?.message ?? this.failure,
      next: this.#next,
      low: bounds.low,
      high: bounds.high,
      streamTimeMs: this.#streamTimeMs,
      unflushedRows: this.#worker?.unflushed ?? 0,
      unflushedSinceMs: this.#unflushedSinceMs,
      duePersons: held === null ? 0 : held.due.backlog(held.streamTimeMs),
      dictionaryFill: held === null ? [] : KINDS.map((_, kind) => held.dictionary.fill(kind)),
    }
  }

  #stateName(pause: Pause | null): PartitionStatus['state'] {
    if (this.halt !== null) return 'halted'
    if (this.isAcquiring) return 'acquiring'
    return pause === null ? 'running' : 'paused'
  }

  #look(): void {
    const committed = this.#worker?.committed ?? null
    if (committed === null) return
    if (committed.next !== this.#next) this.moved()
    this.#next = committed.next
    this.#streamTimeMs = committed.streamTimeMs
  }
}

const pauseFor = (
  reason: PauseReason,
  message: string,
  { failure }: { readonly failure: string },
): Pause => ({
  reason,
  message: failure === '' ? message : `${message}: ${failure}`,
})
