// Events into a real topic: each in the partition of its key, in the order they came, once, with
// their times, however they are batched; and what happens when the broker refuses them.
import { afterAll, expect, it } from 'vitest'
import { Partitioners } from 'kafkajs'
import { EventProducer } from '../../../src/adapters/kafka/producer.ts'
import { backfillTopic, eventsTopic } from '../../../src/adapters/kafka/topics-wanted.ts'
import { describeWithService } from '../../services.ts'
import { onBroker } from './on-broker.ts'

const START = Date.UTC(2001, 8, 9)

describeWithService('kafka', 'events into Kafka', (brokers) => {
  const { options, kafka, create, configure, readAll } = onBroker(brokers)
  const stops: (() => Promise<void>)[] = []
  afterAll(() => Promise.all(stops.map((stop) => stop())))

  async function open(topic: string, partitions: number, maxMessageBytes = 1_048_588) {
    const target = { topic, partitions, partitioner: 'murmur2', maxMessageBytes } as const
    const producer = new EventProducer(options, target)
    stops.push(() => producer.stop())
    await producer.start()
    return producer
  }
  const record = (user: string, value: string, timeMs = START) => ({
    key: Buffer.from(user),
    value: Buffer.from(value),
    timeMs,
  })

  it('keeps their order in each partition, over many sends at once', async () => {
    const topic = await create(backfillTopic('produced', { partitions: 3 }))
    const producer = await open(topic, 3)
    for (let i = 0; i < 9_000; i++) {
      // One person sends half of it, and large values end a batch early.
      const user = i % 2 === 0 ? 'loud' : `user${i % 97}`
      const value = i % 100 === 0 ? `${i} ${'x'.repeat(100_000)}` : String(i)
      await producer.push(record(user, value, START + i))
    }
    await producer.flush()
    expect(producer.acknowledged).toBe(9_000)
    const found = (await readAll(topic)).map(({ partition, value, timestamp }) => ({
      partition,
      number: Number(String(value).split(' ')[0]),
      timeMs: Number(timestamp),
    }))
    expect(new Set(found.map(({ number }) => number)).size).toBe(9_000)
    expect(new Set(found.map(({ partition }) => partition)).size).toBe(3)
    for (const [i, { partition, number, timeMs }] of found.entries()) {
      expect(timeMs).toBe(START + number)
      const before = found[i - 1]
      if (before?.partition === partition) expect(number).toBeGreaterThan(before.number)
    }
  })

  it('puts keys where kafkajs and Java put them', async () => {
    const topic = await create(backfillTopic('produced', { partitions: 5 }))
    const users = Array.from({ length: 300 }, (_, i) => `${'ü'.repeat(i % 7)}${i * 7919}`)
    const producer = await open(topic, 5)
    for (const user of users) await producer.push(record(user, 'ours'))
    await producer.flush()
    const theirs = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })
    stops.push(() => theirs.disconnect())
    await theirs.connect()
    await theirs.send({ topic, messages: users.map((key) => ({ key, value: 'theirs' })) })
    const places = new Map<string, Set<number>>()
    for (const { key, partition } of await readAll(topic)) {
      const user = String(key)
      places.set(user, (places.get(user) ?? new Set()).add(partition))
    }
    expect(places.size).toBe(users.length)
    for (const partitions of places.values()) expect(partitions.size).toBe(1)
  })

  it('sends what has no key, too', async () => {
    const topic = await create(backfillTopic('produced', { partitions: 2 }))
    const producer = await open(topic, 2)
    await producer.push({ key: null, value: Buffer.from('no JSON'), timeMs: START })
    await producer.flush()
    expect(await readAll(topic)).toMatchObject([{ key: null, value: Buffer.from('no JSON') }])
  })

  it('says that the broker refuses a time, and goes on refusing', async () => {
    const topic = await create(backfillTopic('produced', { partitions: 1 }))
    await configure(topic, { 'message.timestamp.before.max.ms': '1000' })
    const producer = await open(topic, 1)
    await producer.push(record('user', 'old'))
    const refusal = {
      code: 'TRIBUTARY_BAD_DATA',
      message: 'Kafka refused a record for its time',
      hint: expect.stringContaining('message.timestamp.before.max.ms'),
    }
    await expect(producer.flush()).rejects.toMatchObject(refusal)
    expect(() => producer.push(record('user', 'new', Date.now()))).toThrow(refusal.message)
    expect(producer.acknowledged).toBe(0)
  })

  it('says that a record is larger than the topic takes', async () => {
    const topic = await create(eventsTopic('produced', { partitions: 1 }))
    await configure(topic, { 'max.message.bytes': '2000' })
    const producer = await open(topic, 1, 2_000)
    for (let i = 0; i < 5; i++) await producer.push(record('user', 'x'.repeat(1_500)))
    await producer.flush()
    expect(producer.acknowledged).toBe(5)
    await producer.push(record('user', 'x'.repeat(3_000)))
    await expect(producer.flush()).rejects.toMatchObject({ code: 'TRIBUTARY_BAD_DATA' })
  })
})
