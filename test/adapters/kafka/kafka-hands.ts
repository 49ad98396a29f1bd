// A topic on a real broker and what can be done to it from outside, for tests of the Kafka source.
import type { Admin, Kafka, Message, Producer } from 'kafkajs'
import { vi } from 'vitest'
import { KafkaSource } from '../../../src/adapters/kafka/kafka-source.ts'
import type { KafkaOptions } from '../../../src/adapters/kafka/client.ts'
import type { LogHands, NewRecord } from '../../contract/record-source.contract.ts'
import { deleteTopics, testName } from '../../services.ts'
import { createTopics } from '../../services/create-topics.ts'

export const INFLATED_MAX = 67_108_864
const WITHIN = { timeout: 60_000, interval: 100 }

export const sourceOf = (
  options: KafkaOptions,
  topic: string,
  group: string,
  batchInflatedBytesMax = INFLATED_MAX,
): KafkaSource => new KafkaSource({ ...options, topic, group, batchInflatedBytesMax })

const messageOf = (partition: number, { key, value, headers }: NewRecord): Message => ({
  partition,
  key: key ?? null,
  value,
  ...(headers === undefined ? {} : { headers: { ...headers } }),
})

export interface HandsOptions {
  readonly options: KafkaOptions
  readonly kafka: Kafka
  /** Connected. */
  readonly admin: Admin
  /** Connected. */
  readonly producer: Producer
  readonly topic: string
}

export function kafkaHands({ options, kafka, admin, producer, topic }: HandsOptions): LogHands {
  const append = async (partition: number, records: readonly NewRecord[]): Promise<void> => {
    await producer.send({ topic, messages: records.map((one) => messageOf(partition, one)) })
  }
  /** Behind the last offset that is below every open transaction. */
  const endOf = async (partition: number): Promise<number> => {
    const ends = await admin.fetchTopicOffsets(topic)
    return Number(ends.find((one) => one.partition === partition)?.high)
  }
  return {
    topic,
    append,
    source: (group) => sourceOf(options, topic, group),
    transactions: async (partition, steps, ends) => {
      const begin = await endOf(partition)
      const producers = new Map<string, Producer>()
      const open = new Map<string, Awaited<ReturnType<Producer['transaction']>>>()
      for (const name of Object.keys(ends)) {
        const one = kafka.producer({
          transactionalId: testName(name),
          idempotent: true,
          maxInFlightRequests: 1,
        })
        await one.connect()
        producers.set(name, one)
        open.set(name, await one.transaction())
      }
      for (const { producer: name, record } of steps) {
        const messages = [messageOf(partition, record)]
        if (name === undefined) await producer.send({ topic, messages })
        else await open.get(name)?.send({ topic, messages })
      }
      for (const [name, end] of Object.entries(ends)) await open.get(name)?.[end]()
      // The markers are written after the producers are told.
      const end = begin + steps.length + producers.size
      await vi.waitFor(async () => {
        if ((await endOf(partition)) !== end) throw new Error('not all markers are there')
      }, WITHIN)
      for (const one of producers.values()) await one.disconnect()
    },
    trim: async (partition, low) => {
      // Without metadata kafkajs finds no broker for it.
      await admin.fetchTopicMetadata({ topics: [topic] })
      await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(low) }] })
    },
    recreate: async () => {
      await deleteTopics(admin, topic)
      // Until the broker knows of it, what is appended would still go to the old log.
      await vi.waitFor(async () => {
        if ((await admin.listTopics()).includes(topic)) throw new Error('still there')
      }, WITHIN)
      const configEntries = [{ name: 'message.timestamp.type', value: 'LogAppendTime' }]
      await createTopics(admin, { topic, numPartitions: 1, replicationFactor: 1, configEntries })
    },
    addPartitions: async (count) => {
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
      const partitions = topics[0]?.partitions.length ?? 0
      await admin.createPartitions({ topicPartitions: [{ topic, count: partitions + count }] })
    },
  }
}
