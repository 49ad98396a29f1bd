import { afterEach, expect, it, vi } from 'vitest'
import { ALL_METRICS } from '../../../src/adapters/telemetry/catalogue.ts'
import { createTelemetry } from '../../../src/adapters/telemetry/telemetry.ts'
import type { TelemetryOptions } from '../../../src/adapters/telemetry/telemetry.ts'
import type { PartitionFigures } from '../../../src/adapters/telemetry/worker-gauges.ts'
import { KINDS } from '../../../src/core/dictionary.ts'
import { OUTCOMES, REJECTION_REASONS } from '../../../src/core/event.ts'
import { COUNTS } from '../../../src/ports/telemetry.ts'

const figures = (partition: number, given: Partial<PartitionFigures> = {}): PartitionFigures => ({
  partition,
  state: 'running',
  reason: '',
  next: 40,
  low: 10,
  high: 100,
  streamTimeMs: 1_700_000_000_500,
  unflushedRows: 7,
  unflushedSinceMs: 0,
  duePersons: 0,
  dictionaryFill: [],
  ...given,
})

function watch(given: Partial<TelemetryOptions> = {}) {
  const lines: string[] = []
  const telemetry = createTelemetry({
    topic: 'events',
    level: 'info',
    destination: { write: (line) => void lines.push(line) },
    version: '1.2.3',
    revision: 'abc',
    tracing: null,
    worker: () => null,
    services: () => ({}),
    ...given,
  })
  const parsed = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  const samples = async () => {
    const { body } = await telemetry.metrics()
    return body
      .split('\n')
      .filter((line) => line.startsWith('tributary_') && !/_info|_bucket/.test(line))
  }
  return { telemetry, lines, parsed, samples }
}

afterEach(() => vi.useRealTimers())

it('names metrics by the rules of Prometheus, each once', () => {
  const names = ALL_METRICS.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  for (const { name, type, help } of ALL_METRICS) {
    expect(name).toMatch(/^tributary_[a-z]+(_[a-z]+)*$/)
    expect(name.endsWith('_total')).toBe(type === 'counter')
    expect(help).toMatch(/^[A-Z0-9].*\.$/)
    if (type === 'histogram') expect(name).toMatch(/_seconds$/)
  }
})

it('serves every metric of the catalogue, under its type and with its help, and no other', async () => {
  const { telemetry } = watch()
  const { body, contentType } = await telemetry.metrics()
  expect(contentType).toMatch(/^text\/plain; version=0\.0\.4/)
  const served = [...body.matchAll(/^# HELP (tributary_\S+) (.*)\n# TYPE \S+ (\S+)$/gm)]
  expect(served.map(([, name, help, type]) => ({ name, help, type })).toSorted(byName)).toEqual(
    ALL_METRICS.map(({ name, help, type }) => ({ name, help, type })).toSorted(byName),
  )
  expect(body).toMatch(
    /^tributary_build_info\{version="1\.2\.3",revision="abc",node="v\d+[^"]*"\} 1$/m,
  )
  expect(body).toMatch(/^process_cpu_seconds_total /m)
  expect(body).toMatch(/^nodejs_eventloop_lag_p99_seconds /m)
})
const byName = (a: { name?: string | undefined }, b: { name?: string | undefined }) =>
  (a.name ?? '') < (b.name ?? '') ? -1 : 1

it('has bounded labels: partitions and closed lists', async () => {
  const { telemetry, samples } = watch({ worker: () => ({ ...worker, partitions: [figures(0)] }) })
  for (const outcome of OUTCOMES) {
    for (const reason of outcome === 'rejected' ? REJECTION_REASONS : ['' as const]) {
      telemetry.outcomes(0, outcome, reason, 3)
    }
  }
  const records = (await samples()).filter((line) => line.startsWith('tributary_records_total'))
  expect(records).toHaveLength(OUTCOMES.length - 1 + REJECTION_REASONS.length)
  expect(records).toContain(
    'tributary_records_total{topic="events",partition="0",outcome="rejected",reason="invalid_json"} 3',
  )
  const labels = new Set(ALL_METRICS.flatMap((spec) => spec.labels))
  expect([...labels].toSorted()).toEqual(
    (
      'currency,direction,event,kind,node,outcome,partition,reason,revision,service,state,' +
      'topic,version'
    ).split(','),
  )
})

const worker = { isMember: true, isStopping: false, flushedMs: 1_700_000_001_000, partitions: [] }

it('counts by partition and times in seconds', async () => {
  const { telemetry, samples } = watch()
  telemetry.count('fenced', 3)
  telemetry.count('rows_landed', 3, 500)
  telemetry.took('commit', 250, { partition: 3 })
  telemetry.took('commit', 750, { partition: 3 })
  expect(await samples()).toEqual(
    expect.arrayContaining([
      'tributary_fence_rejections_total{topic="events",partition="3"} 1',
      'tributary_rows_landed_total{topic="events",partition="3"} 500',
      'tributary_commit_duration_seconds_sum 1',
      'tributary_commit_duration_seconds_count 2',
    ]),
  )
})

it('shows what is in flight, also of a partition that has gone meanwhile', async () => {
  let partitions = [figures(0), figures(1)]
  const { telemetry, samples } = watch({ worker: () => ({ ...worker, partitions }) })
  const shown = async () =>
    (await samples())
      .filter((line) => line.startsWith('tributary_records_in_flight'))
      .map((line) => line.replace(/.*partition="(\d)"} /, '$1: '))
  telemetry.inFlight(1, 500)
  telemetry.inFlight(1, -100)
  expect(await shown()).toEqual(['0: 0', '1: 400'])
  partitions = [figures(0)]
  expect(await shown()).toEqual(['0: 0', '1: 400'])
  telemetry.inFlight(1, -400)
  expect(await shown()).toEqual(['0: 0'])
})

it('counts sales up and down by currency, so that its counters only grow', async () => {
  const { telemetry, samples } = watch()
  telemetry.sold('EUR', { orders: 2, grossMinor: 3_000, refundMinor: 0 })
  telemetry.sold('EUR', { orders: -1, grossMinor: -1_000, refundMinor: 500 })
  telemetry.sold('', { orders: 1, grossMinor: 0, refundMinor: 0 })
  const sold = (await samples()).filter((line) => line.includes('currency='))
  const series = (name: string, currency: string, direction: string) =>
    `tributary_${name}_total{topic="events",currency="${currency}",direction="${direction}"}`
  expect(sold.toSorted()).toEqual([
    `${series('gmv_minor_units', 'EUR', 'down')} 1000`,
    `${series('gmv_minor_units', 'EUR', 'up')} 3000`,
    `${series('orders', '(none)', 'up')} 1`,
    `${series('orders', 'EUR', 'down')} 1`,
    `${series('orders', 'EUR', 'up')} 2`,
    `${series('refunds_minor_units', 'EUR', 'up')} 500`,
  ])
})

it('tells lag in seconds by stream time, and none where nothing waits', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_700_000_100_500 })
  const partitions = [
    figures(0),
    figures(1, { next: 100 }),
    figures(2, { streamTimeMs: 0 }),
    figures(3, { next: -1 }),
  ]
  const { samples } = watch({ worker: () => ({ ...worker, partitions }) })
  const lags = (await samples()).filter((line) => line.startsWith('tributary_lag_seconds'))
  expect(lags.map((line) => line.replace(/.*partition="(\d)"} /, '$1: '))).toEqual([
    '0: 100',
    '1: 0',
  ])
})

