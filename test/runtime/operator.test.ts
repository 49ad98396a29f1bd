// What an operator can do about a halt: each way on, on the memory twins, with the runtime that
// goes on afterwards. A dry run changes nothing; an execution leaves a row that says why.
import { describe, expect, it } from 'vitest'
import type { UndecodableBatch } from '../../src/ports/record-source.ts'
import { Fenced, PartitionHalt } from '../../src/runtime/halt.ts'
import { acceptPartitions } from '../../src/runtime/operator/accept-partitions.ts'
import type { OperatorContext } from '../../src/runtime/operator/context.ts'
import { beginLineage } from '../../src/runtime/operator/new-lineage.ts'
import type { LineageRequest } from '../../src/runtime/operator/lineage-request.ts'
import { skipBatch } from '../../src/runtime/operator/skip-batch.ts'
import type { LogView } from '../../src/runtime/partition-options.ts'
import { countsAt } from '../../src/schema/partition-counts.ts'
import { generateLog } from '../logs/build-log.ts'
import { settingsFor } from '../logs/settings-for.ts'
import {
  createWorker,
  createWorld,
  endOf,
  ledgerRows,
  logView,
  optionsOf,
  PARTITION,
  spanOf,
  stateOf,
  TOPIC,
} from './world.ts'
import { RewindableStore } from './rewindable-store.ts'
import { withMethods } from './with-methods.ts'
import type { World } from './world.ts'

const SETTINGS = settingsFor(7)
const LOG = generateLog(7, { settings: SETTINGS, records: { min: 60, max: 60 } })
const HALF = LOG[30]!.offset

/** Of a state before its first record. */
const FRESH = {
  next: 0,
  streamTimeMs: 0,
  dueFromHour: 0,
  journeys: 0,
  journeysBegun: 0,
  dictionary: 0,
  lastRecord: '',
}

interface Trouble {
  readonly view?: (view: LogView) => LogView
  readonly undecodable?: UndecodableBatch
  /** So many records are written that readers do not see yet. */
  readonly unreadable?: number
}

function contextOf(
  world: World,
  isExecuted: boolean,
  { view = (one) => one, undecodable, unreadable = 0 }: Trouble = {},
): OperatorContext {
  const { facts, bounds } = logView(world, view)
  const source: OperatorContext['source'] = {
    facts: () => Promise.resolve(facts),
    bounds: () => Promise.resolve(bounds),
    end: () => Promise.resolve(bounds.high + unreadable),
    read: (partition, from) =>
      Promise.resolve({
        span: { topic: TOPIC, partition, from, to: from, records: [] },
        bounds,
        undecodable: undecodable?.from === from ? undecodable : null,
        hasCreateTime: false,
        topicId: '',
      }),
  }
  return { options: optionsOf(world), source, isExecuted }
}

const request = (changes: Partial<LineageRequest>): LineageRequest => ({
  at: 'flushed-through',
  kind: 'beside',
  reason: 'Redis was lost',
  losesHistory: false,
  ...changes,
})

/** Half of the log applied; no row of it flushed. */
async function unflushed(): Promise<World> {
  const world = createWorld(LOG, SETTINGS)
  const worker = createWorker(world)
  await worker.acquire(logView(world))
  await worker.apply(spanOf(world, 0, HALF))
  await worker.drain()
  return world
}

/** Half of the log applied; the last rows not yet flushed. */
async function halfway(world = createWorld(LOG, SETTINGS)): Promise<World> {
  const worker = createWorker(world)
  await worker.acquire(logView(world))
  await worker.apply(spanOf(world, 0, LOG[20]!.offset))
  await worker.flush()
  await worker.apply(spanOf(world, LOG[20]!.offset, HALF))
  await worker.drain()
  return world
}

const ofTopic =
  (topicId: string) =>
  (view: LogView): LogView => ({ ...view, facts: { ...view.facts, topicId } })
const createdAnew = ofTopic('created anew')

async function goOn(world: World, from: number): Promise<void> {
  const worker = createWorker(world)
  expect(await worker.acquire(logView(world))).toBe(from)
  await worker.apply(spanOf(world, from, endOf(world)))
  await worker.flush()
  // Activation is written to the state with the next commit.
  await worker.drain()
}

