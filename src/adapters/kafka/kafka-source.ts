// Spans of one topic's partitions, from a Kafka consumer group (kafkajs), each read from the
// position that the state store knows, never from the group's committed offset.
//
// The protocol: on every join of the group all assigned partitions are paused at once; each is
// acquired in the store, its consumer is put to the store's `next` and only then resumed. A new
// join raises the epoch, so an answer or a batch of an older assignment is recognised and dropped
// (kafkajs delivers batches that were queued before a pause). A zombie that goes on is stopped by
// the store's fence, not here.
import type { Admin, Consumer, ConsumerGroupJoinEvent, EachBatchPayload } from 'kafkajs'
import { TributaryError } from '../../ports/errors.ts'
import type { LogBounds, SourceRecord, Span } from '../../ports/record-source.ts'
import { kafkaAdmin, kafkaConsumer } from './client.ts'
import type { KafkaOptions } from './client.ts'
import { kafkaError } from './errors.ts'
import { toSpan } from './to-span.ts'

const RETRY_MS = 1_000
const PROBE_MS = 10_000

/** What can be asked about a partition's log while it is acquired. */
export interface KafkaLog {
  readonly bounds: LogBounds
  /** Offset that the consumer group has noted; null: none. */
  readonly groupNext: number | null
  /** The record at an offset, or null if there is none any more. */
  readAt(offset: number): Promise<SourceRecord | null>
}

export interface PartitionHandler {
  /**
   * Takes a partition over; resolves to the offset to go on from. Called after every assignment.
   */
  acquire(topic: string, partition: number, log: KafkaLog): Promise<number>
  /** Applies a span durably. Spans of a partition come one after the other, without a gap. */
  apply(span: Span): Promise<void>
  /** Something of this partition failed: acquire it again after a while, or leave it paused. */
  failed(partition: number, error: unknown): 'again' | 'halt'
  /** The consumer is dead; only a new process helps. */
  crashed(error: unknown): void
}

export interface KafkaSourceOptions extends KafkaOptions {
  readonly topic: string
  readonly group: string
  /** Partitions that are worked on side by side. */
  readonly concurrency: number
}

export class KafkaSource {
  readonly #options: KafkaSourceOptions
  readonly #handler: PartitionHandler
  readonly #consumer: Consumer
  readonly #admin: Admin
  /** Raised by every join, crash and stop. */
  #epoch = 0
  /** The partitions that were acquired in this epoch, with the offset that must come next. */
  readonly #owned = new Map<number, { next: number }>()
  /** Partitions that are being acquired and wait for the record at an offset. */
  readonly #probes = new Map<number, { offset: number; found: (span: Span | null) => void }>()

  constructor(options: KafkaSourceOptions, handler: PartitionHandler) {
    this.#options = options
    this.#handler = handler
    this.#consumer = kafkaConsumer(options, options.group)
    this.#admin = kafkaAdmin(options)
  }

