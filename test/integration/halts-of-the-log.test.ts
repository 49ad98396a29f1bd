// Halts that lie in the topic, the log or the state store as a whole, on real services; and giving
// up a batch that the disk has damaged, the only way on that is a skip.
import { Kafka, logLevel } from 'kafkajs'
import type { ITopicConfig } from 'kafkajs'
import { Redis } from 'ioredis'
import path from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { createClickHouseLedger } from '../../src/adapters/clickhouse/ledger-sink.ts'
import { openServer } from '../../src/adapters/clickhouse/server.ts'
import { runProgram } from '../cli/run-program.ts'
import {
  deleteKeys,
  deleteTopics,
  describeWithServices,
  dropDatabase,
  testName,
} from '../services.ts'
import { createTopics } from '../services/create-topics.ts'
import { describeWithPrivate } from '../services/describe-with-private.ts'
import { startPrivateKafka } from '../services/private-kafka.ts'
import type { PrivateKafka } from '../services/private-kafka.ts'
import { startPrivateRedis } from '../services/private-redis.ts'
import { damageBatch } from './halt-troubles.ts'
import { LiveWorker } from './live-worker.ts'

const BATCH = 5
const WITHIN = { timeout: 60_000, interval: 100 }
const LOG_APPEND_TIME = [{ name: 'message.timestamp.type', value: 'LogAppendTime' }]

