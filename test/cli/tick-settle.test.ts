// The end of a backfill, with the production runtime over the memory twins: the last touch is that
// which the core saw, the ticks that are appended end every path, and no more are than it takes.
import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { createGenerator } from '../../src/adapters/generator/generator.ts'
import { generatorOptions } from '../../src/adapters/generator/options.ts'
import { MemoryDeadLetters } from '../../src/adapters/memory/memory-dead-letters.ts'
import { createMemoryLedger } from '../../src/adapters/memory/memory-ledger.ts'
import { MemoryLog } from '../../src/adapters/memory/memory-log.ts'
import { MemoryStateStore } from '../../src/adapters/memory/memory-state-store.ts'
import {
  noProbe,
  noTelemetry,
  systemClock,
  systemRandom,
} from '../../src/adapters/process/system.ts'
import { lastTouchOf } from '../../src/cli/tick-last-touch.ts'
import { settlePartition } from '../../src/cli/tick-settle.ts'
import type { Settling } from '../../src/cli/tick-settle.ts'
import { PATH_OPEN } from '../../src/core/journey-layout.ts'
import { Journey } from '../../src/core/journey.ts'
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts'
import type { Settings } from '../../src/core/settings.ts'
import { TICK_HEADER } from '../../src/ports/tick-sink.ts'
import { judgeSpan } from '../../src/runtime/judge-span.ts'
import { DEFAULT_LIMITS } from '../../src/runtime/partition-options.ts'
import type { LogView } from '../../src/runtime/partition-options.ts'
import { PartitionWorker } from '../../src/runtime/partition-worker.ts'
import { createRecordParser } from '../../src/schema/record.ts'
import { settingsFingerprint } from '../../src/schema/settings-fingerprint.ts'

const DAY = 86_400_000
const START = Date.UTC(2020, 0)
const PLACEMENT = { partitioner: 'none', counts: [{ fromOffset: 0, count: 1 }] } as const
const FACTS = {
  clusterId: 'test',
  topicId: '',
  partitions: 1,
  isCompacted: false,
  isCreateTime: true,
}

/** A log of one partition, its state, and a worker that goes on when it is asked to. */
function createWorld(settings: Settings) {
  const options = { topic: 'events', clock: systemClock, facts: FACTS, recordsMax: 700, waitMs: 0 }
  const log = new MemoryLog(options)
  const store = new MemoryStateStore()
  const worker = new PartitionWorker({
    topic: 'events',
    partition: 0,
    group: 'group',
    start: 'earliest',
    allowCreateTime: true,
    settings,
    fingerprint: settingsFingerprint(settings, 'murmur2'),
    limits: DEFAULT_LIMITS,
    store,
    ledger: createMemoryLedger(),
    deadLetters: new MemoryDeadLetters(),
    clock: systemClock,
    random: systemRandom,
    probe: noProbe,
    telemetry: noTelemetry,
  })
  const parser = createRecordParser(settings, PLACEMENT)
  const look = async (): Promise<LogView> => {
    const readAt = (offset: number) => Promise.resolve(log.readAt(0, offset))
    return { facts: FACTS, bounds: log.bounds(0), groupNext: null, readAt, again: look }
  }
  const consume = async () => {
    if (worker.committed === null) await worker.acquire(await look())
    while (worker.computedNext < log.bounds(0).high) {
      const { span } = await log.read(0, worker.computedNext)
      await worker.apply(judgeSpan(span, parser))
    }
    await worker.drain()
  }
  const times: number[] = []
  const append = (_: number, timeMs = 0) => {
    times.push(timeMs)
    const headers = { [TICK_HEADER]: Buffer.from('1') }
    log.append(0, { timeMs, key: null, value: Buffer.of(), headers })
    return Promise.resolve()
  }
  const settling: Omit<Settling, 'tickMs'> = {
    topic: 'events',
    partition: 0,
    inactivityGapMs: settings.inactivityGapMs,
    source: { bounds: (partition) => Promise.resolve(log.bounds(partition)) },
    ticks: { append },
    store,
    patienceMs: 60_000,
    sleep: consume,
    now: () => 0,
    onLeft: () => undefined,
  }
  return { log, store, worker, consume, settling, times }
}

function openPaths(store: MemoryStateStore): number {
  let open = 0
  for (const { bytes } of store.journeys()) {
    const words = new Int32Array(bytes.slice().buffer)
    const journey = new Journey()
    journey.decode(words, 0, words.length)
    if (journey.pathState === PATH_OPEN) open++
  }
  return open
}

