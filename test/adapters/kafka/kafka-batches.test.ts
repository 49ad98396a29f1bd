// Record batches of a real broker: every codec as another client writes it, very large ones, one
// that inflates too much, and transactions that are still open.
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { eventsTopic } from '../../../src/adapters/kafka/topics-wanted.ts'
import type { LogRead } from '../../../src/ports/record-source.ts'
import { readOn, valueOf } from '../../contract/record-source.contract.ts'
import { describeWithPrivate } from '../../services/describe-with-private.ts'
import { describeWithService, testName } from '../../services.ts'
import { startJavaProducer } from './java-producer.ts'
import { INFLATED_MAX, sourceOf } from './kafka-hands.ts'
import { onBroker } from './on-broker.ts'
import { rawProduce } from './raw-produce.ts'
import { encodeBatch, tinyRecords } from './record-batch/encode-batch.ts'

const WITHIN = { timeout: 60_000, interval: 50 }

describeWithService('kafka', 'record batches from Kafka', (brokers) => {
  const { options, kafka, create, configure } = onBroker(brokers)
  const admin = kafka.admin()
  const producer = kafka.producer({ allowAutoTopicCreation: false })

  beforeAll(() => Promise.all([admin.connect(), producer.connect()]))
  afterAll(() => Promise.all([admin.disconnect(), producer.disconnect()]))

  async function begin(partitions = 1, batchInflatedBytesMax = INFLATED_MAX) {
    const topic = await create(eventsTopic('batches', { partitions }))
    await configure(topic, {
      'max.message.bytes': '20000000',
      'message.timestamp.type': 'LogAppendTime',
    })
    const source = sourceOf(options, topic, testName('group'), batchInflatedBytesMax)
    await source.start({ assigned: () => {}, lost: () => {}, dead: () => {} })
    onTestFinished(() => source.stop())
    return { topic, source }
  }

  describeWithPrivate(['kafka'], 'of the Java producer', () => {
    it.each(['gzip', 'snappy', 'lz4', 'zstd'])('are read, compressed by %s', async (codec) => {
      const { topic, source } = await begin()
      const lines = Array.from({ length: 20_000 }, (_, i) => `{"event_id":"e${i}","n":${i % 7}}`)
      const java = startJavaProducer(brokers, topic, codec)
      // A small batch of its own first: one block.
      java.write(lines.slice(0, 10))
      await vi.waitFor(async () => expect((await source.bounds(0)).high).toBe(10), WITHIN)
      java.write(lines.slice(10))
      await java.end()
      const { records, reads } = await readOn(source, 0, 0)
      expect(reads.map(({ undecodable }) => undecodable)).toEqual(reads.map(() => null))
      expect(records.length).toBe(lines.length)
      expect(records.findIndex((record, i) => valueOf(record) !== lines[i])).toBe(-1)
      expect(reads.some(({ hasCreateTime }) => hasCreateTime)).toBe(false)
    })
  })

  it.each([100_000, 140_000])('may hold %i records each', async (count) => {
    const { topic, source } = await begin()
    const content = tinyRecords(count)
    const batch = { content, recordCount: count, lastOffsetDelta: count - 1 }
    const times = { baseTimestamp: Date.now(), maxTimestamp: Date.now() }
    await rawProduce(kafka, topic, 0, encodeBatch({ ...batch, ...times }))
    const { span } = await source.read(0, 0)
    expect([span.to, span.records.length]).toEqual([count, count])
    expect((await source.read(0, count - 1)).span.records.length).toBe(1)
    expect((await source.readAt(0, 77_777))?.offset).toBe(77_777)
  })

  it('are named where they inflate beyond the bound, and stop nothing else', async () => {
    const { topic, source } = await begin(2, 1_048_576)
    const times = { baseTimestamp: Date.now(), maxTimestamp: Date.now() }
    const zeros = {
      codec: 1,
      records: [{ value: Buffer.alloc(700_000) }, { value: Buffer.alloc(700_000) }],
    }
    await producer.send({ topic, messages: [{ partition: 0, value: 'before' }] })
    await rawProduce(kafka, topic, 0, encodeBatch({ ...zeros, ...times }))
    await producer.send({
      topic,
      messages: [
        { partition: 0, value: 'after' },
        { partition: 1, value: 'beside' },
      ],
    })
    const read = await source.read(0, 0)
    expect(read.span.records.map(valueOf)).toEqual(['before'])
    expect(read.undecodable).toEqual({ from: 1, to: 3, why: 'gzip: inflates beyond 1048576 bytes' })
    expect((await source.read(0, 2)).undecodable).toMatchObject({ from: 2, to: 3 })
    expect((await readOn(source, 0, 3)).records.map(valueOf)).toEqual(['after'])
    expect((await readOn(source, 1, 0)).records.map(valueOf)).toEqual(['beside'])
    expect(await source.readAt(0, 1)).toBeNull()
  })

  it('larger than a request may bring get their turn beside busy partitions', async () => {
    const { topic, source } = await begin(12)
    const large = Buffer.alloc(900_000, 'x')
    for (let partition = 0; partition < 11; partition++) {
      for (let i = 0; i < 2; i++)
        await producer.send({ topic, messages: [{ partition, value: large }] })
    }
    const huge = Buffer.alloc(4_000_000, 'y')
    const times = { baseTimestamp: Date.now(), maxTimestamp: Date.now() }
    await rawProduce(kafka, topic, 11, encodeBatch({ records: [{ value: huge }], ...times }))
    const all = await Promise.all(
      Array.from({ length: 12 }, (_, partition) => readOn(source, partition, 0)),
    )
    expect(all.map(({ to }) => to)).toEqual([...Array.from({ length: 11 }, () => 2), 1])
    expect(Buffer.compare(all[11]!.records[0]!.value!, huge)).toBe(0)
  })

  describe('of an open transaction', () => {
    it('are waited for, and end the log for as long', async () => {
      const { topic, source } = await begin()
      await producer.send({ topic, messages: [{ partition: 0, value: 'before' }] })
      const transactionalId = testName('open')
      const own = kafka.producer({ transactionalId, idempotent: true, maxInFlightRequests: 1 })
      await own.connect()
      onTestFinished(() => own.disconnect())
      const transaction = await own.transaction()
      await transaction.send({ topic, messages: [{ partition: 0, value: 'inside' }] })
      await producer.send({ topic, messages: [{ partition: 0, value: 'behind' }] })
      const open: LogRead = await source.read(0, 0)
      expect(open.span).toMatchObject({ from: 0, to: 1 })
      expect(open.bounds).toEqual({ low: 0, high: 1 })
      expect(await source.bounds(0)).toEqual({ low: 0, high: 1 })
      expect(await source.end(0)).toBe(3)
      expect((await source.read(0, 1)).span).toMatchObject({ from: 1, to: 1, records: [] })
      await transaction.commit()
      await vi.waitFor(async () => expect((await source.bounds(0)).high).toBe(4), WITHIN)
      expect((await readOn(source, 0, 1)).records.map(valueOf)).toEqual(['inside', 'behind'])
    })
  })
})
