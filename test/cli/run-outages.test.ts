// A worker while services come and go under it: what `/readyz` says, that it goes on by itself
// afterwards, and that it can be ended while something hangs.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { LiveWorker } from '../integration/live-worker.ts'
import { describeWithPrivate } from '../services/describe-with-private.ts'
import { startPrivateClickHouse } from '../services/private-clickhouse.ts'
import type { PrivateClickHouse } from '../services/private-clickhouse.ts'
import { startPrivateKafka } from '../services/private-kafka.ts'
import type { PrivateKafka } from '../services/private-kafka.ts'
import { startPrivateRedis } from '../services/private-redis.ts'
import type { PrivateRedis } from '../services/private-redis.ts'
import { MARK, RunSurroundings, untilCommitted, untilReadyz, urlOf } from './run-surroundings.ts'

const LIMIT_MS = 180_000

describeWithPrivate(['kafka', 'redis', 'clickhouse'], 'a worker whose services come and go', () => {
  let kafka: PrivateKafka
  let redis: PrivateRedis
  let clickhouse: PrivateClickHouse
  let around: RunSurroundings
  beforeAll(async () => {
    ;[kafka, redis, clickhouse] = await Promise.all([
      startPrivateKafka(),
      startPrivateRedis(),
      startPrivateClickHouse(),
    ])
    around = new RunSurroundings({
      brokers: kafka.brokers,
      redisUrl: redis.url,
      clickhouseUrl: clickhouse.url,
    })
    await around.create()
  }, LIMIT_MS)
  afterAll(() => around.db.close())

  async function startWorker(words: string) {
    const worker = new LiveWorker(around.env)
    const url = await urlOf(worker)
    await untilReadyz(url, 200, words)
    return { worker, url }
  }

  it(
    'is degraded without ClickHouse, not ready without Redis or Kafka, and goes on after each',
    async () => {
      const { worker, url } = await startWorker('ok\n')
      await clickhouse.kill()
      await around.produce(100)
      await untilReadyz(url, 200, 'degraded\nclickhouse: ')
      await untilCommitted(url, around.produced)
      await clickhouse.restart()
      await untilReadyz(url, 200, 'ok\n')

      await redis.stop()
      await around.produce(100)
      await untilReadyz(url, 503, 'redis: Redis did not answer as expected')
      await redis.restart()
      await untilReadyz(url, 200, 'ok\n')
      await untilCommitted(url, around.produced)

      kafka.freeze()
      await untilReadyz(url, 503, 'kafka: ')
      kafka.thaw()
      await untilReadyz(url, 200, 'ok\n')
      await around.produce(100)
      await untilCommitted(url, around.produced)

      const told = worker.lines.map(({ event, service }) => `${event} ${String(service)}`)
      for (const service of ['clickhouse', 'redis', 'kafka']) {
        expect(told).toContain(`service_down ${service}`)
        expect(told).toContain(`service_up ${service}`)
      }
      expect(await worker.stop()).toBe(0)
      expect(worker.output).not.toContain(MARK)
    },
    LIMIT_MS,
  )

  it(
    'that should stop while ClickHouse hangs is not ready, and ends at the second signal or in time',
    async () => {
      const { worker, url } = await startWorker('ok\n')
      clickhouse.freeze()
      await around.produce(100)
      await untilCommitted(url, 100)
      worker.signal('SIGTERM')
      await untilReadyz(url, 503, 'worker: stopping')
      worker.signal('SIGTERM')
      expect(await worker.ended()).toBe(143)

      const impatient = new LiveWorker({ ...around.env, TRIBUTARY_STOP_TIMEOUT: '1s' })
      for (const partition of [0, 1]) await impatient.sees('partition_acquired', { partition })
      expect(await impatient.stop()).toBe(1)
      expect(impatient.output).toContain('error: the worker did not stop within 1 s')
      clickhouse.thaw()
    },
    LIMIT_MS,
  )

  it(
    'starts without ClickHouse, and stops cleanly while rows still wait for it',
    async () => {
      await clickhouse.kill()
      const without = await startWorker('degraded\nclickhouse: ')
      for (const partition of [0, 1]) await without.worker.sees('partition_acquired', { partition })
      expect(await without.worker.stop()).toBe(0)
      expect(without.worker.lines.map(({ event }) => event)).toContain('flush_failed')

      await clickhouse.restart()
      const { worker } = await startWorker('ok\n')
      expect(await worker.stop()).toBe(0)
      const counted = Object.values(await around.intake()).reduce((sum, n) => sum + n, 0)
      expect(counted).toBe(around.produced)
    },
    LIMIT_MS,
  )
})
