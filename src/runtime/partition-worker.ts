// One partition's life between acquire and release: spans are applied in memory and committed in
// order, each commit fenced by the owner token and `next`. While one commit is under way the next
// span is computed on top of it; if a commit fails, memory is dropped and the partition acquired
// again. Memory is only ever a cache of the store.
import { takeChanges } from '../core/changes.ts'
import { hourOf } from '../core/journey-layout.ts'
import type { Outcome, RejectionReason } from '../core/event.ts'
import { changesMost } from '../core/partition.ts'
import type { Partition } from '../core/partition.ts'
import type { DeadLetter } from '../ports/dead-letter-sink.ts'
import type { Commit, PartitionMeta } from '../ports/state-store.ts'
import { recordFingerprint } from '../schema/lineage.ts'
import { acquire } from './acquire.ts'
import { sendCommit } from './commit.ts'
import { Fenced, PartitionHalt } from './halt.ts'
import { Flusher } from './flusher.ts'
import { hourReached, loadJourneys, loadMissing, openDueLists, personsOf } from './loading.ts'
import type { JudgedSpan, LogView, PartitionOptions } from './partition-options.ts'

const CLOCK_SKEW_MAX_MS = 3_600_000
const DEAD_OUTCOMES: ReadonlySet<Outcome> = new Set(['rejected', 'late', 'overflow'])

interface Held {
  readonly token: string
  readonly partition: Partition
  readonly flusher: Flusher
  /** Meta of the last computed commit. */
  meta: PartitionMeta
  /** Meta of the last commit that the store confirmed. */
  committed: PartitionMeta
  /** The commit under way, if any; it never rejects. */
  inFlight: Promise<Error | null> | null
}

export class PartitionWorker {
  readonly #options: PartitionOptions
  #held: Held | null = null
  #turn: Promise<void> = Promise.resolve()
  #flushing: Promise<void> = Promise.resolve()
  /** Records by outcome since this worker began. */
  readonly outcomes = new Map<Outcome, number>()

  constructor(options: PartitionOptions) {
    this.#options = options
  }

