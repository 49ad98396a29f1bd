// `tributary audit` on real services: while a worker goes on it finds nothing; what somebody
// changes in Redis or in ClickHouse behind the worker's back it names; and it says when the log no
// longer reaches back.
import { Redis } from 'ioredis'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { createClickHouseLedger } from '../../src/adapters/clickhouse/ledger-sink.ts'
import { openServer } from '../../src/adapters/clickhouse/server.ts'
import { partitionKeys } from '../../src/adapters/redis/keys.ts'
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts'
import type { AuditDifference } from '../../src/runtime/audit/judge.ts'
import { runProgram } from '../cli/run-program.ts'
import { deleteKeys, describeWithServices, dropDatabase, testName } from '../services.ts'
import { LiveTopic, hasLanded, mergedLog } from './live-log.ts'
import { LiveWorker } from './live-worker.ts'

const PARTITIONS = 2
const HOUR_MAX = 1_000_000

interface Report {
  readonly differences: number
  readonly partitions: readonly {
    readonly replayed: boolean
    readonly not_replayed?: string
    readonly to: number
    readonly rows: { readonly clickhouse: number }
    readonly differences: readonly AuditDifference[]
  }[]
}

describeWithServices(
  ['kafka', 'redis', 'clickhouse'],
  'tributary audit',
  (brokers, redisUrl, url) => {
    const name = testName('audit')
    const topic = new LiveTopic(brokers, name, PARTITIONS)
    const admin = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING }).admin()
    const redis = new Redis(redisUrl)
    const db = openServer({ url, database: name })
    const env = {
      TRIBUTARY_KAFKA__BROKERS: brokers,
      TRIBUTARY_KAFKA__TOPIC: name,
      TRIBUTARY_KAFKA__GROUP: name,
      TRIBUTARY_KAFKA__ALLOW_CREATE_TIME: 'true',
      TRIBUTARY_REDIS__URL: redisUrl,
      TRIBUTARY_CLICKHOUSE__URL: url,
      TRIBUTARY_CLICKHOUSE__DATABASE: name,
      TRIBUTARY_FLUSH_INTERVAL: '500ms',
    }
    const audit = async (...args: string[]) => {
      const run = await runProgram(['audit', '--json', ...args], { env })
      const report = run.stdout === '' ? null : (JSON.parse(run.stdout) as Report)
      return { ...run, report }
    }
    beforeAll(async () => {
      await Promise.all([admin.connect(), topic.create()])
      const migrated = await runProgram(['migrate', '--clickhouse-only'], { env })
      expect(migrated.exitCode, migrated.stderr).toBe(0)
    })
    afterAll(async () => {
      await topic.delete()
      await admin.disconnect()
      await deleteKeys(redis, name)
      redis.disconnect()
      await dropDatabase(db)
      await db.close()
    })

    it('finds nothing while a worker goes on', { timeout: 240_000 }, async () => {
      const log = mergedLog(7, DEFAULT_SETTINGS, 40)
      const third = Math.ceil(log.length / 3)
      await topic.produce(log.slice(0, third))
      const worker = new LiveWorker(env)
      await vi.waitUntil(() => hasLanded(db, topic), { timeout: 60_000, interval: 100 })
      const [during] = await Promise.all([audit(), topic.produce(log.slice(third))])
      expect(during.exitCode, during.stdout + during.stderr).toBe(0)
      await vi.waitUntil(() => hasLanded(db, topic), { timeout: 60_000, interval: 100 })
      const after = await audit()
      expect(after.exitCode, after.stdout + after.stderr).toBe(0)
      expect(after.report?.differences).toBe(0)
      for (const [partition, found] of (after.report?.partitions ?? []).entries()) {
        expect(found).toMatchObject({ replayed: true, to: topic.logs[partition]?.length })
        expect(found.rows.clickhouse).toBeGreaterThan(100)
      }
      expect(after.stderr).toContain('partition 1: no differences')
      expect(await worker.stop()).toBe(0)
    })

    it('names what was changed in Redis and in ClickHouse', async () => {
      const ledger = createClickHouseLedger(db)
      const [lineage] = await ledger.lineages(name, 0)
      const range = { topic: name, partition: 0, lineage: lineage?.lineage ?? '' }
      const rows = await ledger.read('activity', { ...range, hourFrom: 0, hourTo: HOUR_MAX })
      const [first] = rows.toSorted((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1))
      // The same version with another value: of equal versions the last inserted stays.
      await ledger.insert('activity', [first!.map((value, i) => (i === 7 ? '4711' : value))])

      const keys = partitionKeys(name, 1)
      const held = (await redis.hkeys(keys.meta)).find((field) => field.startsWith('ledger:'))
      const hour = keys.ledger(Number(held?.slice('ledger:'.length)))
      const [field] = (await redis.callBuffer('HKEYS', hour)) as Buffer[]
      const value = (await redis.hgetBuffer(hour, field!))!
      value[7]! ^= 1
      await redis.hset(hour, field!, value)

      const { exitCode, report } = await audit()
      expect(exitCode).toBe(1)
      expect(report?.differences).toBe(2)
      const [inClickHouse, inRedis] = report?.partitions.map(({ differences }) => differences) ?? []
      expect(inClickHouse).toMatchObject([{ partition: 0, table: 'activity' }])
      expect(inClickHouse?.[0]?.clickhouse).toContain('events=4711')
      expect(inRedis).toHaveLength(1)
      expect(inRedis?.[0]?.redis).not.toBe(inRedis?.[0]?.replay)
      expect(inRedis?.[0]?.clickhouse).toBe(inRedis?.[0]?.replay)

      const plain = await runProgram(['audit', '--partition', '0', '--quiet'], { env })
      expect(plain.exitCode).toBe(1)
      expect(plain.stderr).toBe('')
      expect(plain.stdout).toMatch(/^partition 0, activity: .*\n  ClickHouse: events=4711/)
    })

    it('says that the log no longer reaches back', async () => {
      // kafkajs knows the leaders only of topics that it was asked for.
      await admin.fetchTopicOffsets(name)
      await admin.deleteTopicRecords({ topic: name, partitions: [{ partition: 0, offset: '10' }] })
      const { exitCode, report, stderr } = await audit('--partition', '0')
      expect(exitCode).toBe(0)
      expect(report?.partitions).toMatchObject([{ replayed: false, differences: [] }])
      expect(report?.partitions[0]?.not_replayed).toContain('begins at 10')
      expect(stderr).toContain('NOT replayed')
    })

    it('refuses other settings, and partitions that are not there', async () => {
      const other = { ...env, TRIBUTARY_LATENESS: '1d' }
      const settings = await runProgram(['audit', '--partition', '1'], { env: other })
      expect(settings).toMatchObject({ exitCode: 78, stdout: '' })
      expect(settings.stderr).toContain('other settings')
      const partition = await runProgram(['audit', '--partition', '9'], { env })
      expect(partition).toMatchObject({ exitCode: 2, stdout: '' })
      const nowhere = { ...env, TRIBUTARY_CLICKHOUSE__URL: 'http://127.0.0.1:1' }
      expect(await runProgram(['audit'], { env: nowhere })).toMatchObject({ exitCode: 69 })
    })
  },
)
