// Topics of a test's own on a real broker, and everything that was written to them.
import { ConfigResourceTypes, Kafka, logLevel } from 'kafkajs'
import type { Admin, KafkaMessage } from 'kafkajs'
import { afterAll, expect, vi } from 'vitest'
import { topicConfig } from '../../../src/adapters/kafka/topic-config.ts'
import { kafkaTopics } from '../../../src/adapters/kafka/topics.ts'
import type { KafkaOptions } from '../../../src/adapters/kafka/client.ts'
import type { WantedTopic } from '../../../src/adapters/kafka/topics-wanted.ts'
import { deleteTopics, testName } from '../../services.ts'

/** Call it in a suite: what it makes goes with the suite. */
export function onBroker(brokers: string) {
  const options: KafkaOptions = { brokers, clientId: 'tributary-test' }
  const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING })
  const topics = kafkaTopics(options)
  const admin = kafka.admin()
  const made: string[] = []
  afterAll(async () => {
    await admin.connect()
    await deleteTopics(admin, ...made)
    await Promise.all([admin.disconnect(), topics.stop()])
  })
  return {
    options,
    kafka,
    topics,
    /** Creates it under a name of its own, which it resolves to. */
    create: async (wanted: WantedTopic): Promise<string> => {
      const topic = testName(wanted.topic)
      made.push(topic)
      await topics.create({ ...wanted, topic })
      return topic
    },
    /** Sets a topic's configuration, all of it, and waits until the broker goes by it. */
    configure: async (topic: string, config: Readonly<Record<string, string>>): Promise<void> => {
      await admin.connect()
      await configure(admin, topic, config)
      // A broker tells of a change before its log goes by it, and takes one after the other.
      await configure(admin, topic, { ...config, 'file.delete.delay.ms': '60001' })
    },
    readAll: (topic: string) => readAll(kafka, topic),
  }
}

async function configure(
  admin: Admin,
  topic: string,
  config: Readonly<Record<string, string>>,
): Promise<void> {
  const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }))
  const resource = { type: ConfigResourceTypes.TOPIC, name: topic }
  await admin.alterConfigs({ validateOnly: false, resources: [{ ...resource, configEntries }] })
  // The controller has answered; the brokers learn of it a moment later.
  await vi.waitFor(
    async () => {
      const found = (await topicConfig(admin, topic)).map(({ configName, configValue }) => ({
        name: configName,
        value: configValue,
      }))
      expect(found).toEqual(expect.arrayContaining(configEntries))
    },
    { timeout: 30_000, interval: 20 },
  )
}

export type ReadMessage = KafkaMessage & { readonly partition: number }

/** Every record that the topic holds now, partition by partition. */
async function readAll(kafka: Kafka, topic: string): Promise<ReadMessage[]> {
  const admin = kafka.admin()
  await admin.connect()
  const ends = await admin.fetchTopicOffsets(topic)
  await admin.disconnect()
  const wanted = ends.reduce((sum, { low, high }) => sum + Number(high) - Number(low), 0)
  const groupId = testName('reader')
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100, allowAutoTopicCreation: false })
  const messages: ReadMessage[] = []
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({
    autoCommit: false,
    eachMessage: ({ partition, message }) => {
      messages.push({ ...message, partition })
      return Promise.resolve()
    },
  })
  await vi.waitFor(
    () => {
      if (messages.length < wanted) throw new Error(`${messages.length} of ${wanted} were read`)
    },
    { timeout: 60_000, interval: 20 },
  )
  await consumer.disconnect()
  return messages.toSorted(
    (a, b) => a.partition - b.partition || Number(a.offset) - Number(b.offset),
  )
}