it('tells how full each dictionary is, and how many persons are due', async () => {
  const partitions = [figures(0, { duePersons: 12, dictionaryFill: [1, 0.5, 0, 0, 0, 0.25] })]
  const { samples } = watch({ worker: () => ({ ...worker, partitions }) })
  const all = await samples()
  expect(all).toContain('tributary_due_persons{topic="events",partition="0"} 12')
  const fill = all.filter((line) => line.startsWith('tributary_dictionary_fill_ratio'))
  expect(fill.map((line) => line.replace(/.*kind="(\w+)"} /, '$1: '))).toEqual(
    KINDS.map((kind, i) => `${kind}: ${[1, 0.5, 0, 0, 0, 0.25][i]}`),
  )
})

it('shows the counters of its own partitions from 0 on', async () => {
  const { samples } = watch({ worker: () => ({ ...worker, partitions: [figures(5)] }) })
  const zeros = (await samples()).filter((line) =>
    line.endsWith('_total{topic="events",partition="5"} 0'),
  )
  expect(zeros).toHaveLength(COUNTS.length)
})

it('shows the outcomes of its own partitions from 0 on, and of rejections those that came', async () => {
  const { telemetry, samples } = watch({ worker: () => ({ ...worker, partitions: [figures(5)] }) })
  const shown = async () =>
    (await samples())
      .filter((line) => line.startsWith('tributary_records_total'))
      .map((line) => line.replace(/.*outcome="(\w+)",reason="(\w*)"} /, '$1 $2 '))
  const outcomes = OUTCOMES.filter((outcome) => outcome !== 'rejected')
  expect(await shown()).toEqual(outcomes.map((outcome) => `${outcome}  0`))
  telemetry.outcomes(5, 'overflow', '', 2)
  telemetry.outcomes(5, 'rejected', 'invalid_json', 1)
  expect(await shown()).toEqual([
    ...outcomes.map((outcome) => `${outcome}  ${outcome === 'overflow' ? 2 : 0}`),
    'rejected invalid_json 1',
  ])
})

