// The end of a backfill on real services: a file through `generate --from`, a worker, and `tick
// --until-settled`, after which every path has ended; all as a person would run it.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openServer } from '../../src/adapters/clickhouse/server.ts'
import { createGenerator } from '../../src/adapters/generator/generator.ts'
import { generatorOptions } from '../../src/adapters/generator/options.ts'
import {
  backfillTopic,
  deadLetterTopic,
  eventsTopic,
} from '../../src/adapters/kafka/topics-wanted.ts'
import { connectRedis } from '../../src/adapters/redis/connect.ts'
import type { RedisClient } from '../../src/adapters/redis/connect.ts'
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts'
import { onBroker } from '../adapters/kafka/on-broker.ts'
import { runHere } from '../cli/run-here.ts'
import { temporaryFile } from '../config/temporary-file.ts'
import { deleteKeys, describeWithServices, dropDatabase } from '../services.ts'
import { LiveWorker } from './live-worker.ts'

const PARTITIONS = 2
const GAP_MS = DEFAULT_SETTINGS.inactivityGapMs

interface Told {
  readonly ticks: number
  readonly partitions: readonly {
    readonly last_touch: string
    readonly tick_time: string
    readonly ticks: number
  }[]
}

describeWithServices(
  ['kafka', 'redis', 'clickhouse'],
  'tick --until-settled',
  (brokers, redisUrl, clickhouseUrl) => {
    const { create } = onBroker(brokers)
    let topic = ''
    let env: Record<string, string> = {}
    let redis: RedisClient
    const workers: LiveWorker[] = []
    const run = (...args: string[]) => runHere(args, env)
    const tick = (...more: string[]) => run('tick', '--until-settled', '--quiet', '--json', ...more)

    beforeAll(async () => {
      redis = await connectRedis({ url: redisUrl })
      topic = await create(backfillTopic('tick', { partitions: PARTITIONS }))
      env = {
        TRIBUTARY_KAFKA__BROKERS: brokers,
        TRIBUTARY_KAFKA__TOPIC: topic,
        TRIBUTARY_KAFKA__GROUP: topic,
        TRIBUTARY_KAFKA__DLQ: await create(deadLetterTopic('tick_dlq', { partitions: 1 })),
        TRIBUTARY_KAFKA__ALLOW_CREATE_TIME: 'true',
        TRIBUTARY_REDIS__URL: redisUrl,
        TRIBUTARY_CLICKHOUSE__URL: clickhouseUrl,
        TRIBUTARY_CLICKHOUSE__DATABASE: topic,
      }
      expect(await run('migrate', '--clickhouse-only')).toMatchObject({ exitCode: 0 })
    })
    afterAll(async () => {
      await Promise.all(workers.map((worker) => worker.stop()))
      await deleteKeys(redis, topic)
      redis.disconnect()
      const db = openServer({ url: clickhouseUrl, database: topic })
      await dropDatabase(db)
      await db.close()
    })

    it('gives up without a worker; with one it ends every path, once', async () => {
      const options = { events: 2_000, persons: 1_500, startMs: Date.UTC(2020, 0), late: 0 }
      const lines = [...createGenerator(generatorOptions(options))].map(({ value }) => value)
      const file = temporaryFile('events.ndjson', lines.join('\n'))
      expect(await run('generate', '--from', file, '--topic', topic)).toMatchObject({ exitCode: 0 })

      const alone = await tick('--patience', '2s')
      expect(alone).toMatchObject({ exitCode: 69, stdout: '' })
      expect(alone.stderr).toContain('no worker has moved')

      workers.push(new LiveWorker(env))
      const first = await tick()
      expect(first).toMatchObject({ exitCode: 0, stderr: '' })
      const told = JSON.parse(first.stdout) as Told
      expect(told.partitions).toHaveLength(PARTITIONS)
      for (const { last_touch: last, tick_time: at } of told.partitions) {
        expect(Date.parse(at)).toBe(Date.parse(last) + GAP_MS + 1)
      }
      const second = await tick()
      expect(second).toMatchObject({ exitCode: 0, stderr: '' })
      expect(JSON.parse(second.stdout)).toMatchObject({ ticks: 0 })
      expect(await workers[0]?.stop()).toBe(0)
      const db = openServer({ url: clickhouseUrl, database: topic })
      const [[begun, open] = []] = await db.rows<[string, string]>(PATHS)
      await db.close()
      expect(Number(begun)).toBeGreaterThan(100)
      expect(open).toBe('0')
    })

    it('refuses while the last touch is too recent, and where the broker gives the times', async () => {
      const young = await create(backfillTopic('tick', { partitions: 1 }))
      const startMs = new Date(Date.now() - 50 * 86_400_000).toISOString()
      const story = ['generate', '--events', '300', '--start', startMs, '--topic', young]
      expect(await run(...story)).toMatchObject({ exitCode: 0 })
      const refused = await tick('--topic', young)
      expect(refused).toMatchObject({ exitCode: 65, stdout: '' })
      expect(refused.stderr).toMatch(
        /too recent: this works from \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/,
      )

      const live = await create(eventsTopic('tick', { partitions: 1 }))
      const other = await tick('--topic', live)
      expect(other).toMatchObject({ exitCode: 2 })
      expect(other.stderr).toContain('has LogAppendTime')
    })
  },
)

/** Paths that have begun, and those of them that have not ended. */
const PATHS = `
  SELECT toString(sumIf(observed, from_state = '(start)') AS begun),
    toString(begun - sumIf(observed, to_state IN ('(conversion)', '(null)')))
  FROM bi_transitions`