const everything = async (world: World): Promise<string> =>
  JSON.stringify([
    (await world.store.owner()).token,
    await stateOf(world.store),
    [...ledgerRows(world)],
    await world.ledger.lineages(TOPIC, PARTITION),
    await world.ledger.partitionCounts(TOPIC, PARTITION),
    await world.ledger.skips(TOPIC, PARTITION),
  ])

const statuses = async (world: World) =>
  (await world.ledger.lineages(TOPIC, PARTITION))
    .map(({ baseOffset, status, reason }) => `${baseOffset} ${status} ${reason}`)
    .sort()

const records = (world: World, lineage: string): number =>
  world.ledger
    .rows('intake')
    .filter((row) => row[3] === lineage)
    .reduce((sum, row) => sum + Number(row.at(-2)), 0)

describe('a new lineage beside the old', () => {
  it('begins where everything has landed, after what was still in the state has, too', async () => {
    const world = await halfway()
    const plan = await beginLineage(contextOf(world, true), request({}))
    expect(plan).toMatchObject({ baseOffset: HALF, status: 'active', activeAt: 0 })
    await goOn(world, HALF)
    expect(await statuses(world)).toEqual(['0 active first', `${HALF} active Redis was lost`])
    const [old] = plan.others
    expect(records(world, old!.lineage)).toBe(30)
    expect(records(world, plan.lineage)).toBe(30)
  })

  it('begins behind what has landed also where the state has gone back since', async () => {
    const world = await halfway()
    const ahead = { ...world, store: createWorld(LOG, SETTINGS).store }
    const worker = createWorker(ahead)
    const view = logView(ahead)
    await ahead.store.acquire('before')
    await ahead.store.create('before', { ...(await world.store.owner()).meta!, ...FRESH })
    await worker.acquire(view)
    await worker.apply(spanOf(ahead, 0, endOf(world)))
    await worker.flush()
    const plan = await beginLineage(contextOf(world, true), request({}))
    expect(plan.baseOffset).toBe(endOf(world))
  })

  it('leaves a row of a damaged state of which nothing had landed: it could come back', async () => {
    const world = await unflushed()
    const loadDictionary = () => Promise.resolve([])
    const damaged = withMethods(world.store, { loadDictionary })
    const { options, ...rest } = contextOf(world, true)
    const context = { ...rest, options: { ...options, store: damaged } }
    await beginLineage(context, request({ at: 'log-start' }))
    expect(await statuses(world)).toEqual(['0 active Redis was lost', '0 active first'])
  })

  it('leaves what was being built, and has no row, as one that is not summed', async () => {
    const world = await halfway()
    const rebuilt = { at: 'log-start', kind: 'instead' } as const
    await beginLineage(contextOf(world, true), request(rebuilt))
    // A ClickHouse restored from before the rebuild.
    const known = await world.ledger.lineages(TOPIC, PARTITION)
    const first = known.filter(({ status }) => status === 'active')
    const written: string[] = []
    const ledger = withMethods(world.ledger, {
      lineages: () => Promise.resolve(first),
      writeLineages: (rows) => {
        written.push(...rows.map(({ status, reason }) => `${status} ${reason}`))
        return Promise.resolve()
      },
    })
    const { options, ...rest } = contextOf(world, true)
    await beginLineage({ ...rest, options: { ...options, ledger } }, request({ at: 'log-start' }))
    expect(written.sort()).toEqual(['active Redis was lost', 'building first', 'building first'])
  })

  it('begins at the last flush when the state is gone, and says what is lost', async () => {
    const world = await halfway()
    const lost = { ...world, store: createWorld(LOG, SETTINGS).store }
    await expect(createWorker(lost).acquire(logView(lost))).rejects.toThrow(PartitionHalt)
    const plan = await beginLineage(contextOf(lost, true), request({}))
    expect(plan.baseOffset).toBe(LOG[20]!.offset)
    expect(plan.warnings).toEqual(['open journeys are lost'])
    expect((await lost.store.owner()).meta).toMatchObject({ generation: 2 })
    await goOn(lost, LOG[20]!.offset)
    expect(records(lost, plan.lineage)).toBe(40)
  })

  it('says which offsets are counted twice, or not at all, at another offset', async () => {
    const world = await halfway()
    const before = await beginLineage(contextOf(world, false), request({ at: HALF - 2 }))
    expect(before.warnings.join()).toContain(`offsets ${HALF - 2} to ${HALF - 1} are counted twice`)
    const after = await beginLineage(contextOf(world, false), request({ at: HALF + 2 }))
    expect(after.warnings.join()).toContain(`offsets ${HALF} to ${HALF + 1} are not counted`)
  })

  it('is refused at an offset that the log does not hold', async () => {
    const world = await halfway()
    const at = endOf(world) + 1
    const begun = beginLineage(contextOf(world, true), request({ at }))
    await expect(begun).rejects.toThrow(`the log holds 0 to ${endOf(world)}`)
  })

  it('is refused behind what landed of a topic that was created anew since', async () => {
    const world = await halfway()
    const lost = { ...world, store: createWorld(LOG, SETTINGS).store }
    for (const one of [world, lost]) {
      const begun = beginLineage(contextOf(one, false, { view: createdAnew }), request({}))
      await expect(begun).rejects.toThrow('The topic is another one than has been read')
      const places = ['log-start', 10] as const
      for (const at of places) {
        const plan = await beginLineage(
          contextOf(one, false, { view: createdAnew }),
          request({ at }),
        )
        expect(plan.baseOffset).toBe(at === 'log-start' ? 0 : at)
      }
    }
    const unknown = ofTopic('')
    const plan = await beginLineage(contextOf(world, false, { view: unknown }), request({}))
    expect(plan.baseOffset).toBe(HALF)
  })

  it('begins behind what landed of the new topic also where the state is of the old one', async () => {
    const store = new RewindableStore()
    const world = await halfway({ ...createWorld(LOG, SETTINGS), store })
    const writes = store.writes
    await beginLineage(contextOf(world, true, { view: createdAnew }), request({ at: 'log-start' }))
    const worker = createWorker(world)
    await worker.acquire(logView(world, createdAnew))
    await worker.apply(spanOf(world, 0, LOG[10]!.offset))
    await worker.flush()

    await store.rewind(writes)
    const plan = await beginLineage(contextOf(world, false, { view: createdAnew }), request({}))
    expect(plan.baseOffset).toBe(LOG[10]!.offset)
  })

  it('does not take what landed of another log for what has landed of this one', async () => {
    const world = await halfway()
    await beginLineage(contextOf(world, true), request({ at: 'log-start', reason: 'new topic' }))
    const worker = createWorker(world)
    await worker.acquire(logView(world))
    await worker.apply(spanOf(world, 0, LOG[10]!.offset))
    await worker.flush()
    const lost = { ...world, store: createWorld(LOG, SETTINGS).store }
    const plan = await beginLineage(contextOf(lost, false), request({}))
    expect(plan.baseOffset).toBe(LOG[10]!.offset)
  })

  it('is the way on where the log is another one', async () => {
    const world = await halfway()
    const another = { ...world, log: LOG.map((record) => ({ ...record, id: 'another' })) }
    await expect(createWorker(another).acquire(logView(another))).rejects.toMatchObject({
      reason: 'record_differs',
    })
    await beginLineage(contextOf(another, true), request({ at: 'log-start', reason: 'new topic' }))
    await goOn(another, 0)
    expect(await statuses(another)).toEqual(['0 active first', '0 active new topic'])
  })
})

