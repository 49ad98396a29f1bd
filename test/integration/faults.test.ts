// Faults one by one against a worker as a process, on real services: whatever happens in the
// middle, in the end every row is the oracle's, to its last version. Kills, rebalances, zombies and
// a broker that goes away are brought about by test/chaos.
import { Redis } from 'ioredis'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { openServer } from '../../src/adapters/clickhouse/server.ts'
import type { ClickHouse } from '../../src/adapters/clickhouse/connection.ts'
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts'
import { runProgram } from '../cli/run-program.ts'
import type { LogRecord } from '../oracle/log.ts'
import { deleteKeys, deleteTopics, describeWithServices, testName } from '../services.ts'
import { createTopics } from '../services/create-topics.ts'
import { describeWithPrivate } from '../services/describe-with-private.ts'
import { startPrivateClickHouse } from '../services/private-clickhouse.ts'
import type { PrivateClickHouse } from '../services/private-clickhouse.ts'
import { LiveTopic, expectOracleRows, hasLanded, mergedLog } from './live-log.ts'
import { LiveWorker } from './live-worker.ts'

const PARTITIONS = 4
const WITHIN = { timeout: 90_000, interval: 100 }

describeWithServices(['redis', 'kafka'], 'workers', (redisUrl, brokers) => {
  describeWithPrivate(['clickhouse'], 'book what the oracle books', () => {
    let clickhouse: PrivateClickHouse
    let db: ClickHouse
    const database = testName('faults')
    const topics: LiveTopic[] = []

    beforeAll(async () => {
      clickhouse = await startPrivateClickHouse()
      db = openServer({ url: clickhouse.url, database })
      const env = {
        TRIBUTARY_CLICKHOUSE__URL: clickhouse.url,
        TRIBUTARY_CLICKHOUSE__DATABASE: database,
      }
      const migrated = await runProgram(['migrate', '--clickhouse-only'], { env })
      expect(migrated, migrated.stderr).toMatchObject({ exitCode: 0 })
    })

    afterAll(async () => {
      const redis = new Redis(redisUrl)
      for (const topic of topics) {
        await deleteKeys(redis, topic.topic)
        await topic.delete()
      }
      redis.disconnect()
      await db.close()
    })

    /** A topic with some part of a log in it, and the parts that are still to come. */
    async function begin(seed: number, parts: number) {
      const topic = new LiveTopic(brokers, testName('faults'), PARTITIONS)
      topics.push(topic)
      await topic.create()
      const log = mergedLog(seed, DEFAULT_SETTINGS, 25)
      const size = Math.ceil(log.length / parts)
      const left = Array.from({ length: parts }, (_, i) => log.slice(i * size, (i + 1) * size))
      const produceNext = (): Promise<void> => topic.produce(left.shift() as LogRecord[])
      const env = {
        TRIBUTARY_KAFKA__BROKERS: brokers,
        TRIBUTARY_KAFKA__TOPIC: topic.topic,
        TRIBUTARY_KAFKA__GROUP: topic.topic,
        TRIBUTARY_KAFKA__ALLOW_CREATE_TIME: 'true',
        TRIBUTARY_REDIS__URL: redisUrl,
        TRIBUTARY_CLICKHOUSE__URL: clickhouse.url,
        TRIBUTARY_CLICKHOUSE__DATABASE: database,
        TRIBUTARY_FLUSH_INTERVAL: '1s',
      }
      await produceNext()
      return { topic, produceNext, start: () => new LiveWorker(env) }
    }

    const landed = (topic: LiveTopic): Promise<unknown> =>
      vi.waitUntil(() => hasLanded(db, topic), WITHIN)

    it('wherever the group says that they are', async () => {
      const { topic, produceNext, start } = await begin(2, 2)
      const before = start()
      await landed(topic)
      expect(await before.stop()).toBe(0)
      await produceNext()
      const kafka = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING })
      const admin = kafka.admin()
      await admin.connect()
      const ahead = topic.logs.map((log, partition) => ({
        partition,
        offset: String(partition % 2 === 0 ? log.length : 0),
      }))
      await admin.setOffsets({ groupId: topic.topic, topic: topic.topic, partitions: ahead })
      await admin.disconnect()
      start()
      await landed(topic)
      await expectOracleRows(db, topic, DEFAULT_SETTINGS)
    })

    it('when the dead-letter topic is gone for a while, without losing a letter', async () => {
      const { topic, produceNext, start } = await begin(4, 2)
      const kafka = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING })
      const admin = kafka.admin()
      await admin.connect()
      const worker = start()
      await landed(topic)
      const dlq = `${topic.topic}.dlq`
      await deleteTopics(admin, dlq)
      await produceNext()
      await worker.sees('partition_paused', { reason: 'dead_letters' })
      await createTopics(admin, { topic: dlq, numPartitions: 1 })
      await landed(topic)
      await expectOracleRows(db, topic, DEFAULT_SETTINGS)
      await worker.sees('partition_resumed')
      expect(await worker.stop()).toBe(0)
      expect(Number((await admin.fetchTopicOffsets(dlq))[0]!.high)).toBeGreaterThan(0)
      await admin.disconnect()
    })

    it('when ClickHouse is frozen, answers too late, is killed and comes back', async () => {
      const { topic, produceNext, start } = await begin(5, 4)
      const worker = start()
      await landed(topic)
      clickhouse.freeze()
      await produceNext()
      await vi.waitUntil(() => caughtUp(redisUrl, topic), WITHIN)
      clickhouse.thaw()
      await produceNext()
      await clickhouse.kill()
      await worker.sees('flush_failed')
      await produceNext()
      await vi.waitUntil(() => caughtUp(redisUrl, topic), WITHIN)
      await clickhouse.restart()
      await landed(topic)
      await expectOracleRows(db, topic, DEFAULT_SETTINGS)
      expect(await worker.stop()).toBe(0)
    })
  })
})

/** Redis holds everything, whether it has been published or not. */
async function caughtUp(url: string, { topic, logs }: LiveTopic): Promise<boolean> {
  const redis = new Redis(url)
  try {
    const nexts = await Promise.all(
      logs.map((_, partition) => redis.hget(`tb:{${topic}/${partition}}:meta`, 'next')),
    )
    return nexts.every((next, partition) => Number(next) === logs[partition]!.length)
  } finally {
    redis.disconnect()
  }
}