  /** Joins the group; resolves before the first partition is acquired. */
  async start(): Promise<void> {
    const { topic, concurrency } = this.#options
    const { GROUP_JOIN, CRASH } = this.#consumer.events
    this.#consumer.on(GROUP_JOIN, (event) => this.#joined(event))
    this.#consumer.on(CRASH, ({ payload }) => {
      this.#disown()
      if (!payload.restart) this.#handler.crashed(kafkaError(payload.error))
    })
    try {
      await this.#admin.connect()
      await this.#consumer.connect()
      // An offset beyond the log's ends silently resets kafkajs to its start, where #apply notices
      // it; reset to its end it would deliver nothing and go unnoticed.
      await this.#consumer.subscribe({ topic, fromBeginning: true })
      await this.#consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: concurrency,
        eachBatch: (payload) => this.#apply(payload),
      })
    } catch (error) {
      throw kafkaError(error)
    }
  }

  /** Finishes the spans in work, leaves the group. */
  async stop(): Promise<void> {
    this.#disown()
    await this.#consumer.disconnect()
    await this.#admin.disconnect()
  }

  /** Notes `next` in the group, for lag tools and as a witness; nothing is ever read from there. */
  async commit(partition: number, next: number): Promise<void> {
    const { topic } = this.#options
    try {
      await this.#consumer.commitOffsets([{ topic, partition, offset: String(next) }])
    } catch (error) {
      throw kafkaError(error)
    }
  }

  #disown(): void {
    this.#epoch += 1
    this.#owned.clear()
    for (const { found } of this.#probes.values()) found(null)
  }

  /** Runs before anything is fetched; must not throw and must not wait. */
  #joined({ payload }: ConsumerGroupJoinEvent): void {
    this.#disown()
    const { topic } = this.#options
    const partitions = payload.memberAssignment[topic] ?? []
    if (partitions.length > 0) this.#consumer.pause([{ topic, partitions }])
    for (const partition of partitions) void this.#acquire(partition, this.#epoch)
  }

  /** Never rejects. */
  async #acquire(partition: number, epoch: number): Promise<void> {
    const { topic } = this.#options
    while (epoch === this.#epoch) {
      try {
        const log = await this.#log(partition)
        const next = await this.#handler.acquire(topic, partition, log)
        if (epoch !== this.#epoch) return
        this.#owned.set(partition, { next })
        this.#consumer.seek({ topic, partition, offset: String(next) })
        this.#consumer.resume([{ topic, partitions: [partition] }])
        return
      } catch (error) {
        if (epoch !== this.#epoch || this.#handler.failed(partition, error) === 'halt') return
        await new Promise((done) => setTimeout(done, RETRY_MS))
      }
    }
  }

  async #log(partition: number): Promise<KafkaLog> {
    const { topic, group } = this.#options
    try {
      const ends = await this.#admin.fetchTopicOffsets(topic)
      const found = ends.find((one) => one.partition === partition)
      if (!found) throw new Error(`${topic} has no partition ${partition}`)
      const [noted] = await this.#admin.fetchOffsets({ groupId: group, topics: [topic] })
      const offset = noted?.partitions.find((one) => one.partition === partition)?.offset ?? '-1'
      return {
        bounds: { low: Number(found.low), high: Number(found.high) },
        groupNext: offset === '-1' ? null : Number(offset),
        readAt: (at) => this.#readAt(partition, at),
      }
    } catch (error) {
      throw kafkaError(error)
    }
  }

  /**
   * Puts the paused partition to an offset and lets the next batch through, for its first record
   * only.
   */
  async #readAt(partition: number, offset: number): Promise<SourceRecord | null> {
    const { topic } = this.#options
    const span = await new Promise<Span | null>((found, fail) => {
      const silence = () => fail(kafkaError(new Error(`no record came at offset ${offset}`)))
      const timer = setTimeout(silence, PROBE_MS)
      this.#probes.set(partition, {
        offset,
        found: (answer) => {
          clearTimeout(timer)
          found(answer)
        },
      })
      this.#consumer.seek({ topic, partition, offset: String(offset) })
      this.#consumer.resume([{ topic, partitions: [partition] }])
    }).finally(() => this.#probes.delete(partition))
    return span?.records.find((record) => record.offset === offset) ?? null
  }

  /**
   * An error thrown here would count towards a crash of the whole consumer: only a rebalance's may.
   */
  async #apply(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload
    const { topic, partition } = batch
    const probe = this.#probes.get(partition)
    if (probe) {
      const span = toSpan(batch)
      if (span.from !== probe.offset) return
      this.#consumer.pause([{ topic, partitions: [partition] }])
      return probe.found(span)
    }
    const owned = this.#owned.get(partition)
    if (!owned || !payload.isRunning() || payload.isStale()) return
    const epoch = this.#epoch
    try {
      const span = toSpan(batch)
      if (span.from !== owned.next) throw jumped(span, owned.next)
      await this.#handler.apply(span)
      if (epoch !== this.#epoch) return
      owned.next = span.to
      payload.resolveOffset(String(span.to - 1))
    } catch (error) {
      if (epoch === this.#epoch) this.#lose(partition, error)
      return
    }
    await payload.heartbeat()
  }

  #lose(partition: number, error: unknown): void {
    const { topic } = this.#options
    const epoch = this.#epoch
    this.#owned.delete(partition)
    this.#consumer.pause([{ topic, partitions: [partition] }])
    if (this.#handler.failed(partition, error) === 'halt') return
    setTimeout(() => void this.#acquire(partition, epoch), RETRY_MS)
  }
}

const jumped = ({ topic, partition, from }: Span, next: number): TributaryError =>
  new TributaryError(
    'TRIBUTARY_HALTED',
    `${topic}/${partition} was read at offset ${from}, but ${next} must come next`,
    { hint: 'the topic was trimmed or created anew; the runbook says what an operator can do' },
  )
