// Every halt of section 8 on real services, and the way on that an operator has. One topic, one
// trouble per partition: a halt stops its partition and nothing else.
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { createClickHouseLedger } from '../../src/adapters/clickhouse/ledger-sink.ts'
import { openServer } from '../../src/adapters/clickhouse/server.ts'
import { partitionKeys } from '../../src/adapters/redis/keys.ts'
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts'
import { runProgram } from '../cli/run-program.ts'
import { deleteKeys, describeWithServices, dropDatabase, testName } from '../services.ts'
import { stateTroubles } from './halt-troubles.ts'
import { LiveTopic, expectOracleRows, hasLanded, mergedLog } from './live-log.ts'
import { LiveWorker } from './live-worker.ts'
import { Redis } from 'ioredis'

const PARTITIONS = 10
const ALL = Array.from({ length: PARTITIONS }, (_, partition) => partition)

describeWithServices(
  ['kafka', 'redis', 'clickhouse'],
  'a partition in trouble',
  (brokers, redisUrl, clickhouseUrl) => {
    const name = testName('halts')
    const topic = new LiveTopic(brokers, name, PARTITIONS)
    const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING })
    const admin = kafka.admin()
    const redis = new Redis(redisUrl)
    const db = openServer({ url: clickhouseUrl, database: name })
    const ledger = createClickHouseLedger(db)
    const env = {
      TRIBUTARY_KAFKA__BROKERS: brokers,
      TRIBUTARY_KAFKA__TOPIC: name,
      TRIBUTARY_KAFKA__GROUP: name,
      TRIBUTARY_KAFKA__ALLOW_CREATE_TIME: 'true',
      TRIBUTARY_REDIS__URL: redisUrl,
      TRIBUTARY_CLICKHOUSE__URL: clickhouseUrl,
      TRIBUTARY_CLICKHOUSE__DATABASE: name,
      TRIBUTARY_FLUSH_INTERVAL: '1s',
    }
    const meta = (partition: number) => partitionKeys(name, partition).meta
    const lineagesOf = (partition: number) => ledger.lineages(name, partition)
    const tributary = (...args: string[]) => runProgram(args, { env })
    const halted = (worker: LiveWorker, partition: number, reason: string) =>
      worker.sees('partition_halted', { partition, reason })

    /** What is wrong with each partition when the second worker comes; the last ones are sound. */
    const troubles = stateTroubles(redis, name)

    beforeAll(async () => {
      await Promise.all([admin.connect(), topic.create()])
      expect(await tributary('migrate', '--clickhouse-only')).toMatchObject({ exitCode: 0 })
      const log = mergedLog(1, DEFAULT_SETTINGS, 30)
      await topic.produce(log)
      const worker = new LiveWorker(env)
      await vi.waitUntil(() => hasLanded(db, topic), { timeout: 60_000, interval: 100 })
      expect(await worker.stop()).toBe(0)
    })

    afterAll(async () => {
      await topic.delete()
      await admin.disconnect()
      await deleteKeys(redis, name)
      redis.disconnect()
      await dropDatabase(db)
      await db.close()
    })

    it('halts by itself, names its reason, and the others go on', async () => {
      for (const [partition, [, bring]] of troubles.entries()) await bring(partition)
      const worker = new LiveWorker({ ...env, TRIBUTARY_HTTP__PORT: '0' })
      for (const [partition, [reason]] of troubles.entries()) {
        await halted(worker, partition, reason)
      }
      const { url } = await worker.sees('http_listening')
      const ready = await fetch(`${String(url)}/readyz?verbose`)
      expect(ready.status).toBe(503)
      expect(await ready.text()).toContain('state_missing')
      const metrics = await (await fetch(`${String(url)}/metrics`)).text()
      for (const [partition, [reason]] of troubles.entries()) {
        expect(metrics).toMatch(
          new RegExp(`partition_halted\\{.*partition="${partition}",reason="${reason}".*\\} 1`),
        )
      }
      const acquired = worker.lines.filter(({ event }) => event === 'partition_acquired')
      expect(new Set(acquired.map(({ partition }) => partition))).toEqual(new Set([8, 9]))
      expect(await worker.stop()).toBe(0)
    })

    it('ends the process with 70 at once where the operator wants that', async () => {
      const worker = new LiveWorker({ ...env, TRIBUTARY_HALT: 'exit' })
      expect(await worker.ended()).toBe(70)
    })

    it('goes on after what the operator decides, each decision with its row', async () => {
      const accepted = await tributary('admin', 'partitions', '--accept', '--execute')
      expect(accepted).toMatchObject({ exitCode: 0 })
      expect(accepted.stdout).toContain('partition 7: 10 from offset 0, 5 from offset')
      const rebuild = ['admin', 'rebuild', '--all', '--reason', 'a test']
      const dry = await tributary(...rebuild)
      expect(dry, dry.stderr).toMatchObject({ exitCode: 0 })
      expect(dry.stderr).toContain('nothing was changed')
      expect((await lineagesOf(0)).map(({ status }) => status)).toEqual(['active'])
      const done = await tributary(...rebuild, '--execute')
      expect(done, done.stderr).toMatchObject({ exitCode: 0 })
      for (const partition of ALL) {
        const rows = await lineagesOf(partition)
        expect(rows.map(({ status, reason }) => `${status} ${reason}`).sort()).toEqual([
          'active first',
          'building a test',
        ])
      }
      const worker = new LiveWorker(env)
      await vi.waitUntil(
        async () => {
          const lineages = await Promise.all(ALL.map(lineagesOf))
          return lineages.flat().every(({ status }) => status !== 'building')
        },
        { timeout: 60_000, interval: 200 },
      )
      expect(await worker.stop()).toBe(0)
      expect(worker.lines.filter(({ event }) => event === 'partition_halted')).toEqual([])
    })

    it(
      'books after all what the oracle books',
      () => expectOracleRows(db, topic, DEFAULT_SETTINGS),
      60_000,
    )

    it('that has lost its state goes on behind what has landed, beside it', async () => {
      const partition = 8
      const before = await ledger.progress(name, partition)
      await deleteKeys(redis, name, partition)
      const lineage = ['admin', 'lineage', '--partition', '8', '--reason', 'Redis was lost']
      const done = await tributary(...lineage, '--execute', '--json')
      expect(done, done.stderr).toMatchObject({ exitCode: 0 })
      expect(JSON.parse(done.stdout)).toMatchObject({
        baseOffset: before[0]!.flushedThrough,
        warnings: ['open journeys are lost'],
      })
      const worker = new LiveWorker(env)
      await worker.sees('partition_acquired', { partition })
      expect(await worker.stop()).toBe(0)
      const rows = await lineagesOf(partition)
      expect(rows.map(({ status }) => status).sort()).toEqual(['active', 'active', 'retired'])
    })

    it('whose log was trimmed beyond next halts; a rebuild must be told to lose history', async () => {
      const partition = 9
      const high = topic.logs[partition]!.length
      await redis.hset(meta(partition), 'next', '0', 'last_record', '')
      await admin.fetchTopicMetadata({ topics: [name] })
      await admin.deleteTopicRecords({
        topic: name,
        partitions: [{ partition, offset: String(high) }],
      })
      const worker = new LiveWorker(env)
      await halted(worker, partition, 'before_log_start')
      expect(await worker.stop()).toBe(0)
      const lineage = ['admin', 'lineage', '--partition', '9', '--reason', 'trimmed']
      const shown = await tributary(...lineage, '--at', 'log-start', '--json')
      expect(JSON.parse(shown.stdout)).toMatchObject({ baseOffset: high })
      const rebuild = ['admin', 'rebuild', '--partition', '9', '--reason', 'trimmed', '--execute']
      expect(await tributary(...rebuild)).toMatchObject({ exitCode: 2 })
      const done = await tributary(...rebuild, '--lose-history')
      expect(done, done.stderr).toMatchObject({ exitCode: 0 })
    })
  },
)