describe('a rebuild', () => {
  const rebuild = request({ at: 'log-start', kind: 'instead', reason: 'new goals' })

  it('is built unseen and takes the place of the old at the log end noted at its start', async () => {
    const world = await halfway()
    const plan = await beginLineage(contextOf(world, true), rebuild)
    expect(plan).toMatchObject({ baseOffset: 0, status: 'building', activeAt: endOf(world) })
    expect(await statuses(world)).toEqual(['0 active first', '0 building new goals'])
    const worker = createWorker(world)
    await worker.acquire(logView(world))
    await worker.apply(spanOf(world, 0, HALF))
    await worker.flush()
    expect(await statuses(world)).toEqual(['0 active first', '0 building new goals'])
    await worker.apply(spanOf(world, HALF, endOf(world)))
    await worker.flush()
    expect(await statuses(world)).toEqual(['0 active new goals', '0 retired first'])
    expect(records(world, plan.lineage)).toBe(LOG.length)
    await worker.flush()
    expect((await world.store.owner()).meta).toMatchObject({ activeAt: 0, next: endOf(world) })
  })

  it('becomes active all the same when the worker dies just before or after', async () => {
    for (const dies of ['before the rows', 'after the rows'] as const) {
      const world = await halfway()
      await beginLineage(contextOf(world, true), rebuild)
      const writeLineages: World['ledger']['writeLineages'] = async (rows) => {
        if (dies === 'after the rows') await world.ledger.writeLineages(rows)
        throw new Error('killed')
      }
      const worker = createWorker(world, {}, { ledger: { ...world.ledger, writeLineages } })
      await worker.acquire(logView(world))
      await worker.apply(spanOf(world, 0, endOf(world)))
      await expect(worker.flush()).rejects.toThrow('killed')
      await goOn(world, endOf(world))
      expect(await statuses(world)).toEqual(['0 active new goals', '0 retired first'])
    }
  })

  it('of a state that has never flushed is another lineage, and replaces that one, too', async () => {
    const world = await unflushed()
    const { lineage } = (await world.store.owner()).meta!
    const plan = await beginLineage(contextOf(world, true), rebuild)
    expect(plan.lineage).not.toBe(lineage)
    expect(await statuses(world)).toEqual(['0 active first', '0 building new goals'])
    await goOn(world, 0)
    expect(await statuses(world)).toEqual(['0 active new goals', '0 retired first'])
    expect(records(world, plan.lineage)).toBe(LOG.length)
  })

  it('of a state that another has replaced, in an old copy of Redis, lets nothing of it land', async () => {
    const world = await halfway()
    const [own] = await world.ledger.lineages(TOPIC, PARTITION)
    await world.ledger.writeLineages([{ ...own!, status: 'retired' }])
    const before = [...ledgerRows(world)]
    const plan = await beginLineage(contextOf(world, true), request({ kind: 'instead', at: 0 }))
    expect(plan.warnings).toEqual([expect.stringContaining('from before the last decision')])
    expect([...ledgerRows(world)]).toEqual(before)
    await goOn(world, 0)
    const [, anew] = await world.ledger.lineages(TOPIC, PARTITION)
    expect(anew).toMatchObject({ lineage: plan.lineage, status: 'active' })
  })

  it('of an empty log is active at once', async () => {
    const world = createWorld([{ ...LOG[0]!, offset: -1 }], SETTINGS)
    await createWorker(world).acquire(logView(world))
    const plan = await beginLineage(contextOf(world, true), rebuild)
    expect(plan).toMatchObject({ status: 'active', activeAt: 0 })
  })

  it('is refused where the log no longer reaches back, unless history may be lost', async () => {
    const world = await halfway()
    const trimmed = {
      view: (view: LogView) => ({ ...view, bounds: { ...view.bounds, low: LOG[10]!.offset } }),
    }
    const before = await everything(world)
    await expect(beginLineage(contextOf(world, true, trimmed), rebuild)).rejects.toThrow('lose')
    expect(JSON.parse(await everything(world))).toEqual([
      expect.any(String),
      ...(JSON.parse(before) as unknown[]).slice(1),
    ])
    const plan = await beginLineage(contextOf(world, true, trimmed), {
      ...rebuild,
      losesHistory: true,
    })
    expect(plan.warnings.join()).toContain('is lost')
  })

  it('flushes the old lineage under the names of its own goals', async () => {
    const world = await halfway()
    const renamed = {
      ...SETTINGS,
      goals: SETTINGS.goals.map((goal) => ({ ...goal, name: `new_${goal.name}` })),
    }
    const { options, ...rest } = contextOf(world, true)
    await beginLineage({ ...rest, options: { ...options, settings: renamed } }, rebuild)
    const goals = new Set(world.ledger.rows('credits').map((row) => String(row[1])))
    expect([...goals].filter((goal) => goal.startsWith('new_'))).toEqual([])
    expect(goals.size).toBeGreaterThan(0)
  })

  it('raises the generation, so that nothing of before can be committed', async () => {
    const world = await halfway()
    const old = createWorker(world)
    await old.acquire(logView(world))
    await beginLineage(contextOf(world, true), rebuild)
    await old.apply(spanOf(world, HALF, HALF + 1))
    await expect(old.drain()).rejects.toThrow(Fenced)
    expect((await world.store.owner()).meta).toMatchObject({ next: 0, generation: 2 })
  })
})

