// Topics and group as Kafka tells of them; how ours are created, and where others differ.
import { expect, it, onTestFinished, vi } from 'vitest'
import { kafkaTopicAdmin } from '../../../src/adapters/kafka/client.ts'
import { kafkaTopics } from '../../../src/adapters/kafka/topics.ts'
import {
  backfillTopic,
  deadLetterTopic,
  eventsTopic,
  topicDifferences,
} from '../../../src/adapters/kafka/topics-wanted.ts'
import { deleteTopics, describeWithService, testName } from '../../services.ts'
import { onBroker } from './on-broker.ts'

const WITHIN = { timeout: 30_000, interval: 20 }

describeWithService('kafka', 'topics', (brokers) => {
  const { options, kafka, topics, create, configure } = onBroker(brokers)

  it.each([
    [eventsTopic('events', { partitions: 3 }), { type: 'LogAppendTime', days: 90 }],
    [
      eventsTopic('events', { partitions: 1, retentionMs: 86_400_000 }),
      { type: 'LogAppendTime', days: 1 },
    ],
    [deadLetterTopic('dlq', { partitions: 1 }), { type: 'LogAppendTime', days: 14 }],
    [backfillTopic('backfill', { partitions: 2 }), { type: 'CreateTime', days: -1 }],
  ])('are created as wanted, and then differ in nothing: %#', async (wanted, { type, days }) => {
    const topic = await create(wanted)
    const found = await topics.describe(topic)
    expect(found).toMatchObject({ topic, partitions: wanted.partitions, replication: 1 })
    expect(found?.settings).toMatchObject({
      timestampType: type,
      retentionMs: days === -1 ? -1 : days * 86_400_000,
      retentionBytes: -1,
      cleanupPolicy: 'delete',
    })
    expect(found?.settings?.maxMessageBytes).toBeGreaterThan(1_000_000)
    expect(found?.settings?.timestampBeforeMaxMs).toBeGreaterThan(1e15)
    expect(topicDifferences(found!, wanted)).toEqual([])
    expect(await topics.create({ ...wanted, topic })).toBe('exists')
  })

  it('says where a topic differs from what is wanted, and how to mend it', async () => {
    const wanted = eventsTopic('events', { partitions: 4, replication: 3 })
    const topic = await create(eventsTopic('events', { partitions: 2 }))
    await configure(topic, { 'cleanup.policy': 'compact', 'retention.bytes': '5000000' })
    const found = await topics.describe(topic)
    const differences = topicDifferences(found!, { ...wanted, topic })
    expect(differences.map(({ setting, isFatal }) => [setting, isFatal])).toEqual([
      ['partitions', false],
      ['replication', false],
      ['cleanup.policy', true],
      ['message.timestamp.type', true],
      ['retention.ms', false],
      ['retention.bytes', false],
    ])
    expect(differences.at(-2)).toMatchObject({
      found: '604800000',
      wanted: '7776000000',
      fix: expect.stringContaining(`--entity-name ${topic} --add-config retention.ms=7776000000`),
    })
  })

  it('wants dead letters kept for at most so long, and a backfill for ever', async () => {
    const topic = await create(eventsTopic('events', { partitions: 1 }))
    const found = (await topics.describe(topic))!
    const settingsOf = (wanted: Parameters<typeof topicDifferences>[1]) =>
      topicDifferences(found, wanted).map(({ setting, isFatal }) => [setting, isFatal])
    expect(settingsOf(deadLetterTopic(topic, { partitions: 1 }))).toEqual([['retention.ms', false]])
    const shorter = eventsTopic(topic, { partitions: 1, retentionMs: 86_400_000 })
    expect(settingsOf(shorter)).toEqual([])
    expect(settingsOf(backfillTopic(topic, { partitions: 1 }))).toEqual([
      ['message.timestamp.type', true],
      ['retention.ms', true],
    ])
  })

  it('knows a topic that is not there', async () => {
    const missing = testName('missing')
    expect(await topics.describe(missing)).toBeNull()
    await expect(topics.settings(missing)).rejects.toMatchObject({
      code: 'TRIBUTARY_KAFKA_UNAVAILABLE',
      hint: expect.stringContaining('tributary migrate'),
    })
  })

  it('tells of cluster and group: members, what is noted, what is left', async () => {
    const topic = await create(eventsTopic('events', { partitions: 2 }))
    const cluster = await topics.cluster(topic)
    expect(cluster.clusterId).not.toBe('')
    expect(cluster.brokers).toEqual([brokers])
    expect(await topics.cluster(testName('missing'))).toEqual(cluster)
    const group = testName('group')
    expect(await topics.group(group, topic)).toEqual({
      state: 'Dead',
      members: [],
      partitions: [0, 1].map((partition) => ({ partition, low: 0, high: 0, noted: null, lag: 0 })),
    })
    const producer = kafka.producer()
    const consumer = kafka.consumer({ groupId: group, maxWaitTimeInMs: 100 })
    await Promise.all([producer.connect(), consumer.connect()])
    const messages = ['a', 'b', 'c'].map((value) => ({ value, partition: 1 }))
    await producer.send({ topic, messages })
    await consumer.subscribe({ topic, fromBeginning: true })
    const joined = new Promise((done) => consumer.on(consumer.events.GROUP_JOIN, done))
    await consumer.run({ autoCommit: false, eachMessage: () => Promise.resolve() })
    await joined
    await consumer.commitOffsets([{ topic, partition: 1, offset: '2' }])
    const facts = await topics.group(group, topic)
    await Promise.all([producer.disconnect(), consumer.disconnect()])
    expect(facts.state).toBe('Stable')
    expect(facts.members).toMatchObject([{ clientId: 'kafkajs', partitions: [0, 1] }])
    expect(facts.partitions[1]).toEqual({ partition: 1, low: 0, high: 3, noted: 2, lag: 1 })
  })

  // A broker takes a second to lead so many, and tells of the topic before that.
  const partitions = 100

  it('creates a topic of many partitions, each of which has a leader then', async () => {
    const topic = await create(eventsTopic('events', { partitions }))
    const admin = kafka.admin()
    await admin.connect()
    expect(await admin.fetchTopicOffsets(topic)).toHaveLength(partitions)
    await admin.disconnect()
  })

  it('waits for the leaders of a topic that was created a moment ago', async () => {
    const topic = testName('events')
    const admin = kafka.admin()
    await admin.connect()
    const wanted = { topic, numPartitions: partitions }
    await admin.createTopics({ topics: [wanted], waitForLeaders: false })
    await vi.waitFor(async () => expect(await topics.describe(topic)).not.toBeNull(), WITHIN)
    expect((await topics.group(testName('group'), topic)).partitions).toHaveLength(partitions)
    expect(await topics.partitionsFrom(topic, 0)).toEqual([])
    await deleteTopics(admin, topic)
    await admin.disconnect()
  })

  it('are asked about anew by each question, also by several at once', async () => {
    const topic = await create(eventsTopic('events', { partitions: 1 }))
    const { admin, metadata } = kafkaTopicAdmin(options, topic)
    onTestFinished(() => admin.disconnect())
    await admin.connect()
    let requests = 0
    admin.on(admin.events.REQUEST, ({ payload }) => {
      if (payload.apiName === 'Metadata') requests++
    })
    await Promise.all([metadata(), metadata(), metadata()])
    expect(requests).toBe(3)
  })

  it('is an error soon when nobody answers', async () => {
    const nowhere = kafkaTopics({ ...options, brokers: '127.0.0.1:1' })
    await expect(nowhere.cluster('events')).rejects.toMatchObject({
      code: 'TRIBUTARY_KAFKA_UNAVAILABLE',
      message: expect.stringContaining('ECONNREFUSED'),
    })
    await nowhere.stop()
  })
})