describeWithServices(['redis', 'clickhouse'], 'a log', (redisUrl, clickhouseUrl) => {
  describeWithPrivate(['kafka', 'redis'], 'that cannot be gone on with', () => {
    const name = testName('log_halts')
    const db = openServer({ url: clickhouseUrl, database: name })
    let server: PrivateKafka
    let kafka: Kafka
    let env: Record<string, string>

    beforeAll(async () => {
      server = await startPrivateKafka()
      kafka = new Kafka({ brokers: [server.brokers], logLevel: logLevel.NOTHING })
      env = {
        TRIBUTARY_KAFKA__BROKERS: server.brokers,
        TRIBUTARY_REDIS__URL: redisUrl,
        TRIBUTARY_CLICKHOUSE__URL: clickhouseUrl,
        TRIBUTARY_CLICKHOUSE__DATABASE: name,
        TRIBUTARY_FLUSH_INTERVAL: '1s',
      }
      expect(await runProgram(['migrate', '--clickhouse-only'], { env })).toMatchObject({
        exitCode: 0,
      })
    })

    afterAll(async () => {
      const redis = new Redis(redisUrl)
      for (const topic of topics) await deleteKeys(redis, topic)
      redis.disconnect()
      await dropDatabase(db)
      await db.close()
    })

    const topics: string[] = []
    /** Environment of a worker on a new topic of one partition. */
    async function newTopic(config: Readonly<Record<string, string>>) {
      const topic = testName('halts')
      topics.push(topic)
      const configEntries = Object.entries(config).map(([key, value]) => ({ name: key, value }))
      const wanted: ITopicConfig[] = [
        { topic, numPartitions: 1, configEntries },
        { topic: `${topic}.dlq`, numPartitions: 1 },
      ]
      const admin = kafka.admin()
      await admin.connect()
      await createTopics(admin, ...wanted)
      await admin.disconnect()
      return { ...env, TRIBUTARY_KAFKA__TOPIC: topic, TRIBUTARY_KAFKA__GROUP: topic }
    }

    /** A record batch of `BATCH` events. */
    async function produce(topic: string, timeMs?: number): Promise<void> {
      const producer = kafka.producer({ allowAutoTopicCreation: false })
      await producer.connect()
      const time = timeMs === undefined ? {} : { timestamp: String(timeMs) }
      const messages = Array.from({ length: BATCH }, () => {
        const event = {
          event_id: testName('event'),
          user_hash: 'somebody',
          timestamp: Date.now(),
          channel: 'email',
          action_type: 'view',
        }
        return { key: 'somebody', value: JSON.stringify(event), ...time }
      })
      await producer.send({ topic, messages })
      await producer.disconnect()
    }

    const APPENDED = { 'message.timestamp.type': 'LogAppendTime' }
    const expectHalt = async (own: Record<string, string>, reason: string): Promise<void> => {
      const worker = new LiveWorker(own)
      await worker.sees('partition_halted', { partition: 0, reason })
      expect(await worker.ended()).toBe(70)
    }

    it('because it is compacted', async () => {
      await expectHalt(
        await newTopic({ ...APPENDED, 'cleanup.policy': 'compact' }),
        'compacted_topic',
      )
    })

    it('because producers give its times, unless that is allowed', async () => {
      const own = await newTopic({ 'message.timestamp.type': 'CreateTime' })
      await expectHalt(own, 'create_time')
      const worker = new LiveWorker({ ...own, TRIBUTARY_KAFKA__ALLOW_CREATE_TIME: 'true' })
      await worker.sees('partition_acquired', { partition: 0 })
      expect(await worker.stop()).toBe(0)
    })

    it('because a record is more than an hour ahead of the clock', async () => {
      const own = await newTopic({ 'message.timestamp.after.max.ms': String(2 ** 40) })
      await produce(own.TRIBUTARY_KAFKA__TOPIC, Date.now() + 2 * 3_600_000)
      await expectHalt({ ...own, TRIBUTARY_KAFKA__ALLOW_CREATE_TIME: 'true' }, 'clock_ahead')
    })

    it('because Redis would evict its state', async () => {
      const redis = await startPrivateRedis({ options: { 'maxmemory-policy': 'allkeys-lru' } })
      const own = await newTopic(APPENDED)
      await expectHalt({ ...own, TRIBUTARY_REDIS__URL: redis.url }, 'would_evict')
    })

    /** A worker's whole life on what the topic holds now. */
    async function consume(own: Record<string, string>): Promise<void> {
      const worker = new LiveWorker(own)
      await worker.sees('partition_acquired', { partition: 0 })
      const sql = `SELECT max(flushed_through) FROM progress FINAL WHERE topic = '${own['TRIBUTARY_KAFKA__TOPIC']}'`
      await vi.waitFor(async () => expect(await db.rows(sql)).not.toEqual([['0']]), WITHIN)
      expect(await worker.stop()).toBe(0)
    }

    it('because settings are others, the topic has grown or was created anew', async () => {
      const own = await newTopic(APPENDED)
      const topic = own.TRIBUTARY_KAFKA__TOPIC
      await produce(topic)
      await produce(topic)
      await consume(own)
      await expectHalt({ ...own, TRIBUTARY_LATENESS: '3d' }, 'settings_changed')
      await expectHalt({ ...own, TRIBUTARY_KAFKA__PARTITIONER: 'crc32' }, 'settings_changed')
      const admin = kafka.admin()
      await admin.connect()
      await admin.createPartitions({ topicPartitions: [{ topic, count: 2 }] })
      const grown = new LiveWorker(own)
      await grown.sees('partition_halted', { partition: 0, reason: 'partition_count_changed' })
      await grown.sees('partition_acquired', { partition: 1 })
      expect(await grown.stop()).toBe(0)
      const accept = await runProgram(['admin', 'partitions', '--accept', '--execute'], {
        env: own,
      })
      expect(accept.stdout).toContain(`partition 0: 1 from offset 0, 2 from offset ${2 * BATCH}`)
      await consume(own)
      await deleteTopics(admin, topic)
      await vi.waitFor(async () => {
        const wanted = { topic, numPartitions: 2, configEntries: LOG_APPEND_TIME }
        // Waiting for leaders may fail after it was created, and then it exists for ever.
        expect(await admin.createTopics({ topics: [wanted], waitForLeaders: false })).toBe(true)
      }, WITHIN)
      await admin.disconnect()
      // The other partition has no record that could differ, but the topic has another id.
      await expectHalt(own, 'beyond_log_end')
    })

    it('because a batch is damaged, until an operator gives that batch up', async () => {
      const own = await newTopic(APPENDED)
      const topic = own.TRIBUTARY_KAFKA__TOPIC
      for (let batch = 0; batch < 3; batch++) await produce(topic)
      damageBatch(path.join(server.folder, 'data', `${topic}-0`), 1)
      // No flush may come between what is applied and the halt.
      await expectHalt({ ...own, TRIBUTARY_FLUSH_INTERVAL: '60s' }, 'undecodable_batch')
      const rows = `SELECT outcome, reason, sum(records) FROM intake FINAL
        WHERE lineage IN (SELECT lineage FROM lineages FINAL WHERE topic = '${topic}')
        GROUP BY outcome, reason ORDER BY outcome, reason`
      // A halt publishes nothing; what came before the batch waits in Redis.
      expect(await db.rows(rows)).toEqual([])

      const skip = ['admin', 'skip', '--partition', '0', '--reason', 'the disk', '--execute']
      const offsets = (from: number, to: number) => ['--from', String(from), '--to', String(to)]
      expect(await runProgram([...skip, ...offsets(0, BATCH)], { env: own })).toMatchObject({
        exitCode: 2,
      })
      const done = await runProgram([...skip, ...offsets(BATCH, 2 * BATCH)], { env: own })
      expect(done, done.stderr).toMatchObject({ exitCode: 0 })
      const [row] = await createClickHouseLedger(db).skips(topic, 0)
      expect(row).toMatchObject({ from: BATCH, to: 2 * BATCH, reason: 'the disk' })

      const worker = new LiveWorker(own)
      await worker.sees('batch_skipped', { partition: 0, from: BATCH, to: 2 * BATCH })
      await vi.waitFor(
        async () =>
          expect(await db.rows(rows)).toEqual([
            ['applied', '', String(2 * BATCH)],
            ['rejected', 'undecodable_batch', String(BATCH)],
          ]),
        { timeout: 30_000, interval: 100 },
      )
      expect(await worker.stop()).toBe(0)
    })
  })
})
