// One partition's life between acquire and release: spans are applied in memory and committed in
// order, each commit fenced by the owner token and `next`. While one commit is under way the next
// span is computed on top of it; if a commit fails, memory is dropped and the partition acquired
// again. Memory is only ever a cache of the store.
import type { Outcome, RejectionReason } from '../core/event.ts'
import { changesMost } from '../core/partition.ts'
import { skipOffsets } from '../core/skip.ts'
import type { Partition } from '../core/partition.ts'
import type { DeadLetter } from '../ports/dead-letter-sink.ts'
import type { PartitionMeta } from '../ports/state-store.ts'
import { recordFingerprint } from '../schema/lineage.ts'
import { acquire } from './acquire.ts'
import type { Flusher } from './flusher.ts'
import { Fenced, PartitionHalt } from './halt.ts'
import { HeldPartition } from './held-partition.ts'
import { letterOf } from './letter.ts'
import { hourReached, loadJourneys, loadMissing, personsOf } from './loading.ts'
import { OutcomeCounts } from './outcome-counts.ts'
import type { JudgedSpan, LogView, PartitionOptions } from './partition-options.ts'
import { newRoom } from './publish.ts'
import type { Room, Snapshot } from './publish.ts'

const CLOCK_SKEW_MAX_MS = 3_600_000

export interface PartitionFlush {
  readonly flusher: Flusher
  /** Waits for the commit under way; then as many rows as there is room for. Throws Fenced. */
  take(room: Room): Promise<Snapshot>
  /** Verifies and forgets closed hours, after a whole snapshot has landed. Throws Fenced. */
  forget(flushed: PartitionMeta): Promise<void>
}

export class PartitionWorker {
  readonly #options: PartitionOptions
  #held: HeldPartition | null = null
  #turn: Promise<void> = Promise.resolve()
  #flushing: Promise<void> = Promise.resolve()
  /** The hour that the rolling re-check comes to next. */
  #recheckFrom = 0
  /** Records by outcome since this worker began, as computed. */
  readonly outcomes = new Map<Outcome, number>()

  constructor(options: PartitionOptions) {
    this.#options = options
  }