describe('a new partition count', () => {
  const grown = {
    view: (view: LogView) => ({ ...view, facts: { ...view.facts, partitions: 8 } }),
  }

  it('is noted with the log end of the moment, in the state and in ClickHouse', async () => {
    const world = await halfway()
    const accepted = await acceptPartitions(contextOf(world, true, grown))
    const counts = [
      { fromOffset: 0, count: 4 },
      { fromOffset: HALF, count: 4 },
      { fromOffset: endOf(world), count: 8 },
    ]
    expect(accepted).toEqual({ partition: PARTITION, counts, isChanged: true })
    expect((await world.store.owner()).meta).toMatchObject({
      partitionCounts: `0:4,${HALF}:4,${endOf(world)}:8`,
      next: HALF,
    })
    const rows = await world.ledger.partitionCounts(TOPIC, PARTITION)
    expect(rows.map(({ fromOffset, count }) => ({ fromOffset, count }))).toEqual(counts)
    const worker = createWorker(world)
    expect(await worker.acquire(logView(world, grown.view))).toBe(HALF)
  })

  it('judges nothing anew that was judged before it was accepted', async () => {
    const world = await halfway()
    const { counts } = await acceptPartitions(contextOf(world, true, grown))
    expect(countsAt(counts, HALF - 1)).not.toContain(8)
    expect(countsAt(counts, HALF)).toContain(8)
  })

  it('counts from behind what open transactions hold back', async () => {
    const world = await halfway()
    const { counts } = await acceptPartitions(contextOf(world, false, { ...grown, unreadable: 7 }))
    expect(counts.at(-1)).toEqual({ fromOffset: endOf(world) + 7, count: 8 })
  })

  it('is found again by a rebuild', async () => {
    const world = await halfway()
    await acceptPartitions(contextOf(world, true, grown))
    await beginLineage(contextOf(world, true, grown), request({ at: 'log-start', kind: 'instead' }))
    const { meta } = await world.store.owner()
    expect(meta!.partitionCounts).toBe(`0:4,${HALF}:4,${endOf(world)}:8`)
  })

  it('that is the old one changes nothing', async () => {
    const world = await halfway()
    expect(await acceptPartitions(contextOf(world, true))).toMatchObject({ isChanged: false })
    expect(await world.ledger.partitionCounts(TOPIC, PARTITION)).toEqual([])
  })
})

