// One topic of Kafka as the worker's source. Three parts that know nothing of each other: the
// membership of the consumer group (`membership.ts`), the reader of the log (`log-reader.ts`), and
// questions about the topic and the group (admin). Where reading begins is the state store's to
// say; the offset that the group keeps is noted as a witness and for lag tools, and never read
// from.
import type {
  AssignmentHandler,
  LogBounds,
  LogRead,
  RecordSource,
  SourceRecord,
  TopicFacts,
} from '../../ports/record-source.ts'
import { kafkaConsumer, kafkaReader, kafkaTopicAdmin } from './client.ts'
import type { KafkaOptions, TopicAdmin } from './client.ts'
import { kafkaError } from './errors.ts'
import { LogReader } from './log-reader.ts'
import { Membership } from './membership.ts'
import { topicFacts } from './topic-facts.ts'

const STOP_MS = 10_000

export interface KafkaSourceOptions extends KafkaOptions {
  readonly topic: string
  readonly group: string
  /** A record batch that inflates beyond is undecodable. */
  readonly batchInflatedBytesMax: number
}

/** Errors are TributaryError, but for OffsetOutOfRange. */
export class KafkaSource implements RecordSource {
  readonly topic: string
  readonly group: string
  readonly #membership: Membership
  readonly #reader: LogReader
  readonly #asking: TopicAdmin

  constructor(options: KafkaSourceOptions) {
    this.topic = options.topic
    this.group = options.group
    this.#membership = new Membership(kafkaConsumer(options, options.group), options.topic)
    this.#reader = new LogReader(kafkaReader(options), options)
    this.#asking = kafkaTopicAdmin(options, options.topic)
  }

  /** Questions and reads work before a member is told of its partitions. */
  async start(handler: AssignmentHandler): Promise<void> {
    await this.connect()
    try {
      await this.#membership.start(handler)
    } catch (error) {
      throw kafkaError(error)
    }
  }

  /** Enough for questions and reads by somebody who does not join the group. */
  async connect(): Promise<void> {
    try {
      await Promise.all([this.#asking.admin.connect(), this.#reader.connect()])
    } catch (error) {
      throw kafkaError(error)
    }
  }

  /** Where Kafka does not answer, the session and the connections end by themselves. */
  async stop(): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((done) => {
      timer = setTimeout(done, STOP_MS)
    })
    try {
      // The reader first: whoever waits for a read shall not wait for the group.
      const parts = [
        this.#reader.disconnect(),
        this.#membership.stop(),
        this.#asking.admin.disconnect(),
      ]
      await Promise.race([Promise.all(parts), late])
    } catch (error) {
      throw kafkaError(error)
    } finally {
      clearTimeout(timer)
    }
  }

  facts(): Promise<TopicFacts> {
    return this.#ask(async () => {
      const [facts, topicId] = await Promise.all([
        topicFacts(this.#asking, this.topic),
        this.#reader.topicId(),
      ])
      return { ...facts, topicId }
    })
  }

  bounds(partition: number): Promise<LogBounds> {
    return this.#reader.bounds(partition)
  }

  end(partition: number): Promise<number> {
    return this.#reader.end(partition)
  }

  noted(partition: number): Promise<number | null> {
    return this.#ask(async () => {
      const query = { groupId: this.group, topics: [this.topic] }
      const [answer] = await this.#asking.admin.fetchOffsets(query)
      const found = answer?.partitions.find((one) => one.partition === partition)
      if (!found) throw new Error(`the group told nothing of ${this.topic}/${partition}`)
      return found.offset === '-1' ? null : Number(found.offset)
    })
  }

  read(partition: number, from: number): Promise<LogRead> {
    return this.#reader.read(partition, from)
  }

  readAt(partition: number, offset: number): Promise<SourceRecord | null> {
    return this.#reader.readAt(partition, offset)
  }

  /** One attempt, under the generation that owns the partition; nothing where it is not owned. */
  note(partition: number, next: number): Promise<boolean> {
    return this.#ask(async () => {
      const member = await this.#membership.ownerOf(partition)
      if (member === null) return false
      await this.#reader.note(member, partition, next)
      return true
    })
  }

  async #ask<T>(question: () => Promise<T>): Promise<T> {
    try {
      return await question()
    } catch (error) {
      throw kafkaError(error)
    }
  }
}
