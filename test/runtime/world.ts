// One partition over memory twins: a log, a store, a ledger, a dead-letter sink, and workers that
// come and go. What is driven is the production runtime; only the ports are here.
import { createMemoryLedger } from '../../src/adapters/memory/memory-ledger.ts'
import { MemoryDeadLetters } from '../../src/adapters/memory/memory-dead-letters.ts'
import { MemoryStateStore } from '../../src/adapters/memory/memory-state-store.ts'
import type { Settings } from '../../src/core/settings.ts'
import { TABLES } from '../../src/core/tables.ts'
import { noTelemetry } from '../../src/adapters/process/system.ts'
import type { SourceRecord, TopicFacts } from '../../src/ports/record-source.ts'
import type { StateStore } from '../../src/ports/state-store.ts'
import { DEFAULT_LIMITS } from '../../src/runtime/partition-options.ts'
import type {
  JudgedSpan,
  Limits,
  LogView,
  PartitionOptions,
} from '../../src/runtime/partition-options.ts'
import { PartitionWorker } from '../../src/runtime/partition-worker.ts'
import { toCoreRecord } from '../core/run-core.ts'
import { createDraw } from '../logs/moves.ts'
import type { Draw } from '../logs/moves.ts'
import type { LogRecord } from '../oracle/log.ts'
import { faultyDeadLetters, faultyLedger, faultyStore } from './faults.ts'
import type { FaultRates } from './faults.ts'
import { patientClock } from './patient-clock.ts'

export const NO_FAULTS: FaultRates = { store: 0, ledger: 0, deadLetters: 0 }
export const TOPIC = 'events'
export const PARTITION = 3
const FACTS: TopicFacts = {
  clusterId: 'test',
  topicId: 'first',
  partitions: 4,
  isCompacted: false,
  isCreateTime: false,
}

/** A store whose journeys can be listed. */
export type ListedStore = StateStore & Pick<MemoryStateStore, 'journeys'>

export interface World {
  readonly log: readonly LogRecord[]
  readonly settings: Settings
  readonly store: ListedStore
  readonly ledger: ReturnType<typeof createMemoryLedger>
  readonly deadLetters: MemoryDeadLetters
  readonly draw: Draw
  rates: FaultRates
}

export function createWorld(log: readonly LogRecord[], settings: Settings, seed = 0): World {
  return {
    log,
    settings,
    store: new MemoryStateStore(),
    ledger: createMemoryLedger(),
    deadLetters: new MemoryDeadLetters(),
    draw: createDraw(seed),
    rates: NO_FAULTS,
  }
}

/** A worker whose every port may fail as `world.rates` say; `ports` are taken as they are. */
export function createWorker(
  world: World,
  limits: Partial<Limits> = {},
  ports: Partial<PartitionOptions> = {},
): PartitionWorker {
  return new PartitionWorker({ ...optionsOf(world, limits), ...ports })
}

/** What such a worker is given. */
export function optionsOf(world: World, limits: Partial<Limits> = {}): PartitionOptions {
  let tokens = 0
  const { draw, rates } = world
  const name = draw(0, 999_999)
  return {
    topic: TOPIC,
    partition: PARTITION,
    group: 'workers',
    start: 'earliest',
    allowCreateTime: false,
    settings: world.settings,
    fingerprint: 'f',
    limits: { ...DEFAULT_LIMITS, ...limits },
    store: faultyStore(world.store, draw, rates),
    ledger: faultyLedger(world.ledger, draw, rates),
    deadLetters: faultyDeadLetters(world.deadLetters, draw, rates),
    clock: patientClock(() => Number.MAX_SAFE_INTEGER - 1e9),
    random: { token: () => `${name}-${tokens++}` },
    probe: { at: () => undefined },
    telemetry: noTelemetry,
  }
}

export const endOf = (world: World): number => world.log.at(-1)!.offset + 1

export function sourceRecord(record: LogRecord): SourceRecord {
  const { offset, timeMs } = record
  return { offset, timeMs, key: null, value: Buffer.from(JSON.stringify(record)) }
}

/** What every look at the log shows; `change` of it. */
export function logView(
  world: World,
  change: (view: LogView) => LogView = (view) => view,
): LogView {
  return change({
    facts: FACTS,
    bounds: { low: 0, high: endOf(world) },
    groupNext: null,
    readAt: (offset) => {
      const record = world.log.find((one) => one.offset === offset)
      return Promise.resolve(record === undefined ? null : sourceRecord(record))
    },
    again: () => Promise.resolve(logView(world, change)),
  })
}

/** The records of [from, to), whatever offsets are missing in between. */
export function spanOf(world: World, from: number, to: number): JudgedSpan {
  const records = world.log.slice(placeOf(world.log, from), placeOf(world.log, to))
  return { from, to, records: records.map(toCoreRecord), source: (i) => sourceRecord(records[i]!) }
}

/** How many records of the log lie below an offset. */
export function placeOf(log: readonly LogRecord[], offset: number): number {
  let low = 0
  let high = log.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (log[middle]!.offset < offset) low = middle + 1
    else high = middle
  }
  return low
}

/** Where a span that starts at `from` and has about `size` offsets ends. */
export const spanEnd = (world: World, from: number, size: number): number =>
  Math.min(endOf(world), from + size)

/** Reads to the end of the log in spans of a drawn size, acquiring again after every failure. */
export async function driveToEnd(
  world: World,
  worker: PartitionWorker,
  sizes: { readonly from: number; readonly to: number },
): Promise<void> {
  for (;;) {
    try {
      let next = await worker.acquire(logView(world))
      while (next < endOf(world)) {
        const to = spanEnd(world, next, world.draw(sizes.from, sizes.to))
        await worker.apply(spanOf(world, next, to))
        next = to
        if (world.draw(0, 9) === 0) await worker.flush()
      }
      await worker.flush()
      return
    } catch (error) {
      if (world.rates === NO_FAULTS) throw error
    }
  }
}

/** Everything the store holds but the ledger, which depends on when flushes happened. */
export async function stateOf(store: ListedStore): Promise<string> {
  const { meta } = await store.owner()
  const journeys = [...store.journeys()].map(
    ({ person, bytes }) =>
      `${Buffer.from(person).toString('hex')} ${Buffer.from(bytes).toString('hex')}`,
  )
  const due = await store.loadDue(0, Number.MAX_SAFE_INTEGER)
  return JSON.stringify({
    meta,
    journeys: journeys.sort(),
    dictionary: await store.loadDictionary(),
    due: due.map(({ hour, persons }) => [hour, Buffer.from(persons).toString('hex')]),
  })
}

/** The winning rows of ClickHouse's twin, as sorted texts per table. */
export function ledgerRows(world: World): Map<string, string[]> {
  return new Map(
    TABLES.map(({ name }) => [
      name,
      world.ledger
        .rows(name)
        .map((r) => JSON.stringify(r))
        .sort(),
    ]),
  )
}
