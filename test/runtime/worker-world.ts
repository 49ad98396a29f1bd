// A topic of real wire records in four partitions, its group, and workers that come and go over
// memory twins. What is driven is the production worker; only the ports are here, and time is
// virtual.
import { createMemoryLedger } from '../../src/adapters/memory/memory-ledger.ts'
import type { MemoryLedger } from '../../src/adapters/memory/memory-ledger.ts'
import { MemoryDeadLetters } from '../../src/adapters/memory/memory-dead-letters.ts'
import { MemoryStateStore } from '../../src/adapters/memory/memory-state-store.ts'
import { createGenerator } from '../../src/adapters/generator/generator.ts'
import { generatorOptions } from '../../src/adapters/generator/options.ts'
import { noProbe, noTelemetry } from '../../src/adapters/process/system.ts'
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts'
import { TABLES } from '../../src/core/tables.ts'
import type { SourceRecord } from '../../src/ports/record-source.ts'
import type { Count, LogEvent, LogFields, Telemetry } from '../../src/ports/telemetry.ts'
import { judgeSpan } from '../../src/runtime/judge-span.ts'
import { DEFAULT_LIMITS } from '../../src/runtime/partition-options.ts'
import { PartitionWorker } from '../../src/runtime/partition-worker.ts'
import { Worker } from '../../src/runtime/worker.ts'
import { DEFAULT_TIMINGS } from '../../src/runtime/worker-options.ts'
import type { WorkerOptions } from '../../src/runtime/worker-options.ts'
import { partitionOf } from '../../src/schema/partitioners.ts'
import { createRecordParser } from '../../src/schema/record.ts'
import { createDraw } from '../logs/moves.ts'
import type { Draw } from '../logs/moves.ts'
import { SimulatedTopic } from './simulated-topic.ts'
import type { SimulatedSource } from './simulated-topic.ts'
import { VirtualClock } from './virtual-clock.ts'
import { stateOf } from './world.ts'

export const PARTITIONS = 4
const HOUR_MS = 3_600_000

export interface WorkerWorld {
  readonly clock: VirtualClock
  readonly topic: SimulatedTopic
  readonly stores: readonly MemoryStateStore[]
  readonly ledger: MemoryLedger
  readonly deadLetters: MemoryDeadLetters
  readonly draw: Draw
  readonly told: Told
}

/** What was logged and counted. */
export class Told implements Telemetry {
  readonly lines: { event: LogEvent; message: string; fields: LogFields }[] = []
  readonly counts = new Map<Count, number>()
  readonly outcomes = (): void => undefined
  readonly took = (): void => undefined

  log(_: string, event: LogEvent, message: string, fields: LogFields = {}): void {
    this.lines.push({ event, message, fields })
  }

  count(what: Count, _: number, amount = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + amount)
  }

  of(event: LogEvent) {
    return this.lines.filter((line) => line.event === event)
  }
}

export function createWorkerWorld(seed: number, events = 400): WorkerWorld {
  const logs = logsOf(seed, events)
  const lastMs = Math.max(...logs.map((log) => log.at(-1)?.timeMs ?? 0))
  const clock = new VirtualClock(lastMs + HOUR_MS)
  const draw = createDraw(seed)
  return {
    clock,
    topic: new SimulatedTopic(logs, clock, draw),
    stores: logs.map(() => new MemoryStateStore()),
    ledger: createMemoryLedger(),
    deadLetters: new MemoryDeadLetters(),
    draw,
    told: new Told(),
  }
}

function logsOf(seed: number, events: number): SourceRecord[][] {
  const logs: SourceRecord[][] = Array.from({ length: PARTITIONS }, () => [])
  const options = { events, seed, late: 0.1, duplicate: 0.1, invalid: 0.05 }
  for (const { timeMs, key, value } of createGenerator(generatorOptions(options))) {
    const bytes = Buffer.from(key)
    const log = logs[partitionOf(bytes, 'murmur2', PARTITIONS)]!
    log.push({ offset: log.length, timeMs, key: bytes, value: Buffer.from(value) })
  }
  return logs
}

/** A worker that has not started, as a new member of the group; `changes` are taken as they are. */
export function createMember(
  world: WorkerWorld,
  changes: Partial<WorkerOptions> = {},
): { worker: Worker; source: SimulatedSource } {
  const source = world.topic.member()
  const { clock, ledger, deadLetters, draw, told, stores } = world
  const name = draw(0, 999_999)
  let tokens = 0
  const options: WorkerOptions = {
    source,
    ticks: null,
    ledger,
    deadLetters,
    storeOf: (partition) => stores[partition]!,
    settings: DEFAULT_SETTINGS,
    fingerprint: 'f',
    partitioner: 'murmur2',
    start: 'earliest',
    allowCreateTime: false,
    onHalt: 'partition',
    limits: DEFAULT_LIMITS,
    timings: DEFAULT_TIMINGS,
    clock,
    random: { token: () => `${name}-${tokens++}` },
    probe: noProbe,
    telemetry: told,
    ...changes,
  }
  return { worker: new Worker(options), source }
}

/** All records of the logs are in the stores. */
export const isConsumed = async ({ stores, topic }: WorkerWorld): Promise<boolean> => {
  const owners = await Promise.all(stores.map((store) => store.owner()))
  return owners.every(({ meta }, i) => meta?.next === topic.logs[i]!.high)
}

/** The stores' bytes and the ledger's rows. */
export async function resultOf({ stores, ledger }: WorkerWorld) {
  const rows = TABLES.map(({ name }) =>
    ledger
      .rows(name)
      .map((row) => JSON.stringify(row))
      .sort(),
  )
  return { states: await Promise.all(stores.map(stateOf)), rows }
}

/** What one undisturbed owner of each partition makes of the same logs. */
export async function expectedOf({ topic }: WorkerWorld) {
  const world = { ...createWorkerWorld(0, 1), ledger: createMemoryLedger() }
  const counts = [{ fromOffset: 0, count: PARTITIONS }]
  for (const [partition, { records, low, high }] of topic.logs.entries()) {
    const worker = new PartitionWorker({
      topic: topic.topic,
      partition,
      group: topic.group,
      start: 'earliest',
      allowCreateTime: false,
      settings: DEFAULT_SETTINGS,
      fingerprint: 'f',
      limits: DEFAULT_LIMITS,
      store: world.stores[partition]!,
      ledger: world.ledger,
      deadLetters: world.deadLetters,
      clock: { now: () => Number.MAX_SAFE_INTEGER / 2, sleep: () => Promise.resolve() },
      random: { token: () => 'undisturbed' },
      probe: noProbe,
      telemetry: noTelemetry,
    })
    const readAt = () => Promise.resolve(null)
    await worker.acquire({ facts: topic.facts, bounds: { low, high }, groupNext: null, readAt })
    const parser = createRecordParser(DEFAULT_SETTINGS, { partitioner: 'murmur2', counts })
    const span = { topic: topic.topic, partition, from: low, to: high, records }
    await worker.apply(judgeSpan(span, parser))
    await worker.flush()
  }
  return resultOf(world)
}
