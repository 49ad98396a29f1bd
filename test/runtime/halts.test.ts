// Every reason to stop a partition, each brought about; and that stopping writes nothing.
import { describe, expect, it } from 'vitest'
import { HALT_REASONS, PartitionHalt } from '../../src/runtime/halt.ts'
import type { HaltReason } from '../../src/runtime/halt.ts'
import type { LogView, PartitionOptions } from '../../src/runtime/partition-options.ts'
import { MemoryStateStore } from '../../src/adapters/memory/memory-state-store.ts'
import { TABLES } from '../../src/core/tables.ts'
import { generateLog } from '../logs/build-log.ts'
import { settingsFor } from '../logs/settings-for.ts'
import { createWorker, createWorld, endOf, logView, spanOf, stateOf } from './world.ts'
import { withMethods } from './with-methods.ts'
import type { World } from './world.ts'
import { patientClock } from './patient-clock.ts'

/** What is wrong when the second worker comes. */
interface Trouble {
  readonly reason: HaltReason
  readonly ports?: (world: World) => Partial<PartitionOptions>
  readonly log?: (world: World, view: LogView) => LogView
}

/** A store without state, which nobody may begin. */
const emptyStore = {
  ports: () => ({
    store: withMethods(new MemoryStateStore(), {
      create: () => Promise.reject(new Error('a state was created')),
    }),
  }),
}
const NOTHING = { bytes: new Uint8Array(), ends: new Int32Array() }
const NO_ROWS = { fields: NOTHING, values: NOTHING }
const withFacts = (view: LogView, facts: Partial<LogView['facts']>): LogView => ({
  ...view,
  facts: { ...view.facts, ...facts },
})
const clockAt = (now: number) => ({
  clock: patientClock(() => now),
})
const latestMs = ({ log }: World): number => Math.max(...log.map(({ timeMs }) => timeMs))

const TROUBLES: Readonly<Record<string, Trouble>> = {
  'there is no state, but ClickHouse knows the partition': {
    ...emptyStore,
    reason: 'state_missing',
  },
  'there is no state, and ClickHouse knows the lineage alone: its first flush was cut off': {
    reason: 'state_missing',
    ports: (world) => ({
      ...emptyStore.ports(),
      ledger: { ...world.ledger, progress: () => Promise.resolve([]) },
    }),
  },
  'there is no state, but the consumer group has been beyond the log’s start': {
    reason: 'state_missing',
    ports: (world) => ({
      ...emptyStore.ports(),
      ledger: {
        ...world.ledger,
        progress: () => Promise.resolve([]),
        lineages: () => Promise.resolve([]),
      },
    }),
    log: (_, view) => ({ ...view, groupNext: view.bounds.low + 1 }),
  },
  'the dictionary has lost an entry': {
    reason: 'state_incomplete',
    ports: ({ store }) => ({
      store: withMethods(store, {
        loadDictionary: async () => (await store.loadDictionary()).slice(1),
      }),
    }),
  },
  'the settings are others': {
    reason: 'settings_changed',
    ports: () => ({ fingerprint: 'another' }),
  },
  'the log is of another cluster': {
    reason: 'another_cluster',
    log: (_, view) => withFacts(view, { clusterId: 'another' }),
  },
  'the consumer group is another': {
    reason: 'another_group',
    ports: () => ({ group: 'another' }),
  },
  'the topic has more partitions than the state was made with': {
    reason: 'partition_count_changed',
    log: (_, view) => withFacts(view, { partitions: view.facts.partitions + 1 }),
  },
  'the topic is compacted': {
    reason: 'compacted_topic',
    log: (_, view) => withFacts(view, { isCompacted: true }),
  },
  'producers give the record times': {
    reason: 'create_time',
    log: (_, view) => withFacts(view, { isCreateTime: true }),
  },
  'the store may evict keys': {
    reason: 'would_evict',
    ports: ({ store }) => ({
      store: withMethods(store, { evictionPolicy: () => Promise.resolve('allkeys-lru') }),
    }),
  },
  'journeys have vanished from the store': {
    reason: 'state_incomplete',
    ports: ({ store }) => ({
      store: withMethods(store, { countJourneys: async () => (await store.countJourneys()) - 1 }),
    }),
  },
  'the rows of a booked hour have vanished from the store': {
    reason: 'state_incomplete',
    ports: ({ store }) => ({
      store: withMethods(store, {
        loadLedger: async () =>
          (await store.loadLedger()).map((hour, i) => (i === 0 ? { ...hour, ...NO_ROWS } : hour)),
      }),
    }),
  },
  'a due list has vanished from the store': {
    reason: 'state_incomplete',
    ports: ({ store }) => ({
      store: withMethods(store, {
        loadDue: async (from, to) =>
          (await store.loadDue(from, to)).map((list) => ({ ...list, persons: new Uint8Array() })),
      }),
    }),
  },
  'the log begins after next': {
    reason: 'before_log_start',
    log: (world, view) => ({ ...view, bounds: { low: endOf(world), high: endOf(world) + 9 } }),
  },
  'the log ends before next': {
    reason: 'beyond_log_end',
    log: (_, view) => ({ ...view, bounds: { low: 0, high: 1 } }),
  },
  'the log ends before where it ended when a rebuild began, of which nothing is applied yet': {
    reason: 'beyond_log_end',
    ports: (world) => ({
      store: withMethods(world.store, {
        acquire: async (token) => {
          const meta = (await world.store.acquire(token))!
          return { ...meta, next: 0, lastRecord: '', activeAt: endOf(world) + 1 }
        },
      }),
    }),
  },
  'the record applied last is another now': {
    reason: 'record_differs',
    log: (_, view) => ({
      ...view,
      readAt: async (offset) => {
        const record = (await view.readAt(offset))!
        return { ...record, value: Buffer.from('another') }
      },
    }),
  },
  'the record applied last is gone although the log reaches back to it': {
    reason: 'record_differs',
    log: (_, view) => ({ ...view, readAt: () => Promise.resolve(null) }),
  },
  'the topic is another of the same name, with the same records': {
    reason: 'record_differs',
    log: (_, view) => withFacts(view, { topicId: 'another' }),
  },
  'a record is more than an hour ahead of the clock': {
    reason: 'clock_ahead',
    ports: (world) => clockAt(latestMs(world) - 3_600_001),
  },
}

