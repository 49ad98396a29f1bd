// A topic of real wire records in four partitions, its group, and workers that come and go over
// memory twins. What is driven is the production worker; only the ports are here, and time is
// virtual.
import { createMemoryLedger } from '../../src/adapters/memory/memory-ledger.ts'
import type { MemoryLedger } from '../../src/adapters/memory/memory-ledger.ts'
import { MemoryDeadLetters } from '../../src/adapters/memory/memory-dead-letters.ts'
import { MemoryLog } from '../../src/adapters/memory/memory-log.ts'
import type { MemoryMember } from '../../src/adapters/memory/memory-log.ts'
import { MemoryStateStore } from '../../src/adapters/memory/memory-state-store.ts'
import { createGenerator } from '../../src/adapters/generator/generator.ts'
import { generatorOptions } from '../../src/adapters/generator/options.ts'
import { noProbe, noTelemetry } from '../../src/adapters/process/system.ts'
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts'
import { TABLES } from '../../src/core/tables.ts'
import type { RecordSource, SourceRecord } from '../../src/ports/record-source.ts'
import type { TickSink } from '../../src/ports/tick-sink.ts'
import { TICK_HEADER } from '../../src/ports/tick-sink.ts'
import type {
  Count,
  LogEvent,
  LogFields,
  SoldChange,
  Telemetry,
} from '../../src/ports/telemetry.ts'
import { judgeSpan } from '../../src/runtime/judge-span.ts'
import { DEFAULT_LIMITS } from '../../src/runtime/partition-options.ts'
import type { LogView } from '../../src/runtime/partition-options.ts'
import { PartitionWorker } from '../../src/runtime/partition-worker.ts'
import { Worker } from '../../src/runtime/worker.ts'
import { DEFAULT_TIMINGS } from '../../src/runtime/worker-options.ts'
import type { WorkerOptions } from '../../src/runtime/worker-options.ts'
import { partitionOf } from '../../src/schema/partitioners.ts'
import { createRecordParser } from '../../src/schema/record.ts'
import { createDraw } from '../logs/moves.ts'
import type { Draw } from '../logs/moves.ts'
import { Balance } from './balance.ts'
import { VirtualClock } from './virtual-clock.ts'
import { stateOf } from './world.ts'
import type { ListedStore } from './world.ts'
import { patientClock } from './patient-clock.ts'

export const PARTITIONS = 4
const GROUP = 'workers'
const READ_WAIT_MS = 1_000
const HOUR_MS = 3_600_000

export interface WorkerWorld {
  readonly clock: VirtualClock
  readonly log: MemoryLog
  readonly stores: readonly ListedStore[]
  readonly ledger: MemoryLedger
  readonly deadLetters: MemoryDeadLetters
  readonly draw: Draw
  readonly told: Told
}

/** What was logged and counted. */
export class Told implements Telemetry {
  readonly lines: { event: LogEvent; message: string; fields: LogFields }[] = []
  readonly counts = new Map<Count, number>()
  readonly balance = new Balance()
  /** Moments at which it did not hold. */
  readonly imbalances: string[] = []
  /** Orders by currency. */
  readonly orders = new Map<string, number>()
  readonly outcomes: Telemetry['outcomes'] = (...told) => this.balance.outcomes(...told)
  readonly inFlight: Telemetry['inFlight'] = (...told) => this.balance.inFlight(...told)

  took(): void {
    this.#check()
  }

  sold(currency: string, { orders }: SoldChange): void {
    this.orders.set(currency, (this.orders.get(currency) ?? 0) + orders)
  }

  log(_: string, event: LogEvent, message: string, fields: LogFields = {}): void {
    this.#check()
    this.lines.push({ event, message, fields })
  }

  count(what: Count, _: number, amount = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + amount)
    this.balance.count(what, amount)
  }

  #check(): void {
    const { mistake } = this.balance
    if (mistake !== '') this.imbalances.push(mistake)
  }

  of(event: LogEvent) {
    return this.lines.filter((line) => line.event === event)
  }
}

/** Records in the order of their times; their offsets are those that the log gives them. */
type Appended = Omit<SourceRecord, 'offset'> & { readonly partition: number }

export function createWorkerWorld(seed: number, events = 400): WorkerWorld {
  const records = recordsOf(seed, events)
  const clock = new VirtualClock(records.at(-1)!.timeMs + HOUR_MS)
  const draw = createDraw(seed)
  const log = new MemoryLog({
    topic: 'events',
    clock,
    facts: { clusterId: 'test', partitions: PARTITIONS, isCompacted: false, isCreateTime: false },
    recordsMax: draw(1, 20),
    waitMs: READ_WAIT_MS,
  })
  for (const { partition, ...record } of records) log.append(partition, record)
  return {
    clock,
    log,
    stores: Array.from({ length: PARTITIONS }, () => new MemoryStateStore()),
    ledger: createMemoryLedger(),
    deadLetters: new MemoryDeadLetters(),
    draw,
    told: new Told(),
  }
}

