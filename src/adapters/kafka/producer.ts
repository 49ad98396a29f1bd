// Events into a topic, fast and in order: each goes to the partition of its key, and each partition
// has one send under way while the next one gathers. Idempotent, so that a send that is repeated
// after an error lands once.
import type { Message } from 'kafkajs'
import type { PartitionerName } from '../../schema/partitioners.ts'
import { partitionOf } from '../../schema/partitioners.ts'
import { kafkaProducer } from './client.ts'
import type { KafkaOptions } from './client.ts'
import { kafkaError } from './errors.ts'
import { TOPIC_NOT_YET, untilReady } from './until-ready.ts'

/** More in one send costs kafkajs time that grows with the square; fewer cost round trips. */
const SEND_MAX = 1_000
const SEND_BYTES_MAX = 512 * 1024
/** At most, of a record beside its key and value, and of a batch beside its records. */
const RECORD_BYTES = 40
const BATCH_BYTES = 100

export interface ProducedRecord {
  /** null: it has none, and goes where the empty key would. */
  readonly key: Buffer | null
  readonly value: Buffer
  /** Epoch ms; counts only in a topic with CreateTime. */
  readonly timeMs: number
}

export interface ProducerTarget {
  readonly topic: string
  readonly partitions: number
  readonly partitioner: Exclude<PartitionerName, 'none'>
  /** Of one record batch, as the topic takes them. */
  readonly maxMessageBytes: number
}

/** The records of one partition that wait, and the send that is under way. */
interface Lane {
  readonly partition: number
  messages: Message[]
  bytes: number
  sending: Promise<void> | null
}

const NO_KEY = Buffer.of()

export class EventProducer {
  readonly #producer
  readonly #target: ProducerTarget
  readonly #bytesMax: number
  readonly #lanes: readonly Lane[]
  #failure: Error | null = null
  #acknowledged = 0

  constructor(options: KafkaOptions, target: ProducerTarget) {
    this.#producer = kafkaProducer(options, target.topic, 'once')
    this.#target = target
    this.#bytesMax = Math.min(SEND_BYTES_MAX, target.maxMessageBytes - BATCH_BYTES)
    this.#lanes = Array.from({ length: target.partitions }, (_, partition) => ({
      partition,
      messages: [],
      bytes: 0,
      sending: null,
    }))
  }

  /** Records that all in-sync replicas have. */
  get acknowledged(): number {
    return this.#acknowledged
  }

  /** @throws TRIBUTARY_KAFKA_UNAVAILABLE */
  async start(): Promise<void> {
    try {
      // A broker may not know yet of a topic that another one has told of.
      await untilReady(TOPIC_NOT_YET, () => this.#producer.connect())
    } catch (error) {
      throw kafkaError(error)
    }
  }

  /**
   * Takes the record; if a promise comes back, the next one must wait for it.
   * @throws what an earlier send failed with: TRIBUTARY_KAFKA_UNAVAILABLE, TRIBUTARY_BAD_DATA
   */
  push(record: ProducedRecord): Promise<void> | undefined {
    this.#throwFailure()
    const { partitioner, partitions } = this.#target
    const lane = this.#lanes[partitionOf(record.key ?? NO_KEY, partitioner, partitions)]!
    const bytes = RECORD_BYTES + (record.key?.length ?? 0) + record.value.length
    const isFull = lane.messages.length === SEND_MAX || lane.bytes + bytes > this.#bytesMax
    if (!isFull || lane.messages.length === 0) return this.#add(lane, record, bytes)
    if (lane.sending !== null) return this.#later(lane.sending, record)
    this.#launch(lane)
    return this.#add(lane, record, bytes)
  }

  /** Resolves when everything that was pushed is acknowledged. Throws as `push`. */
  async flush(): Promise<void> {
    for (const lane of this.#lanes) {
      await lane.sending
      if (lane.messages.length > 0) this.#launch(lane)
    }
    await this.#sent()
    this.#throwFailure()
  }

  /** What was not flushed is lost. */
  async stop(): Promise<void> {
    await this.#sent()
    await this.#producer.disconnect()
  }

  async #sent(): Promise<void> {
    for (const { sending } of this.#lanes) await sending
  }

  async #later(sending: Promise<void>, record: ProducedRecord): Promise<void> {
    await sending
    await this.push(record)
  }

  #add(lane: Lane, { key, value, timeMs }: ProducedRecord, bytes: number): undefined {
    const { partition } = lane
    lane.messages.push({ key, value, partition, timestamp: String(timeMs) })
    lane.bytes += bytes
  }

  /** Never rejects: what fails is thrown by the next call. */
  #launch(lane: Lane): void {
    const { messages } = lane
    lane.messages = []
    lane.bytes = 0
    const { topic } = this.#target
    lane.sending = this.#producer
      .send({ topic, messages, acks: -1 })
      .then(() => void (this.#acknowledged += messages.length))
      .catch((error: unknown) => void (this.#failure ??= kafkaError(error)))
      .finally(() => (lane.sending = null))
  }

  #throwFailure(): void {
    if (this.#failure !== null) throw this.#failure
  }
}
