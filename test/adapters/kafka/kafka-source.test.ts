// The Kafka source on a real broker: every partition is read from the position its handler names,
// without a gap, through failures, rebalances and a log that was trimmed.
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { KafkaSource } from '../../../src/adapters/kafka/kafka-source.ts'
import type { PartitionHandler } from '../../../src/adapters/kafka/kafka-source.ts'
import type { Span } from '../../../src/ports/record-source.ts'
import { describeWithService, testName } from '../../services.ts'

describeWithService('kafka', 'spans from Kafka', (brokers) => {
  const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  const producer = kafka.producer({ allowAutoTopicCreation: false })
  const topics: string[] = []
  const sources: KafkaSource[] = []

  beforeAll(() => Promise.all([admin.connect(), producer.connect()]))
  afterAll(async () => {
    await Promise.all(sources.map((source) => source.stop()))
    await admin.deleteTopics({ topics })
    await Promise.all([admin.disconnect(), producer.disconnect()])
  })

  async function createTopic(partitions: number): Promise<string> {
    const topic = testName('source')
    topics.push(topic)
    await admin.createTopics({ topics: [{ topic, numPartitions: partitions }] })
    return topic
  }
  const send = (topic: string, partition: number, values: readonly string[]) =>
    producer.send({ topic, messages: values.map((value) => ({ value, partition })) })

  /** Keeps `next` per partition as a store would, and what was applied. */
  function handlerOf(nexts: Map<number, number>, changes: Partial<PartitionHandler> = {}) {
    const spans: Span[] = []
    const errors: unknown[] = []
    const handler: PartitionHandler = {
      acquire: (_, partition, { bounds }) => Promise.resolve(nexts.get(partition) ?? bounds.low),
      apply: (span) => {
        spans.push(span)
        nexts.set(span.partition, span.to)
        return Promise.resolve()
      },
      failed: (_, error) => {
        errors.push(error)
        return 'again'
      },
      crashed: (error) => void errors.push(error),
      ...changes,
    }
    return { handler, spans, errors, values: () => spans.flatMap(valuesOf) }
  }
  const valuesOf = ({ records }: Span) =>
    records.map(({ value }) => Buffer.from(value ?? '').toString())

  async function consume(
    topic: string,
    group: string,
    handler: PartitionHandler,
  ): Promise<KafkaSource> {
    const options = { brokers, clientId: 'test', topic, group, concurrency: 2 }
    const source = new KafkaSource(options, handler)
    sources.push(source)
    await source.start()
    return source
  }
  const within10s = { timeout: 10_000, interval: 20 }

  it('reads from the position that the handler names, and joins spans without a gap', async () => {
    const topic = await createTopic(1)
    await send(topic, 0, ['a', 'b', 'c'])
    const { handler, spans, values } = handlerOf(new Map([[0, 1]]))
    await consume(topic, testName('group'), handler)
    await vi.waitFor(() => expect(values()).toEqual(['b', 'c']), within10s)
    const headers = { plain: 'x', twice: ['1', '2'] }
    await producer.send({ topic, messages: [{ key: 'k', value: null, headers }] })
    await vi.waitFor(() => expect(spans.at(-1)?.to).toBe(4), within10s)
    expect(spans[0]).toMatchObject({ topic, partition: 0, from: 1 })
    for (const [i, span] of spans.entries()) expect(span.from).toBe(spans[i - 1]?.to ?? 1)
    const last = spans.at(-1)?.records.at(-1)
    expect(last).toEqual({
      offset: 3,
      timeMs: expect.any(Number) as number,
      key: Buffer.from('k'),
      value: null,
      headers: { plain: Buffer.from('x'), twice: Buffer.from('2') },
    })
  })

  it('acquires again after a failure and delivers what was not applied', async () => {
    const topic = await createTopic(1)
    await send(topic, 0, ['a', 'b'])
    let failures = 1
    const nexts = new Map<number, number>()
    const applied = handlerOf(nexts)
    const { handler, errors } = handlerOf(nexts, {
      apply: (span) =>
        failures-- > 0 ? Promise.reject(new TypeError('broken')) : applied.handler.apply(span),
    })
    await consume(topic, testName('group'), handler)
    await vi.waitFor(() => expect(applied.values()).toEqual(['a', 'b']), within10s)
    expect(errors).toEqual([new TypeError('broken')])
  })

  it('hands partitions over to a second member, each record applied once', async () => {
    const topic = await createTopic(2)
    const group = testName('group')
    const nexts = new Map<number, number>()
    const one = handlerOf(nexts)
    const two = handlerOf(nexts)
    await consume(topic, group, one.handler)
    await Promise.all([send(topic, 0, ['0a', '0b']), send(topic, 1, ['1a', '1b'])])
    await vi.waitFor(() => expect(one.values().length).toBe(4), within10s)
    const second = await consume(topic, group, two.handler)
    await vi.waitFor(async () => {
      await Promise.all([send(topic, 0, ['0']), send(topic, 1, ['1'])])
      expect(new Set(two.spans.map(({ partition }) => partition)).size).toBe(1)
    }, within10s)
    await second.stop()
    const ends = await admin.fetchTopicOffsets(topic)
    await vi.waitFor(() => {
      for (const { partition, high } of ends) expect(nexts.get(partition)).toBe(Number(high))
    }, within10s)
    const offsets = [...one.spans, ...two.spans].flatMap(({ partition, records }) =>
      records.map(({ offset }) => `${partition}:${offset}`),
    )
    expect(new Set(offsets).size).toBe(offsets.length)
    expect(offsets.length).toBe(ends.reduce((sum, { high }) => sum + Number(high), 0))
  })

  it('does not go on where the log was trimmed under it', async () => {
    const topic = await createTopic(1)
    await send(topic, 0, ['a', 'b', 'c'])
    await admin.fetchTopicMetadata({ topics: [topic] })
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '2' }] })
    const { handler, spans, errors } = handlerOf(new Map([[0, 1]]))
    handler.failed = (_, error) => {
      errors.push(error)
      return 'halt'
    }
    await consume(topic, testName('group'), handler)
    await vi.waitFor(() => expect(errors.length).toBe(1), within10s)
    expect(errors[0]).toMatchObject({ code: 'TRIBUTARY_HALTED' })
    expect(spans).toEqual([])
  })

  it('reads single records while it acquires, and then from the position', async () => {
    const topic = await createTopic(1)
    await send(topic, 0, ['a', 'b', 'c'])
    await admin.fetchTopicMetadata({ topics: [topic] })
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '1' }] })
    const read: (string | undefined)[] = []
    const { handler, spans, values } = handlerOf(new Map(), {
      acquire: async (_, __, log) => {
        expect(log.bounds).toEqual({ low: 1, high: 3 })
        expect(log.groupNext).toBeNull()
        for (const offset of [2, 1]) read.push((await log.readAt(offset))?.value?.toString())
        return 1
      },
    })
    await consume(topic, testName('group'), handler)
    await vi.waitFor(() => expect(values()).toEqual(['b', 'c']), within10s)
    expect(read).toEqual(['c', 'b'])
    expect(spans[0]?.from).toBe(1)
  })

  it('notes its position in the group', async () => {
    const topic = await createTopic(1)
    const groupId = testName('group')
    await send(topic, 0, ['a', 'b'])
    const { handler, values } = handlerOf(new Map())
    const source = await consume(topic, groupId, handler)
    await vi.waitFor(() => expect(values()).toEqual(['a', 'b']), within10s)
    await source.commit(0, 2)
    await source.stop()
    const seen: (number | null)[] = []
    const next = handlerOf(new Map(), {
      acquire: (_, __, { groupNext }) => Promise.resolve(seen.push(groupNext)),
    })
    await consume(topic, groupId, next.handler)
    await vi.waitFor(() => expect(seen).toEqual([2]), within10s)
  })
})