describe('giving up a batch', () => {
  const undecodable = { from: HALF, to: HALF + 5, why: 'CRC mismatch' }
  const ask = { from: HALF, to: HALF + 5, reason: 'disk failure' }

  it('leaves a row that every replay obeys', async () => {
    const world = await halfway()
    expect(await skipBatch(contextOf(world, true, { undecodable }), ask)).toEqual(undecodable)
    const [row] = await world.ledger.skips(TOPIC, PARTITION)
    expect(row).toMatchObject(ask)
    const noted = `${HALF}-${HALF + 5}`
    expect((await world.store.owner()).meta).toMatchObject({ skips: noted, next: HALF })
    await beginLineage(contextOf(world, true), request({ at: 'log-start', kind: 'instead' }))
    expect((await world.store.owner()).meta).toMatchObject({ skips: noted, next: 0 })
  })

  it('is refused for offsets that can be decoded, or that are not exactly those', async () => {
    const world = await halfway()
    await expect(skipBatch(contextOf(world, true), ask)).rejects.toThrow('can be decoded')
    const context = contextOf(world, true, { undecodable })
    await expect(skipBatch(context, { ...ask, to: HALF + 6 })).rejects.toThrow(`to ${HALF + 5}`)
    expect(await world.ledger.skips(TOPIC, PARTITION)).toEqual([])
  })
})

it('a dry run changes nothing, not even the owner', async () => {
  const world = await halfway()
  const before = await everything(world)
  const grown = { view: (view: LogView) => ({ ...view, facts: { ...view.facts, partitions: 8 } }) }
  await beginLineage(contextOf(world, false), request({}))
  await beginLineage(contextOf(world, false), request({ at: 'log-start', kind: 'instead' }))
  await acceptPartitions(contextOf(world, false, grown))
  const undecodable = { from: HALF, to: HALF + 5, why: 'CRC mismatch' }
  const skip = { from: HALF, to: HALF + 5, reason: 'disk failure' }
  await skipBatch(contextOf(world, false, { undecodable }), skip)
  expect(await everything(world)).toBe(before)
})
