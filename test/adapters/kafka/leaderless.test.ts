// A broker is down that alone kept somebody else's topic.
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { kafkaDeadLetters } from '../../../src/adapters/kafka/dead-letters.ts'
import { EventProducer } from '../../../src/adapters/kafka/producer.ts'
import { kafkaTicks } from '../../../src/adapters/kafka/ticks.ts'
import { kafkaTopics } from '../../../src/adapters/kafka/topics.ts'
import { eventsTopic } from '../../../src/adapters/kafka/topics-wanted.ts'
import type { DeadLetter } from '../../../src/ports/dead-letter-sink.ts'
import { createTopics } from '../../services/create-topics.ts'
import { describeWithPrivate } from '../../services/describe-with-private.ts'
import { startPrivateKafka } from '../../services/private-kafka.ts'
import type { PrivateKafka } from '../../services/private-kafka.ts'
import { sourceOf } from './kafka-hands.ts'

/** Two brokers, each formatted by another one. */
const FOUR_JVMS_MS = 300_000
const WITHIN = { timeout: 60_000, interval: 100 }

const LETTER: DeadLetter = {
  topic: 'events',
  partition: 0,
  record: { offset: 0, timeMs: 1_760_000_000_000, key: null, value: Buffer.from('{') },
  outcome: 'rejected',
  reason: 'invalid_json',
}

describeWithPrivate(['kafka'], 'with another topic that nobody leads', () => {
  let server: PrivateKafka
  beforeAll(async () => {
    server = await startPrivateKafka()
    const second = await server.second()
    const retry = { retries: 0 }
    const kafka = new Kafka({ brokers: [server.brokers], logLevel: logLevel.NOTHING, retry })
    const admin = kafka.admin()
    await admin.connect()
    const count = async () => (await admin.describeCluster()).brokers.length
    await vi.waitFor(async () => expect(await count()).toBe(2), WITHIN)
    const on = (node: number) => [{ partition: 0, replicas: [node] }]
    await createTopics(
      admin,
      { topic: 'events', replicaAssignment: on(1) },
      { topic: 'dlq', replicaAssignment: on(1) },
      { topic: 'other', replicaAssignment: on(2) },
    )
    await second.kill()
    await vi.waitFor(
      () => expect(admin.fetchTopicMetadata({ topics: ['other'] })).rejects.toThrow('leader'),
      WITHIN,
    )
    await admin.disconnect()
  }, FOUR_JVMS_MS)
  afterAll(() => server.stop())

  const options = () => ({ brokers: server.brokers, clientId: 'test' })

  it('the source tells of its own, and reads it', async () => {
    const source = sourceOf(options(), 'events', 'group')
    await source.start({ assigned: () => {}, lost: () => {}, dead: () => {} })
    try {
      expect(await source.facts()).toMatchObject({ partitions: 1 })
      expect(await source.noted(0)).toBe(null)
      expect(await source.bounds(0)).toEqual({ low: 0, high: 0 })
      expect((await source.read(0, 0)).span.to).toBe(0)
    } finally {
      await source.stop()
    }
  })

  it('questions about topics and group are answered', async () => {
    const topics = kafkaTopics(options())
    try {
      const { settings } = (await topics.describe('events')) ?? {}
      expect(settings?.cleanupPolicy).toBe('delete')
      expect(await topics.settings('events')).toEqual(settings)
      expect(await topics.group('group', 'events')).toMatchObject({ partitions: [{ high: 0 }] })
      expect(await topics.cluster('events')).toMatchObject({ brokers: [server.brokers] })
    } finally {
      await topics.stop()
    }
  })

  it('only creating a topic fails, and says why', async () => {
    const topics = kafkaTopics(options())
    await expect(topics.create(eventsTopic('new', { partitions: 1 }))).rejects.toMatchObject({
      code: 'TRIBUTARY_KAFKA_UNAVAILABLE',
      message: 'a partition in Kafka has no leader',
    })
    await topics.stop()
  })

  it('dead letters, ticks and events are sent', async () => {
    const letters = kafkaDeadLetters(options(), 'dlq')
    const ticks = kafkaTicks(options(), 'events')
    const target = { partitions: 1, partitioner: 'murmur2', maxMessageBytes: 1_048_588 } as const
    const events = new EventProducer(options(), { topic: 'events', ...target })
    await Promise.all([letters.start(), ticks.start(), events.start()])
    await letters.send([LETTER])
    await ticks.append(0)
    await events.push({ key: null, value: Buffer.from('{}'), timeMs: Date.now() })
    await events.flush()
    await Promise.all([letters.stop(), ticks.stop(), events.stop()])
    const topics = kafkaTopics(options())
    expect((await topics.group('group', 'events')).partitions).toMatchObject([{ high: 2 }])
    expect((await topics.group('group', 'dlq')).partitions).toMatchObject([{ high: 1 }])
    await topics.stop()
  })
})
