// What tests destroy on services that others may use: only what says that it is a test's.
import { Redis } from 'ioredis'
import { Kafka, logLevel } from 'kafkajs'
import { describe, expect, it, vi } from 'vitest'
import {
  deleteKeys,
  deleteTopics,
  describeWithServices,
  dropDatabase,
  testName,
} from '../services.ts'
import { createTopics } from './create-topics.ts'
import { filesIn, linesWith } from '../house/repository.ts'
import { openServer } from '../../src/adapters/clickhouse/server.ts'

describe('what is not of a test', () => {
  it('is not destroyed', async () => {
    // Nothing listens there: whoever asks finds out.
    const nowhere = '127.0.0.1:1'
    const kafka = new Kafka({ brokers: [nowhere], logLevel: logLevel.NOTHING })
    const redis = new Redis(`redis://${nowhere}`, { lazyConnect: true })
    const db = openServer({ url: `http://${nowhere}`, database: 'tributary' })
    const refusal = 'its name must contain test'
    await expect(deleteTopics(kafka.admin(), 'test_events', 'events')).rejects.toThrow(refusal)
    await expect(deleteKeys(redis, 'events')).rejects.toThrow(refusal)
    await expect(deleteKeys(redis, 'events', 0)).rejects.toThrow(refusal)
    await expect(dropDatabase(db)).rejects.toThrow(refusal)
    redis.disconnect()
    await db.close()
  })

  it('is asked for nowhere past the functions that refuse', () => {
    const sources = filesIn('test/', '.ts').filter(
      ({ name }) => !/^test\/(services\.ts|services\/|bench\/)/.test(name),
    )
    const past = /DROP DATABASE|\.deleteTopics\(|\.flush(all|db)\(/i
    expect(linesWith(sources, past)).toEqual([])
  })
})

describeWithServices(
  ['kafka', 'redis', 'clickhouse'],
  'what is of a test',
  (brokers, redisUrl, clickhouseUrl) => {
    it('is destroyed, and only that', async () => {
      const [mine, other] = [testName('mine'), testName('other')]
      const admin = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING }).admin()
      await admin.connect()
      await createTopics(admin, { topic: mine }, { topic: other })
      await deleteTopics(admin, mine, `${mine}.dlq`)
      // The broker deletes when it comes to it.
      const left = await vi.waitUntil(
        async () => {
          const topics = await admin.listTopics()
          return topics.includes(mine) ? undefined : topics
        },
        { timeout: 60_000, interval: 20 },
      )
      expect(left).toContain(other)
      await deleteTopics(admin, other)
      await admin.disconnect()

      const redis = new Redis(redisUrl)
      const keys = [`tb:{${mine}/1}:meta`, `tb:{${mine}/11}:meta`, `tb:{${other}/1}:meta`]
      for (const key of keys) await redis.set(key, '')
      expect(await deleteKeys(redis, mine, 1)).toBe(1)
      expect(await redis.exists(...keys)).toBe(2)
      expect(await deleteKeys(redis, mine)).toBe(1)
      expect(await deleteKeys(redis, other)).toBe(1)
      redis.disconnect()

      const db = openServer({ url: clickhouseUrl, database: mine })
      await db.createDatabase()
      expect(await db.hasDatabase()).toBe(true)
      await dropDatabase(db)
      await dropDatabase(db)
      expect(await db.hasDatabase()).toBe(false)
      await db.close()
    })
  },
)