export function recordsOf(seed: number, events: number): Appended[] {
  const persons = Math.max(40, events >> 1)
  const options = { events, seed, persons, late: 0.1, duplicate: 0.1, invalid: 0.05 }
  return [...createGenerator(generatorOptions(options))].map(({ timeMs, key, value }) => {
    const bytes = Buffer.from(key)
    const partition = partitionOf(bytes, 'murmur2', PARTITIONS)
    return { partition, timeMs, key: bytes, value: Buffer.from(value) }
  })
}

/** More records, as of now; `beside`: so many partitions beside that of their key. */
export function appendMore(
  { log, clock }: WorkerWorld,
  events: number,
  { beside = 0, seed = 77 } = {},
): void {
  for (const { partition, ...record } of recordsOf(seed, events)) {
    log.append((partition + beside) % PARTITIONS, { ...record, timeMs: clock.now() })
  }
}

/** Appends to the log itself, with the broker's time. */
export const ticksOf = ({ log, clock }: WorkerWorld): TickSink => ({
  append: async (partition) => {
    const headers = { [TICK_HEADER]: null }
    log.append(partition, { timeMs: clock.now(), key: null, value: null, headers })
  },
})

export const highs = ({ log }: WorkerWorld): number[] =>
  Array.from({ length: PARTITIONS }, (_, partition) => log.bounds(partition).high)

interface Member {
  readonly worker: Worker
  /** As the group knows it. */
  readonly member: MemoryMember
}

/** A worker that has not started, as a new member of the group; `changes` are taken as they are. */
export function createMember(
  world: WorkerWorld,
  changes: Partial<WorkerOptions> = {},
  through: (source: RecordSource) => RecordSource = (source) => source,
): Member {
  const member = world.log.member(GROUP)
  const source = through(member)
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
  return { worker: new Worker(options), member }
}

/** Where the stores stand; -1: nowhere yet. */
export const nexts = async ({ stores }: WorkerWorld): Promise<number[]> => {
  const owners = await Promise.all(stores.map((store) => store.owner()))
  return owners.map(({ meta }) => meta?.next ?? -1)
}

/** All records of the logs are in the stores. */
export const isConsumed = async (world: WorkerWorld): Promise<boolean> =>
  (await nexts(world)).join() === highs(world).join()

/** The stores' bytes and the ledger's rows. */
export async function resultOf({ stores, ledger }: Pick<WorkerWorld, 'stores' | 'ledger'>) {
  const rows = TABLES.map(({ name }) =>
    ledger
      .rows(name)
      .map((row) => JSON.stringify(row))
      .sort(),
  )
  return { states: await Promise.all(stores.map(stateOf)), rows }
}

/** What one undisturbed owner of each partition makes of the same logs, up to those offsets. */
export async function expectedOf(world: WorkerWorld, ends = highs(world)) {
  const { log } = world
  const stores = ends.map(() => new MemoryStateStore())
  const ledger = createMemoryLedger()
  const counts = [{ fromOffset: 0, count: PARTITIONS }]
  for (const [partition, end] of ends.entries()) {
    const worker = new PartitionWorker({
      topic: log.topic,
      partition,
      group: GROUP,
      start: 'earliest',
      allowCreateTime: false,
      settings: DEFAULT_SETTINGS,
      fingerprint: 'f',
      limits: DEFAULT_LIMITS,
      store: stores[partition]!,
      ledger,
      deadLetters: new MemoryDeadLetters(),
      clock: patientClock(() => Number.MAX_SAFE_INTEGER / 2),
      random: { token: () => 'undisturbed' },
      probe: noProbe,
      telemetry: noTelemetry,
    })
    const view: LogView = {
      facts: log.factsNow(),
      bounds: log.bounds(partition),
      groupNext: null,
      readAt: () => Promise.resolve(null),
      again: () => Promise.resolve(view),
    }
    await worker.acquire(view)
    const parser = createRecordParser(DEFAULT_SETTINGS, { partitioner: 'murmur2', counts })
    const records = Array.from({ length: end }, (_, offset) => log.readAt(partition, offset)!)
    const span = { topic: log.topic, partition, from: 0, to: end, records }
    await worker.apply(judgeSpan(span, parser))
    await worker.flush()
  }
  return resultOf({ stores, ledger })
}
