import { afterEach, expect, it, vi } from 'vitest'
import { startTracing } from '../../../src/adapters/telemetry/tracing.ts'
import { wantsTraces } from '../../../src/config/load.ts'
import { startCollector } from './span-collector.ts'

afterEach(() => vi.unstubAllEnvs())

const OPTIONS = { topic: 'events', group: 'workers', version: '1.2.3' }

it('sends one span for each piece of work, with what it was done to and how long it took', async () => {
  const collector = await startCollector()
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', collector.url)
  const tracing = await startTracing(OPTIONS)
  tracing.took('apply', 250, { partition: 3, from: 7, to: 90, records: 80 })
  tracing.took('commit', 12, { partition: 3, from: 7, to: 90, records: 80 })
  tracing.took('flush', 40, { failure: 'ClickHouse is read-only' })
  await tracing.close()
  await collector.close()

  const [batch, commit, flush, ...more] = collector.spans()
  expect(more).toEqual([])
  expect(batch).toMatchObject({
    name: 'tributary.batch',
    service: 'tributary',
    attributes: {
      'messaging.system': 'kafka',
      'messaging.destination.name': 'events',
      'messaging.destination.partition.id': '3',
      'messaging.consumer.group.name': 'workers',
      'messaging.batch.message_count': '80',
      'tributary.offset.from': '7',
      'tributary.offset.to': '90',
    },
  })
  const { startTimeUnixNano: from, endTimeUnixNano: to } = batch!
  expect((BigInt(to) - BigInt(from)) / 1_000_000n).toBe(250n)
  expect(commit?.name).toBe('tributary.commit')
  expect(flush).toMatchObject({
    name: 'tributary.flush',
    status: { code: 2, message: 'ClickHouse is read-only' },
  })
})

it('is named as the environment says', async () => {
  const collector = await startCollector()
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', collector.url)
  vi.stubEnv('OTEL_SERVICE_NAME', 'shop-attribution')
  const tracing = await startTracing(OPTIONS)
  tracing.took('acquire', 1, { partition: 0 })
  await tracing.close()
  await collector.close()
  expect(collector.spans().map(({ service }) => service)).toEqual(['shop-attribution'])
})

it('ends soon, and without a word, when the collector is not there', async () => {
  const collector = await startCollector()
  await collector.close()
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', collector.url)
  const tracing = await startTracing(OPTIONS)
  tracing.took('commit', 1, { partition: 0 })
  await expect(tracing.close()).resolves.toBeUndefined()
})

it.each([
  [{}, false],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }, false],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }, true],
  [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector:4318/v1/traces' }, true],
  [{ OTEL_TRACES_EXPORTER: 'otlp' }, true],
  [{ OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }, false],
  [{ OTEL_SDK_DISABLED: 'true', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }, false],
])('is wanted where OpenTelemetry’s variables ask for it: %j', (env, isWanted) => {
  expect(wantsTraces(env)).toBe(isWanted)
})