it('reads its gauges from the worker at each scrape, and forgets what is no longer ours', async () => {
  let partitions: PartitionFigures[] = [
    figures(0),
    figures(1, { state: 'halted', reason: 'before_log_start', next: -1, low: -1, high: -1 }),
    figures(2, { state: 'paused', reason: 'unflushed_rows', streamTimeMs: 0 }),
  ]
  const { samples } = watch({ worker: () => ({ ...worker, partitions }) })
  const first = await samples()
  const of = (name: string) => first.filter((line) => line.startsWith(`${name}{`))
  const series = (name: string, partition: number, more = '') =>
    `${name}{topic="events",partition="${partition}"${more}}`
  expect(of('tributary_lag_records')).toEqual([
    `${series('tributary_lag_records', 0)} 60`,
    `${series('tributary_lag_records', 2)} 60`,
  ])
  expect(of('tributary_replay_headroom_records')[0]).toMatch(/ 30$/)
  expect(of('tributary_stream_time_seconds')).toEqual([
    `${series('tributary_stream_time_seconds', 0)} 1700000000.5`,
    `${series('tributary_stream_time_seconds', 1)} 1700000000.5`,
  ])
  expect(of('tributary_partition_halted')).toEqual([
    `${series('tributary_partition_halted', 1, ',reason="before_log_start"')} 1`,
  ])
  expect(of('tributary_partition_paused')).toEqual([
    `${series('tributary_partition_paused', 2, ',reason="unflushed_rows"')} 1`,
  ])
  expect(of('tributary_partition_state').filter((line) => line.endsWith(' 1'))).toEqual([
    `${series('tributary_partition_state', 0, ',state="running"')} 1`,
    `${series('tributary_partition_state', 1, ',state="halted"')} 1`,
    `${series('tributary_partition_state', 2, ',state="paused"')} 1`,
  ])
  expect(first).toContain('tributary_assigned_partitions 3')
  expect(first).toContain('tributary_group_member 1')
  expect(first).toContain('tributary_last_flush_timestamp_seconds 1700000001')

  partitions = [figures(2)]
  const second = await samples()
  const ofOne = second.filter((line) => /^tributary_(lag_records|partition|next)/.test(line))
  expect(ofOne).toHaveLength(6)
  expect(second).toContain('tributary_assigned_partitions 1')
})

it('tells how old the oldest row is that has not landed', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 50_000 })
  const partitions = [figures(0, { unflushedSinceMs: 20_000 }), figures(1)]
  const { samples } = watch({ worker: () => ({ ...worker, partitions }) })
  const ages = (await samples()).filter((line) => line.startsWith('tributary_unflushed_age'))
  expect(ages.map((line) => line.split(' ')[1])).toEqual(['30', '0'])
})

it('shows which services answered', async () => {
  const { samples } = watch({ services: () => ({ kafka: true, redis: false }) })
  expect((await samples()).filter((line) => line.startsWith('tributary_service_up'))).toEqual([
    'tributary_service_up{service="kafka"} 1',
    'tributary_service_up{service="redis"} 0',
  ])
})

it('logs one JSON object a line: level, time, event, topic, fields, words', () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 2, 3, 4, 5, 6) })
  const { telemetry, lines } = watch()
  telemetry.log('info', 'partition_acquired', 'goes on at 7', { partition: 2, next: 7 })
  expect(lines).toEqual([
    '{"level":"info","time":"2026-01-02T03:04:05.006Z","event":"partition_acquired",' +
      '"topic":"events","partition":2,"next":7,"msg":"goes on at 7"}\n',
  ])
})

it('leaves out what lies below its level', () => {
  const { telemetry, parsed } = watch({ level: 'warn' })
  telemetry.log('debug', 'flush_failed', 'a')
  telemetry.log('info', 'flush_failed', 'b')
  telemetry.log('warn', 'flush_failed', 'c')
  telemetry.log('error', 'flush_failed', 'd')
  expect(parsed().map(({ msg }) => msg)).toEqual(['c', 'd'])
})

it('holds back a warning that repeats, for its own partition, and counts what it held back', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 0 })
  const { telemetry, parsed, samples } = watch()
  const warn = (partition: number) =>
    telemetry.log('warn', 'partition_retry', 'again', { partition })
  for (let i = 0; i < 100; i++) warn(0)
  warn(1)
  telemetry.log('warn', 'flush_failed', 'other')
  const shown = () =>
    parsed().map(({ event, partition, suppressed }) => [event, partition, suppressed])
  expect(shown()).toEqual([
    ...Array.from({ length: 5 }, () => ['partition_retry', 0, undefined]),
    ['partition_retry', 1, undefined],
    ['flush_failed', undefined, undefined],
  ])
  vi.setSystemTime(60_000)
  warn(0)
  expect(shown().at(-1)).toEqual(['partition_retry', 0, 95])
  expect(await samples()).toContain(
    'tributary_log_lines_suppressed_total{event="partition_retry"} 95',
  )
})

it('never holds back an error', () => {
  const { telemetry, lines } = watch()
  for (let i = 0; i < 50; i++)
    telemetry.log('error', 'partition_halted', 'halted', { partition: 0 })
  expect(lines).toHaveLength(50)
})