const question = (settings: Settings, to: number) => ({
  partition: 0,
  from: 0,
  to,
  settings,
  placement: PLACEMENT,
  signal: new AbortController().signal,
  onPassed: () => undefined,
})

describe('the last touch of a partition', () => {
  test.prop(
    [
      fc.integer({ min: 0, max: 1e6 }),
      fc.constantFrom(1, 3, 40),
      fc.constantFrom('default', ['view']),
    ],
    { numRuns: 12 },
  )(
    'is what the core saw, whatever is late, broken or ahead',
    async (seed, persons, touchActions) => {
      const settings = { ...DEFAULT_SETTINGS, touchActions, latenessMs: 2 * DAY } as Settings
      const world = createWorld(settings)
      const options = { events: 400, seed, persons, startMs: START, late: 0.2, duplicate: 0.1 }
      for (const { key, value, timeMs } of createGenerator(generatorOptions(options))) {
        world.log.append(0, { timeMs, key: Buffer.from(key), value: Buffer.from(value) })
      }
      world.log.appendGap(0, 3)
      await world.consume()
      const passed: number[] = []
      const found = await lastTouchOf(world.log, {
        ...question(settings, world.log.bounds(0).high),
        onPassed: (offsets) => passed.push(offsets),
      })
      const { seen, streamTimeMs } = world.worker.partition!
      expect(found).toEqual({ partition: 0, lastTouchMs: seen.lastTouchMs, streamTimeMs })
      expect(passed.reduce((sum, one) => sum + one, 0)).toBe(403)
    },
  )

  it('goes on behind a batch that nobody can decode', async () => {
    const { log } = createWorld(DEFAULT_SETTINGS)
    log.appendUndecodable(0, 5, 'CRC mismatch')
    const event = { event_id: 'e', user_hash: 'u', channel: 'ig', action_type: 'view' }
    const value = Buffer.from(JSON.stringify({ ...event, timestamp: START }))
    log.append(0, { timeMs: START + 7, key: Buffer.from('u'), value })
    const found = await lastTouchOf(log, question(DEFAULT_SETTINGS, 6))
    expect(found).toEqual({ partition: 0, lastTouchMs: START, streamTimeMs: START + 7 })
  })
})

describe('settling a partition', () => {
  /** So many persons with one touch each, over ten days. */
  function crowd(persons: number) {
    const world = createWorld(DEFAULT_SETTINGS)
    for (let i = 0; i < persons; i++) {
      const timeMs = START + Math.floor((i / persons) * 10 * DAY)
      const event = { event_id: `e${i}`, user_hash: `u${i}`, channel: 'ig', action_type: 'view' }
      const value = Buffer.from(JSON.stringify({ ...event, timestamp: timeMs }))
      world.log.append(0, { timeMs, key: Buffer.from(`u${i}`), value })
    }
    return { ...world, tickMs: START + 40 * DAY + 1 }
  }

  it.each([
    [0, 0],
    [1, 1],
    [1_024, 1],
    [1_025, 2],
    [5_000, 5],
  ])(
    'ends the paths of %i persons with %i ticks, and none the next time',
    async (persons, least) => {
      const { store, settling, tickMs, times, consume } = crowd(persons)
      await consume()
      expect(openPaths(store)).toBe(persons)
      const ticks = await settlePartition({ ...settling, tickMs })
      expect(openPaths(store)).toBe(0)
      // A partition in which nothing is due gets the one tick that tells so.
      expect(ticks).toBe(Math.max(1, least))
      expect(times).toEqual(Array.from({ length: ticks }, () => tickMs))
      expect(await settlePartition({ ...settling, tickMs })).toBe(0)
    },
  )

  it('waits for a worker that is behind, and says how far', async () => {
    const { store, settling, tickMs } = crowd(50)
    const left: number[] = []
    const onLeft = (_: number, records: number) => left.push(records)
    expect(await settlePartition({ ...settling, tickMs, onLeft })).toBe(1)
    expect(openPaths(store)).toBe(0)
    expect(left).toEqual([51, 0])
  })

  it('gives up when no worker moves, after one tick', async () => {
    const { settling, tickMs, times } = crowd(3)
    let ms = 0
    const sleep = () => Promise.resolve()
    const now = () => (ms += 20_000)
    const run = settlePartition({ ...settling, tickMs, sleep, now })
    await expect(run).rejects.toMatchObject({
      code: 'TRIBUTARY_WORKER_UNAVAILABLE',
      exitCode: 69,
      message: 'no worker has moved events/0 for 60 s: there is no state of it',
    })
    expect(times).toHaveLength(1)
  })
})