  /** Becomes the owner; resolves to the offset to read from. Throws PartitionHalt or Fenced. */
  async acquire(log: LogView): Promise<number> {
    this.#held = null
    const { token, meta, partition } = await acquire(this.#options, log)
    const { store } = this.#options
    if (meta.streamTimeMs > 0) {
      await openDueLists(partition, store, meta.dueFromHour, hourOf(meta.streamTimeMs))
    }
    const flusher = new Flusher(this.#options, partition, meta)
    this.#held = { token, partition, flusher, meta, committed: meta, inFlight: null }
    return meta.next
  }

  /** The partition as computed so far, null while it is not held. */
  get partition(): Partition | null {
    return this.#held?.partition ?? null
  }

  /** The offset that the next span must begin at. */
  get computedNext(): number {
    return this.#holding().meta.next
  }

  /** Rows that have not landed in ClickHouse. */
  get unflushed(): number {
    return this.#held?.flusher.unflushed ?? 0
  }

  /** Meta of the last confirmed commit, null while the partition is not held. */
  get committed(): PartitionMeta | null {
    return this.#held?.committed ?? null
  }

  /**
   * Applies the span and hands its commit on; resolves when the next span can be computed. A span
   * that does not begin at the expected offset is refused: `Fenced`, with memory dropped.
   */
  async apply(span: JudgedSpan): Promise<void> {
    if (this.#holding().flusher.unflushed > this.#options.limits.unflushedRowsMax)
      await this.flush()
    return this.#exclusively(async () => {
      const held = this.#holding()
      try {
        if (span.from !== held.meta.next) {
          throw new Fenced(`the span starts at ${span.from}, next is ${held.meta.next}`)
        }
        await this.#prepare(held, span)
        await this.#compute(held, span)
      } catch (error) {
        await held.inFlight
        throw this.#drop(held, error)
      }
    })
  }

  /** Waits for the commit under way; throws if it failed. */
  async drain(): Promise<void> {
    return this.#exclusively(() => this.#drain(this.#holding()))
  }

  /**
   * Publishes every row that has not landed, then forgets closed hours that ClickHouse holds.
   * Records go on meanwhile; flushes follow each other.
   */
  async flush(): Promise<void> {
    const previous = this.#flushing
    const flush = previous.catch(() => undefined).then(() => this.#flush())
    this.#flushing = flush
    return flush
  }

  async #flush(): Promise<void> {
    const held = this.#holding()
    for (;;) {
      const snapshot = await this.#exclusively(async () => {
        await this.#drain(held)
        return held.flusher.snapshot(held.committed)
      })
      await held.flusher.publish(snapshot)
      if (snapshot.isWhole) return this.#forgetVerified(held, snapshot.committed)
    }
  }

  /** One at a time: computing, and looking at what was computed. */
  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work)
    this.#turn = turn.then(
      () => undefined,
      () => undefined,
    )
    return turn
  }

  /** `flushed`: what has landed; commits may have moved on meanwhile, and their rows have not. */
  async #forgetVerified(held: Held, flushed: PartitionMeta): Promise<void> {
    const hours = await held.flusher.verifyClosed(flushed)
    if (hours.length === 0) return
    await this.#options.probe.at('forget')
    if ((await this.#options.store.forgetHours(held.token, hours)) === 'fenced') {
      throw this.#drop(held, new Fenced('another worker owns the partition'))
    }
    await held.flusher.forgotten(hours, flushed)
  }

  /**
   * Memory is worth nothing any more: a flush that comes to it later must fail, too. What has been
   * acquired since is not touched.
   */
  #drop<E>(held: Held, error: E): E {
    held.inFlight = Promise.resolve(error instanceof Error ? error : new Error(String(error)))
    if (this.#held === held) this.#held = null
    return error
  }

  #holding(): Held {
    if (this.#held === null) throw new Fenced('the partition is not held')
    return this.#held
  }

  async #drain(held: Held): Promise<void> {
    const failure = await held.inFlight
    if (failure !== null) throw this.#drop(held, failure)
    held.inFlight = null
  }

  /** Loads what the span needs and waits where too much is held back. */
  async #prepare(held: Held, span: JudgedSpan): Promise<void> {
    const { store, limits } = this.#options
    const { partition } = held
    this.#refuseFuture(span)
    const hour = hourReached(partition, span.records)
    const isFull = partition.journeys.size > limits.cachedJourneysMax
    if (isFull || hour > partition.due.openedThrough) await this.#drain(held)
    if (isFull) partition.journeys.evict(Math.floor(limits.cachedJourneysMax * 0.9))
    if (hour > partition.due.openedThrough) {
      await openDueLists(partition, store, partition.due.openedThrough + 1, hour)
    }
    await loadJourneys(partition, store, personsOf(span.records))
  }

  /** One producer with a wrong clock must not move time for all. */
  #refuseFuture(span: JudgedSpan): void {
    const latest = this.#options.clock.now() + CLOCK_SKEW_MAX_MS
    for (const { offset, timeMs } of span.records) {
      if (timeMs > latest) {
        throw new PartitionHalt('clock_ahead', `the record at ${offset} is ahead of the clock`)
      }
    }
  }

  async #compute(held: Held, span: JudgedSpan): Promise<void> {
    const { limits } = this.#options
    const { journeys } = held.partition
    let letters: DeadLetter[] = []
    for (let i = 0; i < span.records.length; i++) {
      const record = span.records[i]!
      const { changedCount, changedBytes } = journeys
      const isFull =
        changedCount + changesMost(record) > limits.commitJourneysMax ||
        changedBytes >= limits.commitBytesMax
      if (isFull && changedCount > 0) {
        await this.#commit(held, span, { to: record.offset, last: i - 1, letters })
        letters = []
      }
      const outcome = await this.#applyRecord(held, span, i)
      this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1)
      if (DEAD_OUTCOMES.has(outcome)) letters.push(this.#letter(span, i, outcome))
    }
    await this.#commit(held, span, { to: span.to, last: span.records.length - 1, letters })
  }

  async #applyRecord(held: Held, span: JudgedSpan, i: number): Promise<Outcome> {
    const { partition } = held
    for (;;) {
      const outcome = partition.apply(span.records[i]!)
      if (outcome !== null) return outcome
      await loadMissing(partition, this.#options.store, partition.missing!)
    }
  }

  #letter(span: JudgedSpan, i: number, outcome: Outcome): DeadLetter {
    const { topic, partition } = this.#options
    const { content } = span.records[i]!
    return {
      topic,
      partition,
      record: span.source(i),
      outcome: outcome as DeadLetter['outcome'],
      reason: outcome === 'rejected' ? (content as RejectionReason) : '',
    }
  }

  /** Takes what has changed and sends it off, once the commit before it is confirmed. */
  async #commit(
    held: Held,
    span: JudgedSpan,
    part: {
      readonly to: number
      readonly last: number
      readonly letters: readonly DeadLetter[]
    },
  ): Promise<void> {
    const { partition, token } = held
    const from = held.meta.next
    const meta: PartitionMeta = {
      ...held.meta,
      next: part.to,
      streamTimeMs: partition.streamTimeMs,
      dueFromHour: partition.due.fromHour(partition.streamTimeMs),
      journeys: partition.journeysHeld,
      journeysBegun: partition.journeysBegun,
      dictionary: partition.dictionary.size,
      lastRecord: part.last < 0 ? held.meta.lastRecord : recordFingerprint(span.source(part.last)),
    }
    const commit: Commit = { token, from, meta, ...takeChanges(partition) }
    held.meta = meta
    await this.#drain(held)
    held.inFlight = this.#send(held, commit, part.letters)
  }

  async #send(held: Held, commit: Commit, letters: readonly DeadLetter[]): Promise<Error | null> {
    try {
      if (letters.length > 0) {
        await this.#options.probe.at('dead-letters')
        await this.#options.deadLetters.send(letters)
      }
      await sendCommit(this.#options, commit)
      held.committed = commit.meta
      return null
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error))
    }
  }
}