  /** Becomes the owner; resolves to the offset to read from. Throws PartitionHalt or Fenced. */
  async acquire(log: LogView): Promise<number> {
    this.#held = null
    const acquired = await acquire(this.#options, log)
    this.#held = new HeldPartition(this.#options, acquired)
    return acquired.meta.next
  }

  /** The partition as computed so far, null while it is not held. */
  get partition(): Partition | null {
    return this.#held?.partition ?? null
  }

  /** The offset that the next span must begin at. */
  get computedNext(): number {
    return this.#holding().meta.next
  }

  /** All that was computed is committed, so that nobody would have to wait for the store. */
  get isSettled(): boolean {
    return this.#held === null || this.#held.meta.next === this.#held.committed.next
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
        held.inFlight.take(span.records)
        await this.#prepare(held, span)
        await this.#compute(held, span)
      } catch (error) {
        await held.settled()
        throw this.#drop(held, error)
      }
    })
  }

  /** Books offsets that nobody can decode, and that an operator has given up, as rejected. */
  async skip({ from, to }: { readonly from: number; readonly to: number }): Promise<void> {
    return this.#exclusively(async () => {
      const held = this.#holding()
      try {
        if (from !== held.meta.next) throw new Fenced(`the skip starts at ${from}`)
        held.inFlight.takeSkipped(to - from)
        skipOffsets(held.partition, from, to)
        const counted = new OutcomeCounts()
        counted.add('rejected', 'undecodable_batch', to - from)
        await held.commit({ to, lastRecord: held.meta.lastRecord, letters: [], counted })
      } catch (error) {
        await held.settled()
        throw this.#drop(held, error)
      }
    })
  }

  /** Lets go of the partition: what is in memory is dropped, commits under way may still land. */
  release(): void {
    if (this.#held !== null) this.#drop(this.#held, new Fenced('the partition was let go'))
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

  /**
   * Compares one of the hours that are still in the store with ClickHouse; rows that it has lost
   * are sent again by the next flush. Resolves to their number. Hours take turns.
   */
  async recheck(): Promise<number> {
    const held = this.#holding()
    const hours = [...held.partition.ledger.hours.keys()].sort((a, b) => a - b)
    const hour = hours.find((one) => one >= this.#recheckFrom) ?? hours[0]
    if (hour === undefined) return 0
    this.#recheckFrom = hour + 1
    return held.flusher.recheck(hour)
  }

  /** A flush of what is held now, step by step, so that several partitions can go together. */
  openFlush(): PartitionFlush {
    const held = this.#holding()
    const take = async (room: Room): Promise<Snapshot> => {
      await this.#drain(held)
      await this.#noteActivation(held)
      return held.flusher.snapshot(held.committed, room)
    }
    return {
      flusher: held.flusher,
      take: (room) => this.#exclusively(() => take(room)),
      forget: (flushed) => this.#forgetVerified(held, flushed),
    }
  }

  /** The flush before has made the lineage active; the state must know, too, or does it again. */
  async #noteActivation(held: HeldPartition): Promise<void> {
    const { next, lastRecord, activeAt } = held.meta
    if (activeAt === 0 || !held.flusher.isActive) return
    await held.commit({ to: next, lastRecord, letters: [], counted: new OutcomeCounts() })
    await this.#drain(held)
  }

  async #flush(): Promise<void> {
    const flush = this.openFlush()
    for (;;) {
      const snapshot = await flush.take(newRoom())
      await flush.flusher.publish(snapshot)
      if (snapshot.isWhole) return flush.forget(snapshot.committed)
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
  async #forgetVerified(held: HeldPartition, flushed: PartitionMeta): Promise<void> {
    const hours = await held.flusher.verifyClosed(flushed)
    if (hours.length === 0) return
    await this.#options.probe.at('forget')
    if ((await this.#options.store.forgetHours(held.token, hours)) === 'fenced') {
      throw this.#drop(
        held,
        new Fenced('another worker owns the partition, or the store has started anew'),
      )
    }
    await held.flusher.forgotten(hours, flushed)
  }

  /**
   * Memory is worth nothing any more: a flush that comes to it later must fail, too. What has been
   * acquired since is not touched.
   */
  #drop<E>(held: HeldPartition, error: E): E {
    held.fail(error)
    if (this.#held === held) this.#held = null
    return error
  }

  #holding(): HeldPartition {
    if (this.#held === null) throw new Fenced('the partition is not held')
    return this.#held
  }

  async #drain(held: HeldPartition): Promise<void> {
    try {
      await held.drain()
    } catch (error) {
      throw this.#drop(held, error)
    }
  }

  /** Loads what the span needs and waits where too much is held back. */
  async #prepare(held: HeldPartition, span: JudgedSpan): Promise<void> {
    const { store, limits } = this.#options
    const { partition } = held
    this.#refuseFuture(span)
    const hour = hourReached(partition, span.records)
    const isFull = partition.journeys.size > limits.cachedJourneysMax
    if (isFull || hour > partition.due.openedThrough) await this.#drain(held)
    if (isFull) partition.journeys.evict(Math.floor(limits.cachedJourneysMax * 0.9))
    if (hour > partition.due.openedThrough) await held.openDueLists(hour)
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

  async #compute(held: HeldPartition, span: JudgedSpan): Promise<void> {
    const { limits } = this.#options
    const { journeys } = held.partition
    let letters: DeadLetter[] = []
    let counted = new OutcomeCounts()
    const lastRecord = (last: number): string =>
      last < 0 ? held.meta.lastRecord : recordFingerprint(span.source(last))
    for (let i = 0; i < span.records.length; i++) {
      const record = span.records[i]!
      const { changedCount, changedBytes } = journeys
      const isFull =
        changedCount + changesMost(record) > limits.commitJourneysMax ||
        changedBytes >= limits.commitBytesMax
      if (isFull && changedCount > 0) {
        const before = lastRecord(i - 1)
        await held.commit({ to: record.offset, lastRecord: before, letters, counted })
        letters = []
        counted = new OutcomeCounts()
      }
      const outcome = await this.#applyRecord(held, span, i)
      this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1)
      counted.add(outcome, outcome === 'rejected' ? (record.content as RejectionReason) : '')
      const letter = letterOf(this.#options, span, i, outcome)
      if (letter !== null) letters.push(letter)
    }
    const last = lastRecord(span.records.length - 1)
    await held.commit({ to: span.to, lastRecord: last, letters, counted })
  }

  async #applyRecord(held: HeldPartition, span: JudgedSpan, i: number): Promise<Outcome> {
    const { partition } = held
    for (;;) {
      const outcome = partition.apply(span.records[i]!)
      if (outcome !== null) return outcome
      await loadMissing(partition, this.#options.store, partition.missing!)
    }
  }
}
