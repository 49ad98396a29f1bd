import { expect, it } from 'vitest'
import { readiness } from '../../src/cli/run-readiness.ts'
import type { RunState } from '../../src/cli/run-readiness.ts'
import type { PartitionStatus, WorkerStatus } from '../../src/runtime/worker-options.ts'

const UP = { isUp: true, message: '' }
const services = { kafka: UP, redis: UP, clickhouse: UP }
const worker: WorkerStatus = { isMember: true, isStopping: false, partitions: [], flushedMs: 0 }
const partition = (given: Partial<PartitionStatus>): PartitionStatus => ({
  partition: 3,
  state: 'running',
  reason: '',
  message: '',
  next: 0,
  low: 0,
  high: 0,
  streamTimeMs: 0,
  unflushedRows: 0,
  unflushedSinceMs: 0,
  duePersons: 0,
  dictionaryFill: [],
  ...given,
})

/** The checks that are not in order, as `name: state: message`. */
const wrong = (given: Partial<RunState>) =>
  readiness({ worker, services, isStopping: false, ...given })
    .filter(({ state }) => state !== 'ok')
    .map(({ name, state, message }) => `${name}: ${state}: ${message}`)

const withPartition = (given: Partial<PartitionStatus>) =>
  wrong({ worker: { ...worker, partitions: [partition(given)] } })

it('is in order when every check is', () => {
  const checks = readiness({
    worker: { ...worker, partitions: [partition({}), partition({ partition: 4 })] },
    services,
    isStopping: false,
  })
  expect(checks.map(({ name, state }) => `${name} ${state}`)).toEqual(
    ['worker', 'kafka', 'redis', 'clickhouse', 'partition 3', 'partition 4'].map((n) => `${n} ok`),
  )
})

it('is not ready before there is a worker, and before that has joined', () => {
  expect(wrong({ worker: null, services: null })).toEqual([
    'worker: failed: starting',
    'kafka: failed: not asked yet',
    'redis: failed: not asked yet',
    'clickhouse: failed: not asked yet',
  ])
  expect(wrong({ worker: { ...worker, isMember: false } })).toEqual([
    'worker: failed: not a member of the group yet',
  ])
})

it('is not ready from the moment it was asked to stop', () => {
  expect(wrong({ isStopping: true })).toEqual(['worker: failed: stopping'])
  expect(wrong({ isStopping: true, worker: null })).toEqual(['worker: failed: stopping'])
  expect(wrong({ worker: { ...worker, isStopping: true } })).toEqual(['worker: failed: stopping'])
})

it.each(['kafka', 'redis'] as const)('is not ready while %s is down', (name) => {
  const down = { ...services, [name]: { isUp: false, message: 'gone' } }
  expect(wrong({ services: down })).toEqual([`${name}: failed: gone`])
})

it('is merely degraded while ClickHouse is down, or rows wait for it', () => {
  const down = { ...services, clickhouse: { isUp: false, message: 'gone' } }
  expect(wrong({ services: down })).toEqual(['clickhouse: degraded: gone'])
  expect(withPartition({ state: 'paused', reason: 'unflushed_rows' })).toEqual([
    'partition 3: degraded: paused: unflushed_rows',
  ])
})

it('is not ready while a partition is halted, or waits for Redis or Kafka', () => {
  const halted = { state: 'halted', reason: 'state_missing', message: 'no state' } as const
  expect(withPartition(halted)).toEqual(['partition 3: failed: halted: state_missing: no state'])
  for (const reason of ['store', 'dead_letters', 'log'] as const) {
    expect(withPartition({ state: 'paused', reason })).toEqual([
      `partition 3: failed: paused: ${reason}`,
    ])
  }
})

it('says which partitions are still being acquired, and why that takes so long', () => {
  const acquiring = { state: 'acquiring', next: -1, low: -1, high: -1 } as const
  expect(withPartition(acquiring)).toEqual(['partition 3: degraded: acquiring'])
  expect(withPartition({ ...acquiring, message: 'ClickHouse is down' })).toEqual([
    'partition 3: degraded: acquiring: ClickHouse is down',
  ])
})
