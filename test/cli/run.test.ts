// `tributary run` as an operator meets it: a process with a log, health, metrics and an exit code.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { LOG_FIELDS } from '../../src/ports/telemetry.ts'
import { LOGIC_VERSION } from '../../src/schema/settings-fingerprint.ts'
import { LiveWorker } from '../integration/live-worker.ts'
import { startCollector } from '../adapters/telemetry/span-collector.ts'
import type { Span } from '../adapters/telemetry/span-collector.ts'
import { describeWithServices, testName } from '../services.ts'
import { runProgram } from './run-program.ts'
import {
  MARK,
  RunSurroundings,
  sumOf,
  untilCommitted,
  untilReadyz,
  urlOf,
} from './run-surroundings.ts'

const LIMIT_MS = 120_000

describeWithServices(
  ['kafka', 'redis', 'clickhouse'],
  'a worker',
  (brokers, redisUrl, clickhouseUrl) => {
    const around = new RunSurroundings({ brokers, redisUrl, clickhouseUrl })
    const refusal = async (env: Readonly<Record<string, string>>) => {
      const { stdout, stderr, exitCode } = await runProgram(['run'], {
        env: { ...around.env, ...env },
      })
      const last = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as object
      return { stderr, exitCode, last }
    }

    beforeAll(async () => {
      await around.create()
      await around.produce(500)
    }, LIMIT_MS)
    afterAll(() => around.remove(), LIMIT_MS)

    it(
      'consumes, answers to those who watch, and on SIGTERM flushes everything and ends with 0',
      async () => {
        const collector = await startCollector()
        const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }
        const worker = new LiveWorker({ ...around.env, ...endpoint })
        const url = await urlOf(worker)
        const scrape = await untilCommitted(url, around.produced)
        await untilReadyz(url, 200, 'ok\n')
        expect((await fetch(`${url}/livez`)).status).toBe(200)
        expect(sumOf(scrape, 'tributary_assigned_partitions')).toBe(2)
        expect(scrape).toMatch(/records_total\{.*outcome="rejected",reason="raw_identifier"\} /)
        expect(scrape).toMatch(/gmv_minor_units_total\{.*currency="EUR",direction="up"\} 50000\n/)
        expect(await (await fetch(`${url}/buildinfo`)).json()).toMatchObject({
          version: '0.1.0',
          revision: expect.any(String),
          node: process.version,
          logic_version: LOGIC_VERSION,
          schema_version: expect.any(Number),
        })
        expect(await worker.stop()).toBe(0)
        await collector.close()
        const spans = collector.spans()
        expect(new Set(spans.map(({ name }) => name))).toEqual(
          new Set(['acquire', 'batch', 'commit', 'flush'].map((name) => `tributary.${name}`)),
        )
        const batches = spans.filter(({ name }) => name === 'tributary.batch')
        const count = ({ attributes }: Span) => Number(attributes['messaging.batch.message_count'])
        expect(batches.reduce((sum, span) => sum + count(span), 0)).toBe(around.produced)
        expect(collector.bodies.join('')).not.toContain(MARK)

        const events = worker.lines.map(({ event }) => event)
        expect(events.slice(0, 3)).toEqual([
          'http_listening',
          'worker_started',
          'partitions_assigned',
        ])
        expect(events.filter((event) => /stop/.test(event))).toEqual([
          'stop_requested',
          'worker_stopping',
          'worker_stopped',
        ])
        expect(await around.intake()).toEqual({ applied: 350, late: 50, rejected: 100 })
        // A property of everything a person or a machine can read of it.
        expect(worker.output + scrape).not.toContain(MARK)
        for (const line of worker.lines) {
          expect(line).toMatchObject({
            level: expect.stringMatching(/^(info|warn|error)$/),
            time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
            topic: around.name,
            msg: expect.stringMatching(/./),
          })
          const keys = Object.keys(line).filter((key) => !Object.hasOwn(LOG_FIELDS, key))
          expect(keys.toSorted()).toEqual(['event', 'level', 'msg', 'time', 'topic'])
        }
      },
      LIMIT_MS,
    )

    it(
      'that is killed is followed by another, which counts nothing twice',
      async () => {
        const before = around.produced
        const killed = new LiveWorker(around.env)
        await killed.sees('partition_acquired')
        await around.produce(300)
        await untilCommitted(await urlOf(killed), around.produced - before)
        await killed.kill()
        const next = new LiveWorker(around.env)
        await around.produce(100)
        await untilCommitted(await urlOf(next), 100)
        expect(await next.stop()).toBe(0)
        const counted = Object.values(await around.intake()).reduce((sum, n) => sum + n, 0)
        expect(counted).toBe(around.produced)
        expect(killed.output + next.output).not.toContain(MARK)
      },
      LIMIT_MS,
    )

    it(
      'says where it cannot serve metrics, exit 78, before it joins anything',
      async () => {
        const first = new LiveWorker(around.env)
        const { port } = new URL(await urlOf(first))
        const { stderr, exitCode, last } = await refusal({ TRIBUTARY_HTTP__PORT: port })
        expect(exitCode).toBe(78)
        expect(stderr).toMatch(
          `error: metrics and health cannot be served on 127.0.0.1:${port}: another process`,
        )
        expect(last).toMatchObject({ event: 'process_failed', exit_code: 78 })
        expect(await first.stop(), 'asked to stop while it starts, or just after').toBe(0)
      },
      LIMIT_MS,
    )

    it(
      'refuses to start without its topics, without its schema, without Redis: exit 69',
      async () => {
        const nothing = testName('nothing')
        const [topic, dlq, schema, redis] = await Promise.all([
          refusal({ TRIBUTARY_KAFKA__TOPIC: nothing }),
          refusal({ TRIBUTARY_KAFKA__DLQ: nothing }),
          refusal({ TRIBUTARY_CLICKHOUSE__DATABASE: nothing }),
          refusal({ TRIBUTARY_REDIS__URL: 'redis://127.0.0.1:1' }),
        ])
        for (const { exitCode, last } of [topic, dlq, schema, redis]) {
          expect(exitCode).toBe(69)
          expect(last).toMatchObject({ level: 'error', event: 'process_failed', exit_code: 69 })
        }
        const hint = /\nhint: `tributary migrate`/
        expect(topic.stderr).toMatch(`error: the topic ${nothing} does not exist`)
        expect(topic.stderr).toMatch(hint)
        expect(dlq.stderr).toMatch(`error: the topic ${nothing} does not exist`)
        expect(schema.stderr).toMatch(`error: the database ${nothing} does not exist`)
        expect(schema.stderr).toMatch(hint)
        expect(redis.stderr).toMatch(/^error: Redis did not answer/)
      },
      LIMIT_MS,
    )

    it(
      'ends with 70 once all of its partitions have halted, and says what an operator can do',
      async () => {
        const before = new LiveWorker(around.env)
        for (const partition of [0, 1]) await before.sees('partition_acquired', { partition })
        expect(await before.stop()).toBe(0)
        const { stderr, exitCode, last } = await refusal({ TRIBUTARY_LATENESS: '8d' })
        expect(exitCode).toBe(70)
        expect(stderr).toMatch(/^error: partition \d has halted: .*\nhint: .*tributary admin/)
        expect(last).toMatchObject({ event: 'process_failed', code: 'TRIBUTARY_HALTED' })
      },
      LIMIT_MS,
    )

    it('reports every mistake of its configuration and starts nothing, exit 78', async () => {
      const { stdout, stderr, exitCode } = await runProgram(
        ['run', '--port', 'x', '--topic', ' '],
        {
          env: around.env,
        },
      )
      expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 78 })
      expect(stderr).toMatch(/2 mistakes:\n {2}--topic: .*\n {2}--port: /)
    })
  },
)
