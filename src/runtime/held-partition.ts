// A partition while it is held: what is in memory of it, under which token, and its commits, of
// which one may be under way while the next is computed.
import { takeChanges } from '../core/changes.ts'
import type { Partition } from '../core/partition.ts'
import type { DeadLetter } from '../ports/dead-letter-sink.ts'
import type { Commit, PartitionMeta } from '../ports/state-store.ts'
import { seenOf, takeBooked } from './booked.ts'
import type { SeenBefore } from './booked.ts'
import { sendCommit } from './commit.ts'
import { Flusher } from './flusher.ts'
import { Fenced, PartitionHalt } from './halt.ts'
import { InFlight } from './in-flight.ts'
import { openDueLists } from './loading.ts'
import type { OutcomeCounts } from './outcome-counts.ts'
import type { PartitionOptions } from './partition-options.ts'
import { OVER } from './waiting.ts'

/** What one commit covers beside the changes themselves. */
export interface Part {
  readonly to: number
  readonly lastRecord: string
  readonly letters: readonly DeadLetter[]
  readonly counted: OutcomeCounts
}

export class HeldPartition {
  readonly token: string
  readonly partition: Partition
  readonly flusher: Flusher
  readonly inFlight: InFlight
  readonly #options: PartitionOptions
  #meta: PartitionMeta
  #committed: PartitionMeta
  #seen: SeenBefore
  /** The commit under way, if any; it never rejects. */
  #underWay: Promise<Error | null> | null = null
  /** Why memory was dropped; null: it was not. */
  #failure: Error | null = null
  readonly #givenUp = new AbortController()

  constructor(
    options: PartitionOptions,
    acquired: {
      readonly token: string
      readonly partition: Partition
      readonly meta: PartitionMeta
    },
  ) {
    const { token, partition, meta } = acquired
    this.#options = options
    this.token = token
    this.partition = partition
    this.flusher = new Flusher(options, partition, meta)
    this.inFlight = new InFlight(options.telemetry, options.partition)
    this.#seen = seenOf(partition)
    this.#meta = meta
    this.#committed = meta
  }

  /** Meta of the last computed commit. */
  get meta(): PartitionMeta {
    return this.#meta
  }

  /** Meta of the last commit that the store confirmed. */
  get committed(): PartitionMeta {
    return this.#committed
  }

  /**
   * Opens the due lists up to `hour`; all that was computed must be in the store. Which lists there
   * are and what they hold are two questions: where another worker has gone on in between, or the
   * store has come back with less, one that is gone is no damage. Throws Fenced or PartitionHalt.
   */
  async openDueLists(hour: number): Promise<void> {
    const { partition, token } = this
    const { store } = this.#options
    try {
      await openDueLists(partition, store, partition.due.openedThrough + 1, hour)
    } catch (error) {
      if (!(error instanceof PartitionHalt)) throw error
      const found = await store.owner()
      if (found.token === token && found.meta?.next === this.#committed.next) throw error
      throw new Fenced('the state is not the one any more that was read', { cause: error })
    }
  }

  /** Takes what has changed and sends it off, once the commit before it is confirmed. */
  async commit(part: Part): Promise<void> {
    const { partition, token } = this
    const from = this.#meta.next
    const meta: PartitionMeta = {
      ...this.#meta,
      next: part.to,
      streamTimeMs: partition.streamTimeMs,
      dueFromHour: partition.due.fromHour(partition.streamTimeMs),
      journeys: partition.journeysHeld,
      journeysBegun: partition.journeysBegun,
      dictionary: partition.dictionary.size,
      lastRecord: part.lastRecord,
      activeAt: this.flusher.isActive ? 0 : this.#meta.activeAt,
    }
    const commit: Commit = { token, from, meta, ...takeChanges(partition) }
    const booked = takeBooked(partition, this.#seen)
    this.#seen = seenOf(partition)
    this.#meta = meta
    await this.drain()
    this.#underWay = this.#send(commit, part, booked)
  }

  /** Waits for the commit under way; throws if it failed. */
  async drain(): Promise<void> {
    // Memory may have been dropped while this was awaited.
    const failure = (await this.#underWay) ?? this.#failure
    if (failure !== null) throw failure
    this.#underWay = null
  }

  /** Waits for the commit under way, whatever becomes of it. */
  async settled(): Promise<void> {
    await this.#underWay
  }

  /**
   * Memory is worth nothing any more: whoever drains or flushes later must fail, too, and a commit
   * that the store does not answer is given up.
   */
  fail(reason: unknown): void {
    this.#givenUp.abort(OVER)
    this.inFlight.drop()
    this.#failure = reason instanceof Error ? reason : new Error(String(reason))
    this.#underWay = Promise.resolve(this.#failure)
  }

  async #send(
    commit: Commit,
    { to, letters, counted }: Part,
    booked: ReturnType<typeof takeBooked>,
  ): Promise<Error | null> {
    const { store, clock, telemetry, partition, deadLetters, probe } = this.#options
    const begunMs = clock.now()
    const records = this.inFlight.handOn(to)
    try {
      if (letters.length > 0) {
        await probe.at('dead-letters')
        await deadLetters.send(letters)
        await probe.at('dead-letters-sent')
      }
      await sendCommit({ store, clock, probe, signal: this.#givenUp.signal }, commit)
      this.#committed = commit.meta
      this.inFlight.committed(records)
      counted.report(telemetry, partition)
      booked(telemetry, partition)
      telemetry.count('commits', partition)
      const facts = { partition, from: commit.from, to, records }
      telemetry.took('commit', clock.now() - begunMs, facts)
      return null
    } catch (error) {
      this.inFlight.failed(records)
      return error instanceof Error ? error : new Error(String(error))
    }
  }
}
