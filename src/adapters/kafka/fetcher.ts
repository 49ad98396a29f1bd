// Gathers reads into Fetch requests. A broker answers one request of a connection at a time, so all
// reads that wait for partitions of one broker go out together, the oldest first; a read that comes
// while a request is on its way waits for the next one. A request polls: it comes back as soon as
// one of its partitions has something, or after a while; the others stay for the next.
//
// How long it polls: a partition whose reader is busy is not in the request, and its next read must
// not wait long for partitions that are idle.
import type { BrokerLink } from './broker-link.ts'
import { fetchByIdRequest, fetchByIdResponse } from './fetch-by-id-codec.ts'
import { fetchRequest, fetchResponse } from './fetch-codec.ts'
import type { FetchPartition, PartitionAnswer } from './fetch-codec.ts'

/** A read of a log that has ended is answered, empty, after this long. */
const PATIENCE_MS = 250
/** Some partition had data lately; it is not known whether there is more. */
const LIVELY_POLL_MS = 50
/** Some partition is known to have more. */
const BACKLOG_POLL_MS = 5
const LATELY_MS = 1_000

/** What a partition of a topic holds; the id is '' where the broker has none. */
export interface Fetched extends PartitionAnswer {
  readonly topicId: string
}

interface Waiter extends FetchPartition {
  readonly sinceMs: number
  readonly resolve: (answer: Fetched) => void
  readonly reject: (error: unknown) => void
}

/** The reads that wait for one broker. */
interface Lane {
  waiting: Waiter[]
  isOpen: boolean
  lastDataMs: number
}

export class Fetcher {
  readonly #link: BrokerLink
  readonly #topic: string
  readonly #lanes = new Map<string, Lane>()
  #lastBacklogMs = -LATELY_MS
  #isClosed = false

  constructor(link: BrokerLink, topic: string) {
    this.#link = link
    this.#topic = topic
  }

  /** One partition's answer; empty where its log ends at `from`. Rejects with kafkajs' errors. */
  async fetch(wanted: FetchPartition): Promise<Fetched> {
    const node = await this.#link.leaderOf(wanted.partition)
    if (node === undefined) throw new NoLeader(wanted.partition)
    return new Promise((resolve, reject) => {
      if (this.#isClosed) return reject(new Error('the reader was closed'))
      const lane = this.#lane(node)
      lane.waiting.push({ ...wanted, sinceMs: performance.now(), resolve, reject })
      if (lane.isOpen) return
      lane.isOpen = true
      // Others that are called in this turn shall be on the first request, too.
      setImmediate(() => void this.#work(node, lane))
    })
  }

  /** Somebody has read a partition and knows that there is more. */
  noteBacklog(): void {
    this.#lastBacklogMs = performance.now()
  }

  /** Reads that wait are rejected. */
  close(): void {
    this.#isClosed = true
    for (const lane of this.#lanes.values()) this.#fail(lane, new Error('the reader was closed'))
  }

  #lane(node: string): Lane {
    let lane = this.#lanes.get(node)
    if (lane === undefined) {
      lane = { waiting: [], isOpen: false, lastDataMs: -LATELY_MS }
      this.#lanes.set(node, lane)
    }
    return lane
  }

  #fail(lane: Lane, error: unknown): void {
    for (const { reject } of lane.waiting.splice(0)) reject(error)
  }

  /** Never rejects. */
  async #work(node: string, lane: Lane): Promise<void> {
    while (lane.waiting.length > 0) {
      const sent = onePerPartition(lane.waiting)
      try {
        this.#settle(lane, sent, await this.#ask(node, sent, this.#pollMs(lane)))
      } catch (error) {
        this.#fail(lane, error)
      }
    }
    lane.isOpen = false
  }

  async #ask(node: string, sent: readonly Waiter[], pollMs: number): Promise<Fetched[]> {
    const topicId = await this.#link.topicIdFor(node)
    const { partitions } =
      topicId === ''
        ? await this.#link.send(node, fetchRequest(this.#topic, sent, pollMs), fetchResponse)
        : await this.#link.send(node, fetchByIdRequest(topicId, sent, pollMs), fetchByIdResponse)
    return partitions.map((answer) => ({ ...answer, topicId }))
  }

  #pollMs(lane: Lane): number {
    const now = performance.now()
    if (now - this.#lastBacklogMs < LATELY_MS) return BACKLOG_POLL_MS
    return now - lane.lastDataMs < LATELY_MS ? LIVELY_POLL_MS : PATIENCE_MS
  }

  #settle(lane: Lane, sent: readonly Waiter[], answers: readonly Fetched[]): void {
    const now = performance.now()
    const settled = new Set<Waiter>()
    let hasData = false
    for (const waiter of sent) {
      const answer = answers.find(({ partition }) => partition === waiter.partition)
      if (answer === undefined) {
        settled.add(waiter)
        waiter.reject(new Error(`the broker left partition ${waiter.partition} out of its answer`))
        continue
      }
      const isEmpty = answer.errorCode === 0 && answer.records.length === 0
      // Nothing although there is something: what came before took all that a request may bring.
      const isCrowdedOut = isEmpty && answer.lastStableOffset > waiter.from && hasData
      const isEarly = isEmpty && now - waiter.sinceMs < PATIENCE_MS
      if (!isEmpty) hasData = true
      if (isCrowdedOut || isEarly) continue
      settled.add(waiter)
      waiter.resolve(answer)
    }
    if (hasData) lane.lastDataMs = now
    lane.waiting = lane.waiting.filter((waiter) => !settled.has(waiter))
  }
}

/** A request names a partition once. */
function onePerPartition(waiting: readonly Waiter[]): Waiter[] {
  const first = new Map<number, Waiter>()
  for (const waiter of waiting) {
    if (!first.has(waiter.partition)) first.set(waiter.partition, waiter)
  }
  return [...first.values()]
}

/** Metadata name no leader for the partition. */
export class NoLeader extends Error {
  readonly type = 'LEADER_NOT_AVAILABLE'

  constructor(partition: number) {
    super(`partition ${partition} has no leader`)
    this.name = 'NoLeader'
  }
}
