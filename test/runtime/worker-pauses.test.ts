// A service is down, slow, or answers too late: the partitions that need it wait and say so, once;
// nothing is computed again, and in the end nothing is missing.
import { describe, expect, it } from 'vitest'
import type { DeadLetterSink } from '../../src/ports/dead-letter-sink.ts'
import type { LedgerSink } from '../../src/ports/ledger-sink.ts'
import type { StateStore } from '../../src/ports/state-store.ts'
import { DEFAULT_LIMITS } from '../../src/runtime/partition-options.ts'
import type { Worker } from '../../src/runtime/worker.ts'
import type { WorkerOptions } from '../../src/runtime/worker-options.ts'
import { withMethods } from './with-methods.ts'
import {
  PARTITIONS,
  appendMore,
  createMember,
  createWorkerWorld,
  expectedOf,
  isConsumed,
  nexts,
  resultOf,
} from './worker-world.ts'
import type { WorkerWorld } from './worker-world.ts'

const down = (): Promise<never> => Promise.reject(new Error('connection refused'))

/** A switch, and a port whose named methods do something else while it is on. */
function switchable<P extends object>(port: P, instead: Partial<P>) {
  const outage = { isOn: true }
  const broken = withMethods(port, instead)
  const proxy = new Proxy(port, {
    get: (_, name) => Reflect.get(outage.isOn ? broken : withMethods(port, {}), name) as unknown,
  })
  return { outage, port: proxy }
}

const pausedFor = (worker: Worker, reason: string): number =>
  worker.status().partitions.filter((one) => one.state === 'paused' && one.reason === reason).length

/** Everything went on without being acquired again, and came out right. */
async function expectUndisturbed(world: WorkerWorld, worker: Worker): Promise<void> {
  await world.clock.until(() => isConsumed(world))
  await world.clock.pass(60_000)
  await world.clock.finish(worker.stop())
  expect(await resultOf(world)).toEqual(await expectedOf(world))
  expect(world.told.of('partition_acquired').length).toBe(PARTITIONS)
  const pauses = world.told.of('partition_paused').map(({ fields }) => fields['partition'])
  expect(pauses.length).toBe(new Set(pauses).size)
  const resumed = world.told.of('partition_resumed').map(({ fields }) => fields['partition'])
  expect(new Set(resumed)).toEqual(new Set(pauses))
}

const started = async (world: WorkerWorld, changes: Partial<WorkerOptions>): Promise<Worker> => {
  const { worker } = createMember(world, changes)
  await worker.start()
  return worker
}

describe('while the dead-letter sink is down', () => {
  it('partitions with something to send wait, and commit nothing without it', async () => {
    const world = createWorkerWorld(1)
    const { outage, port } = switchable<DeadLetterSink>(world.deadLetters, { send: down })
    const worker = await started(world, { deadLetters: port })
    await world.clock.until(() => pausedFor(worker, 'dead_letters') === PARTITIONS)
    const before = await nexts(world)
    await world.clock.pass(600_000)
    expect(await nexts(world)).toEqual(before)
    expect(worker.status().partitions[0]?.message).toContain('connection refused')
    outage.isOn = false
    await expectUndisturbed(world, worker)
    // Sent once each: nothing was computed again.
    const sent = world.deadLetters.letters.map(({ partition, record }) => [
      partition,
      record.offset,
    ])
    expect(sent.length).toBe(new Set(sent.map(String)).size)
    expect(sent.length).toBeGreaterThan(20)
  })
})

describe('while the log cannot be read', () => {
  it('partitions wait and say so, though nothing tells how far behind they are', async () => {
    const world = createWorkerWorld(8)
    let isDown = false
    const { worker } = createMember(world, {}, (source) =>
      withMethods(source, {
        read: (...at) => (isDown ? down() : source.read(...at)),
        bounds: (partition) => (isDown ? down() : source.bounds(partition)),
      }),
    )
    await worker.start()
    await world.clock.until(() => isConsumed(world))
    isDown = true
    await world.clock.pass(2_000)
    expect(pausedFor(worker, 'log')).toBe(0)
    await world.clock.pass(600_000)
    expect(pausedFor(worker, 'log')).toBe(PARTITIONS)
    expect(worker.status().partitions[0]?.message).toContain('connection refused')
    isDown = false
    appendMore(world, 200)
    await expectUndisturbed(world, worker)
    expect(pausedFor(worker, 'log')).toBe(0)
  })
})