/** Everything that is kept anywhere, but for the owner's token. */
async function everything(world: World): Promise<string> {
  const rows = TABLES.map(({ name }) => world.ledger.rows(name))
  return JSON.stringify([await stateOf(world.store), rows, world.deadLetters.letters.length])
}

async function halfWay(): Promise<{ world: World; middle: number }> {
  const settings = settingsFor(0)
  const log = generateLog(0, { settings, records: { min: 40, max: 40 } })
  const world = createWorld(log, settings)
  const middle = log[20]!.offset
  const worker = createWorker(world)
  await worker.acquire(logView(world))
  await worker.apply(spanOf(world, 0, middle))
  await worker.flush()
  return { world, middle }
}

describe('a partition halts', () => {
  it.each(Object.entries(TROUBLES))('when %s, and writes nothing', async (_, trouble) => {
    const { world, middle } = await halfWay()
    const before = await everything(world)
    const worker = createWorker(world, {}, trouble.ports?.(world) ?? {})
    const view = logView(world, (seen) => trouble.log?.(world, seen) ?? seen)
    const work = async (): Promise<void> => {
      await worker.acquire(view)
      await worker.apply(spanOf(world, middle, endOf(world)))
    }
    const error = await work().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(PartitionHalt)
    expect((error as PartitionHalt).reason).toBe(trouble.reason)
    expect(worker.partition).toBeNull()
    expect(await everything(world)).toBe(before)
  })

  it('for every reason there is', () => {
    const brought = new Set(Object.values(TROUBLES).map(({ reason }) => reason))
    // Met while reading the log, so brought about where that is tested.
    brought.add('undecodable_batch')
    expect([...brought].sort()).toEqual([...HALT_REASONS].sort())
  })
})

describe('a partition does not halt', () => {
  it.each([
    [
      'where the record applied last is no longer kept, while the log still reaches next',
      (world: World, view: LogView): LogView => ({
        ...view,
        bounds: { low: world.log[20]!.offset, high: endOf(world) },
        groupNext: view.groupNext,
        readAt: () => Promise.reject(new Error('asked for a record before the log start')),
      }),
    ],
    [
      'where the log has grown',
      (world: World, view: LogView): LogView => ({
        ...view,
        bounds: { low: 0, high: endOf(world) + 1000 },
      }),
    ],
    [
      'where the group has fallen behind or gone ahead',
      (_: World, view: LogView): LogView => ({
        ...view,
        groupNext: 1,
      }),
    ],
  ])('%s', async (_, change) => {
    const { world, middle } = await halfWay()
    const worker = createWorker(world)
    expect(await worker.acquire(logView(world, (seen) => change(world, seen)))).toBe(middle)
    await worker.apply(spanOf(world, middle, endOf(world)))
    await worker.drain()
    expect(worker.committed?.next).toBe(endOf(world))
  })

  it('where the owner before has gone on since the log was looked at', async () => {
    const { world, middle } = await halfWay()
    const early = { ...logView(world), bounds: { low: 0, high: middle - 1 } }
    expect(await createWorker(world).acquire(early)).toBe(middle)
  })

  it('where the topic has grown, and that was accepted, since it was looked at', async () => {
    const { world, middle } = await halfWay()
    const present = logView(world)
    const early = withFacts(present, { partitions: present.facts.partitions - 1 })
    expect(await createWorker(world).acquire(early)).toBe(middle)
  })

  it('at a record exactly one hour ahead of the clock', async () => {
    const { world, middle } = await halfWay()
    const worker = createWorker(world, {}, clockAt(latestMs(world) - 3_600_000))
    await worker.acquire(logView(world))
    await worker.apply(spanOf(world, middle, endOf(world)))
    await worker.drain()
    expect(worker.committed?.next).toBe(endOf(world))
  })

  it('where nobody knows the partition: it begins at the log’s start', async () => {
    const { world } = await halfWay()
    const fresh = createWorld(world.log, world.settings)
    const worker = createWorker(fresh)
    expect(await worker.acquire({ ...logView(fresh), groupNext: 0 })).toBe(0)
    expect((await fresh.store.owner()).meta?.baseOffset).toBe(0)
  })
})
