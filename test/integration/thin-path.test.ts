// One thin path through every real part: an event is produced to Apache Kafka, read by kafkajs,
// judged by the core, committed to Redis by one script, and stands in the ClickHouse engine as rows
// of the views. A second worker then goes on from the state that the first one left.
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { createClickHouseLedger } from '../../src/adapters/clickhouse/ledger-sink.ts'
import { migrate } from '../../src/adapters/clickhouse/migrate.ts'
import { openServer } from '../../src/adapters/clickhouse/server.ts'
import { KafkaSource } from '../../src/adapters/kafka/kafka-source.ts'
import { MemoryDeadLetters } from '../../src/adapters/memory/memory-dead-letters.ts'
import {
  noProbe,
  noTelemetry,
  systemClock,
  systemRandom,
} from '../../src/adapters/process/system.ts'
import { connectRedis } from '../../src/adapters/redis/connect.ts'
import type { RedisClient } from '../../src/adapters/redis/connect.ts'
import { redisStateStore } from '../../src/adapters/redis/redis-state-store.ts'
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts'
import { judgeSpan } from '../../src/runtime/judge-span.ts'
import { DEFAULT_LIMITS } from '../../src/runtime/partition-options.ts'
import type { LogView } from '../../src/runtime/partition-options.ts'
import { PartitionWorker } from '../../src/runtime/partition-worker.ts'
import { createRecordParser } from '../../src/schema/record.ts'
import { settingsFingerprint } from '../../src/schema/settings-fingerprint.ts'
import {
  deleteKeys,
  deleteTopics,
  describeWithServices,
  dropDatabase,
  testName,
} from '../services.ts'
import { createTopics } from '../services/create-topics.ts'

const PARTITIONS = 2

describeWithServices(
  ['kafka', 'redis', 'clickhouse'],
  'one event from Kafka to ClickHouse',
  (brokers, redisUrl, clickhouseUrl) => {
    const topic = testName('thin')
    const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING })
    const admin = kafka.admin()
    const producer = kafka.producer({ allowAutoTopicCreation: false })
    let redis: RedisClient
    const db = openServer({ url: clickhouseUrl, database: topic })
    const deadLetters = new MemoryDeadLetters()

    beforeAll(async () => {
      redis = await connectRedis({ url: redisUrl })
      await Promise.all([admin.connect(), producer.connect(), migrate(db)])
      const configEntries = [{ name: 'message.timestamp.type', value: 'LogAppendTime' }]
      await createTopics(admin, { topic, numPartitions: PARTITIONS, configEntries })
    })
    afterAll(async () => {
      await deleteTopics(admin, topic)
      await Promise.all([admin.disconnect(), producer.disconnect()])
      await deleteKeys(redis, topic)
      redis.disconnect()
      await dropDatabase(db)
      await db.close()
    })

    const produce = (event: Record<string, unknown>) => {
      const value = JSON.stringify({ timestamp: new Date().toISOString(), ...event })
      return producer.send({ topic, messages: [{ key: String(event['user_hash']), value }] })
    }

    async function newWorker(partition: number): Promise<PartitionWorker> {
      return new PartitionWorker({
        topic,
        partition,
        group: topic,
        start: 'earliest',
        allowCreateTime: false,
        settings: DEFAULT_SETTINGS,
        fingerprint: settingsFingerprint(DEFAULT_SETTINGS, 'murmur2'),
        limits: DEFAULT_LIMITS,
        store: redisStateStore(redis, topic, partition),
        ledger: createClickHouseLedger(db),
        deadLetters,
        clock: systemClock,
        random: systemRandom,
        probe: noProbe,
        telemetry: noTelemetry,
      })
    }

    /** A worker that consumes until one record has been applied and its rows have landed. */
    async function consumeOne(): Promise<void> {
      const placement = {
        partitioner: 'murmur2',
        counts: [{ fromOffset: 0, count: PARTITIONS }],
      } as const
      const parser = createRecordParser(DEFAULT_SETTINGS, placement)
      const workers = await Promise.all([newWorker(0), newWorker(1)])
      const worker = (partition: number) => workers[partition] ?? expect.unreachable()
      let landed = 0
      const errors: unknown[] = []
      const batchInflatedBytesMax = 67_108_864
      const options = { brokers, clientId: 'test', topic, group: topic, batchInflatedBytesMax }
      const source = new KafkaSource(options)
      const over = new AbortController()

      async function consume(partition: number): Promise<void> {
        const look = async (): Promise<LogView> => ({
          facts: await source.facts(),
          bounds: await source.bounds(partition),
          groupNext: await source.noted(partition),
          readAt: (offset: number) => source.readAt(partition, offset),
          again: look,
        })
        const log = await look()
        // The topic has LogAppendTime.
        expect(log.facts.isCreateTime).toBe(false)
        let next = await worker(partition).acquire(log)
        while (!over.signal.aborted) {
          const { span } = await source.read(partition, next)
          if (span.to === next) continue
          await worker(partition).apply(judgeSpan(span, parser))
          await worker(partition).flush()
          next = span.to
          landed += span.records.length
        }
      }
      const consuming: Promise<void>[] = []
      const keep = (error: unknown): void => void errors.push(error)
      const assigned = (partitions: readonly number[]): void => {
        for (const partition of partitions) consuming.push(consume(partition).catch(keep))
      }
      try {
        await source.start({ assigned, lost: () => {}, dead: keep })
        const hasLanded = () => expect({ landed, errors }).toEqual({ landed: 1, errors: [] })
        await vi.waitFor(hasLanded, { timeout: 30_000, interval: 20 })
      } finally {
        over.abort()
        await Promise.all(consuming)
        await source.stop()
      }
    }

    it('is credited to the touch that another worker saw before', async () => {
      const user_hash = 'a'.repeat(64)
      await produce({ event_id: 'e1', user_hash, channel: 'tiktok_ad', action_type: 'view' })
      await consumeOne()
      const activity = 'SELECT channel, action_type, events, persons FROM bi_activity'
      expect(await db.rows(activity)).toEqual([['tiktok_ad', 'view', '1', '1']])
      expect(await db.rows('SELECT count() FROM bi_credits')).toEqual([['0']])

      const metadata = { value: '12.50', currency: 'EUR', transaction_id: 't1' }
      const purchase = { channel: '(direct)', action_type: 'purchase', metadata }
      await produce({ event_id: 'e2', user_hash, ...purchase })
      await consumeOne()
      const credits = `SELECT channel, currency, conversions, value FROM bi_credits
        WHERE model = 'linear' ORDER BY channel`
      expect(await db.rows(credits)).toEqual([['tiktok_ad', 'EUR', '1', '12.5']])
      const intake = 'SELECT outcome, reason, records FROM bi_intake'
      expect(await db.rows(intake)).toEqual([['applied', '', '2']])
      expect(deadLetters.letters).toEqual([])
    })

    it('leaves the state in Redis, at the end of the log', async () => {
      const ends = await admin.fetchTopicOffsets(topic)
      const metas = await Promise.all(
        [0, 1].map((partition) => redisStateStore(redis, topic, partition).owner()),
      )
      expect(metas.map(({ meta }) => meta?.next)).toEqual(
        ends.toSorted((a, b) => a.partition - b.partition).map(({ high }) => Number(high)),
      )
      expect(metas.reduce((sum, { meta }) => sum + (meta?.journeys ?? 0), 0)).toBe(1)
    })
  },
)