describe('while ClickHouse is down', () => {
  it('partitions go on up to the cap on rows that have not landed, then wait', async () => {
    const world = createWorkerWorld(2, 1_000)
    const { outage, port } = switchable<LedgerSink>(world.ledger, { insert: down })
    const unflushedRowsMax = 100
    const limits = { ...DEFAULT_LIMITS, unflushedRowsMax }
    const worker = await started(world, { ledger: port, limits })
    await world.clock.until(() => pausedFor(worker, 'unflushed_rows') === PARTITIONS)
    for (const { unflushedRows, unflushedSinceMs } of worker.status().partitions) {
      expect(unflushedRows).toBeGreaterThan(unflushedRowsMax)
      expect(unflushedSinceMs).toBeGreaterThan(0)
    }
    const before = await nexts(world)
    expect(Math.min(...before)).toBeGreaterThan(0)
    await world.clock.pass(600_000)
    expect(await nexts(world)).toEqual(before)
    // Ever more slowly, and one line for each.
    const failures = world.told.of('flush_failed').length
    expect(failures).toBeGreaterThan(10)
    expect(failures).toBeLessThan(30)
    outage.isOn = false
    await expectUndisturbed(world, worker)
    expect(worker.status().flushedMs).toBeGreaterThan(0)
  })

  it('nobody waits below the cap', async () => {
    const world = createWorkerWorld(3)
    const { outage, port } = switchable<LedgerSink>(world.ledger, { insert: down })
    const worker = await started(world, { ledger: port })
    await world.clock.until(() => isConsumed(world))
    await world.clock.pass(600_000)
    expect(world.told.of('partition_paused')).toEqual([])
    outage.isOn = false
    await expectUndisturbed(world, worker)
  })

  it('or acknowledges much later than it stores, nothing is lost and nothing waits', async () => {
    const world = createWorkerWorld(4)
    const ledger = withMethods<LedgerSink>(world.ledger, {
      insert: async (table, rows) => {
        await world.ledger.insert(table, rows)
        await world.clock.sleep(world.draw(0, 40_000))
        if (world.draw(0, 1) === 0) throw new Error('timed out')
      },
    })
    const worker = await started(world, { ledger })
    await world.clock.until(() => isConsumed(world))
    await world.clock.until(
      () => worker.status().partitions.every(({ unflushedRows }) => unflushedRows === 0),
      86_400_000,
    )
    await expectUndisturbed(world, worker)
  })
})

describe('while the state store', () => {
  type Instead = (store: StateStore) => Partial<StateStore>
  const storeWith = (world: WorkerWorld, instead: Instead) => {
    const all = world.stores.map((store) => switchable<StateStore>(store, instead(store)))
    const turn = (isOn: boolean): void => {
      for (const { outage } of all) outage.isOn = isOn
    }
    turn(false)
    return { turn, storeOf: (partition: number) => all[partition]!.port }
  }

  it.each<[string, Instead]>([
    [
      'refuses everything',
      () => ({ commit: down, owner: down, loadJourneys: down, loadDue: down }),
    ],
    ['cannot be read', () => ({ loadJourneys: down, loadDue: down })],
    [
      'takes commits and does not say so',
      (store) => ({ commit: (commit) => store.commit(commit).then(down), owner: down }),
    ],
  ])('%s, partitions wait with what they have computed', async (_, instead) => {
    const world = createWorkerWorld(5)
    const { turn, storeOf } = storeWith(world, instead)
    const worker = await started(world, { storeOf })
    await world.clock.until(() => isConsumed(world))
    turn(true)
    appendMore(world, 200)
    await world.clock.until(() => pausedFor(worker, 'store') === PARTITIONS)
    await world.clock.pass(600_000)
    turn(false)
    await expectUndisturbed(world, worker)
  })

  it('does not answer at all, partitions wait, and stopping does not', async () => {
    const world = createWorkerWorld(6)
    const { turn, storeOf } = storeWith(world, () => ({
      commit: () => new Promise(() => undefined),
    }))
    const worker = await started(world, { storeOf })
    await world.clock.until(() => isConsumed(world))
    turn(true)
    appendMore(world, 200)
    await world.clock.until(() => pausedFor(worker, 'store') === PARTITIONS)
    await world.clock.finish(worker.stop(), 40_000)
    const { worker: next } = createMember(world)
    await next.start()
    await world.clock.until(() => isConsumed(world))
    await world.clock.finish(next.stop())
    expect(await resultOf(world)).toEqual(await expectedOf(world))
  })

  it('is slow but answers, nobody is said to wait', async () => {
    const world = createWorkerWorld(7)
    const slow = (store: StateStore): StateStore =>
      withMethods(store, {
        commit: async (commit) => {
          await world.clock.sleep(2_000)
          return store.commit(commit)
        },
      })
    const worker = await started(world, { storeOf: (partition) => slow(world.stores[partition]!) })
    await expectUndisturbed(world, worker)
    expect(world.told.of('partition_paused')).toEqual([])
  })
})
