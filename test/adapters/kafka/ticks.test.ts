// Ticks on a real broker: where they were asked for, and taken for ticks by the worker.
import { expect, it } from 'vitest'
import { kafkaTicks } from '../../../src/adapters/kafka/ticks.ts'
import { backfillTopic, eventsTopic } from '../../../src/adapters/kafka/topics-wanted.ts'
import { DEFAULT_SETTINGS } from '../../../src/core/settings.ts'
import { judgeSpan } from '../../../src/runtime/judge-span.ts'
import { createRecordParser } from '../../../src/schema/record.ts'
import { describeWithService, testName } from '../../services.ts'
import { onBroker } from './on-broker.ts'
import type { ReadMessage } from './on-broker.ts'

const PLACEMENT = { partitioner: 'murmur2', counts: [{ fromOffset: 0, count: 3 }] } as const

/** What the worker takes a record for. */
function judged({ partition, offset, timestamp, key, value, headers = {} }: ReadMessage) {
  const bytes = Object.entries(headers).map(([name, text]) => [name, Buffer.from(String(text))])
  const record = {
    offset: Number(offset),
    timeMs: Number(timestamp),
    key,
    value,
    headers: Object.fromEntries(bytes) as Record<string, Buffer>,
  }
  const span = { topic: '', partition, from: 0, to: 1, records: [record] }
  return judgeSpan(span, createRecordParser(DEFAULT_SETTINGS, PLACEMENT)).records[0]
}

describeWithService('kafka', 'ticks in Kafka', (brokers) => {
  const { options, create, readAll } = onBroker(brokers)

  it('carry the time they are given, in the partition they are given', async () => {
    const topic = await create(backfillTopic('ticks', { partitions: 3 }))
    const ticks = kafkaTicks(options, topic)
    await ticks.start()
    await ticks.append(2, Date.UTC(2001, 8, 8))
    await ticks.append(0, Date.UTC(2020, 0))
    await ticks.append(2, Date.UTC(2001, 8, 9))
    await ticks.stop()
    const found = await readAll(topic)
    expect(found.map(({ partition, timestamp }) => [partition, Number(timestamp)])).toEqual([
      [0, Date.UTC(2020, 0)],
      [2, Date.UTC(2001, 8, 8)],
      [2, Date.UTC(2001, 8, 9)],
    ])
    for (const one of found) expect(judged(one)?.content).toBe('tick')
  })

  it("carry the broker's time where that counts, and where none is given", async () => {
    const topic = await create(eventsTopic('ticks', { partitions: 1 }))
    const ticks = kafkaTicks(options, topic)
    await ticks.start()
    await ticks.append(0)
    await ticks.append(0, 1)
    await ticks.stop()
    for (const one of await readAll(topic)) {
      expect(judged(one)?.content).toBe('tick')
      expect(Number(one.timestamp)).toBeGreaterThan(Date.UTC(2020, 0))
    }
  })

  it('are an error when they cannot be written', async () => {
    const ticks = kafkaTicks(options, testName('missing'))
    await ticks.start()
    await expect(ticks.append(0)).rejects.toMatchObject({ code: 'TRIBUTARY_KAFKA_UNAVAILABLE' })
    await ticks.stop()
  })
})
