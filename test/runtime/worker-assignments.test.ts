// What the group assigns and takes away: at once, once, and never by an answer that comes too late.
import { describe, expect, it } from 'vitest'
import type { AssignmentHandler } from '../../src/ports/record-source.ts'
import type { StateStore } from '../../src/ports/state-store.ts'
import { RewindableStore } from './rewindable-store.ts'
import { withMethods } from './with-methods.ts'
import {
  PARTITIONS,
  appendMore,
  createMember,
  createWorkerWorld,
  expectedOf,
  highs,
  isConsumed,
  nexts,
  resultOf,
} from './worker-world.ts'
import type { WorkerWorld } from './worker-world.ts'
import type { WorkerOptions } from '../../src/runtime/worker-options.ts'

/** A worker to which the test itself assigns partitions, and the reads it makes. */
async function startAssigned(world: WorkerWorld, changes: Partial<WorkerOptions> = {}) {
  const given: { handler?: AssignmentHandler } = {}
  const reads: number[] = []
  const { worker } = createMember(world, changes, (source) =>
    withMethods(source, {
      start: (handler) => {
        given.handler = handler
        return Promise.resolve()
      },
      read: (partition, from) => {
        reads.push(partition)
        return source.read(partition, from)
      },
    }),
  )
  await worker.start()
  return { worker, reads, handler: given.handler! }
}

const acquired = (world: WorkerWorld): unknown[] =>
  world.told.of('partition_acquired').map(({ fields }) => fields['partition'])

describe('an assignment', () => {
  it('that is the same again acquires nothing, and one that grows only what is new', async () => {
    const world = createWorkerWorld(1)
    const { worker, handler } = await startAssigned(world)
    handler.assigned([0, 2])
    await world.clock.pass(10_000)
    handler.assigned([2, 0])
    await world.clock.pass(10_000)
    expect(acquired(world)).toEqual([0, 2])
    handler.assigned([0, 1, 2, 3])
    await world.clock.until(() => isConsumed(world))
    expect(acquired(world)).toEqual([0, 2, 1, 3])
    expect(worker.status().isMember).toBe(true)
    await world.clock.finish(worker.stop())
    expect(await resultOf(world)).toEqual(await expectedOf(world))
  })

  it('without a partition lets go of it at once', async () => {
    const world = createWorkerWorld(2)
    const { worker, handler, reads } = await startAssigned(world)
    handler.assigned([0, 1])
    await world.clock.pass(10_000)
    handler.assigned([1])
    expect(worker.status().partitions.map(({ partition }) => partition)).toEqual([1])
    expect(world.told.of('partition_released').map(({ fields }) => fields['partition'])).toEqual([
      0,
    ])
    const before = await nexts(world)
    reads.length = 0
    appendMore(world, 100)
    await world.clock.pass(10_000)
    expect(new Set(reads)).toEqual(new Set([1]))
    expect(await nexts(world)).toEqual([before[0], highs(world)[1], -1, -1])
    await world.clock.finish(worker.stop())
  })

  it('that is lost lets go of everything, until the next', async () => {
    const world = createWorkerWorld(3)
    const { worker, handler } = await startAssigned(world)
    handler.assigned([0, 1, 2, 3])
    await world.clock.pass(1_000)
    handler.lost()
    expect(worker.status()).toMatchObject({ isMember: false, partitions: [] })
    appendMore(world, 100)
    await world.clock.pass(60_000)
    expect(await isConsumed(world)).toBe(false)
    handler.assigned([0, 1, 2, 3])
    await world.clock.until(() => isConsumed(world))
    await world.clock.finish(worker.stop())
    expect(await resultOf(world)).toEqual(await expectedOf(world))
  })

  it('that has ended meanwhile leaves what was being acquired alone', async () => {
    const world = createWorkerWorld(4)
    let arrive = (): void => undefined
    const late = new Promise<void>((resolve) => (arrive = resolve))
    const storeOf = (partition: number) =>
      withMethods<StateStore>(world.stores[partition]!, {
        acquire: async (token) => {
          await late
          return world.stores[partition]!.acquire(token)
        },
      })
    const { worker, handler, reads } = await startAssigned(world, { storeOf })
    handler.assigned([0, 1])
    await world.clock.pass(1_000)
    handler.assigned([1])
    arrive()
    await world.clock.pass(60_000)
    expect(acquired(world)).toEqual([1])
    expect(new Set(reads)).toEqual(new Set([1]))
    expect(worker.status().partitions.map(({ partition }) => partition)).toEqual([1])
    await world.clock.finish(worker.stop())
  })

  it('that comes while the worker stops is not taken up', async () => {
    const world = createWorkerWorld(5)
    const { worker, handler } = await startAssigned(world)
    handler.assigned([0])
    await world.clock.pass(1_000)
    const stopped = worker.stop()
    handler.assigned([0, 1, 2, 3])
    await world.clock.finish(stopped)
    handler.assigned([0, 1, 2, 3])
    await world.clock.pass(60_000)
    expect(acquired(world)).toEqual([0])
    expect(worker.status().partitions).toEqual([])
  })
})

describe('a partition whose state has gone back', () => {
  it('is read again from there, and that is told', async () => {
    const stores = Array.from({ length: PARTITIONS }, () => new RewindableStore())
    const world = { ...createWorkerWorld(6), stores }
    const { worker } = createMember(world)
    await worker.start()
    await world.clock.until(() => isConsumed(world))
    await world.clock.pass(60_000)
    for (const store of stores) await store.rewind(store.writes >> 1)
    const back = await nexts(world)
    appendMore(world, 100)
    await world.clock.until(() => isConsumed(world))
    await world.clock.finish(worker.stop())
    expect(await resultOf(world)).toEqual(await expectedOf(world))
    expect(world.told.counts.get('rewinds')).toBe(PARTITIONS)
    const lines = world.told.of('state_rewound').map(({ fields }) => fields)
    const places = lines.map((line) => [Number(line['partition']), line['next']] as const)
    expect(places.toSorted(([a], [b]) => a - b).map(([, next]) => next)).toEqual(back)
  })
})
