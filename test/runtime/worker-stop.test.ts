// Stopping: at any moment, more than once, with services that do not answer; what was committed is
// flushed and noted, and nothing happens afterwards.
import { describe, expect, it } from 'vitest'
import type { LedgerSink } from '../../src/ports/ledger-sink.ts'
import type { RecordSource } from '../../src/ports/record-source.ts'
import type { StateStore } from '../../src/ports/state-store.ts'
import { distant } from './mortal.ts'
import { withMethods } from './with-methods.ts'
import {
  appendMore,
  createMember,
  createWorkerWorld,
  expectedOf,
  isConsumed,
  nexts,
  resultOf,
} from './worker-world.ts'
import type { WorkerWorld } from './worker-world.ts'

const never = (): Promise<never> => new Promise(() => undefined)

/** A worker whose every call takes its time, so that a stop falls into the middle. */
function slowMember(world: WorkerWorld) {
  const { clock, draw, stores, ledger, deadLetters } = world
  const far = <P extends object>(port: P): P => distant(port, 40, clock, draw)
  const ports = {
    storeOf: (partition: number): StateStore => far(stores[partition]!),
    ledger: far<LedgerSink>(ledger),
    deadLetters: far(deadLetters),
  }
  return createMember(world, ports, (source) => {
    const distantSource = far(source)
    return withMethods(source, {
      read: (partition, from) => distantSource.read(partition, from),
      readAt: (partition, offset) => distantSource.readAt(partition, offset),
    })
  })
}

describe('a worker that is stopped', () => {
  it('in the middle has flushed all that it has committed, and notes where it is', async () => {
    let inTheMiddle = 0
    for (let seed = 0; seed < 12; seed++) {
      const world = createWorkerWorld(seed)
      const { worker } = slowMember(world)
      await worker.start()
      await world.clock.pass(world.draw(200, 3_000))
      await world.clock.finish(worker.stop(), 40_000)
      const ends = await nexts(world)
      if (!(await isConsumed(world)) && Math.max(...ends) > 0) inTheMiddle++
      const known = ends.map((end) => Math.max(0, end))
      expect((await resultOf(world)).rows, `seed ${seed}`).toEqual(
        (await expectedOf(world, known)).rows,
      )
      for (const [partition, end] of ends.entries()) {
        // A state that was only just created, or is another's to create, is not noted.
        if (end > 0) expect(world.log.noted('workers', partition)).toBe(end)
      }
    }
    expect(inTheMiddle).toBeGreaterThan(4)
  })

  it('is not heard of any more', async () => {
    const world = createWorkerWorld(20)
    const { worker } = slowMember(world)
    await worker.start()
    await world.clock.pass(1_000)
    await world.clock.finish(worker.stop(), 40_000)
    const before = JSON.stringify([await resultOf(world), world.told.lines])
    appendMore(world, 100)
    await world.clock.pass(600_000)
    expect(JSON.stringify([await resultOf(world), world.told.lines])).toBe(before)
    expect(worker.status()).toMatchObject({ isMember: false, isStopping: true, partitions: [] })
  })

  it('asks nothing any more of a store that never took its commit', async () => {
    const world = createWorkerWorld(20)
    let calls = 0
    const refused = (): Promise<never> => {
      calls++
      return Promise.reject(new Error('connection refused'))
    }
    let isDown = false
    const storeOf = (partition: number): StateStore => {
      const store = world.stores[partition]!
      return withMethods<StateStore>(store, {
        commit: (commit) => (isDown ? refused() : store.commit(commit)),
        owner: () => (isDown ? refused() : store.owner()),
      })
    }
    const { worker } = createMember(world, { storeOf })
    await worker.start()
    await world.clock.until(() => isConsumed(world))
    isDown = true
    appendMore(world, 100)
    await world.clock.pass(30_000)
    await world.clock.finish(worker.stop(), 40_000)
    await world.clock.pass(10_000)
    const before = calls
    expect(before).toBeGreaterThan(0)
    await world.clock.pass(60_000)
    expect(calls).toBe(before)
  })

  it('may be stopped again, meanwhile and afterwards', async () => {
    const world = createWorkerWorld(21)
    const { worker } = slowMember(world)
    await worker.start()
    await world.clock.pass(1_000)
    const first = worker.stop()
    const second = worker.stop()
    await world.clock.finish(Promise.all([first, second]), 40_000)
    await worker.stop()
    expect(world.told.of('worker_stopped').length).toBe(1)
  })

  it('before it has started never starts', async () => {
    const world = createWorkerWorld(22)
    const { worker } = createMember(world)
    await world.clock.finish(worker.stop())
    await worker.start()
    appendMore(world, 10)
    await world.clock.pass(10_000)
    expect(await nexts(world)).toEqual([-1, -1, -1, -1])
    expect(worker.status().isMember).toBe(false)
  })

  it('while it joins does not wait for that', async () => {
    const world = createWorkerWorld(23)
    const { worker } = createMember(world, {}, (source) => withMethods(source, { start: never }))
    void worker.start()
    await world.clock.pass(5_000)
    await world.clock.finish(worker.stop(), 1_000)
  })

  it('is told why it could not join', async () => {
    const world = createWorkerWorld(24)
    const start = () => Promise.reject(new Error('no such topic'))
    const { worker } = createMember(world, {}, (source) => withMethods(source, { start }))
    await expect(worker.start()).rejects.toThrow('no such topic')
    await world.clock.finish(worker.stop(), 1_000)
  })

  it.each<[string, Partial<LedgerSink>, Partial<StateStore>, Partial<RecordSource>]>([
    ['ClickHouse', { insert: never }, {}, {}],
    ['the state store', {}, { commit: never, owner: never, loadJourneys: never }, {}],
    ['the group', {}, {}, { stop: never, note: never }],
    ['the log', {}, {}, { read: never }],
    ['the topic', {}, {}, { facts: never }],
  ])('does not wait for %s longer than is good', async (_, ledger, store, source) => {
    const world = createWorkerWorld(25)
    const ports = {
      ledger: withMethods<LedgerSink>(world.ledger, ledger),
      storeOf: (partition: number) => withMethods<StateStore>(world.stores[partition]!, store),
    }
    const { worker } = createMember(world, ports, (own) => withMethods(own, source))
    await worker.start()
    await world.clock.pass(7_000)
    await world.clock.finish(worker.stop(), 30_000)
    const { worker: next } = createMember(world)
    await next.start()
    await world.clock.until(() => isConsumed(world))
    await world.clock.finish(next.stop())
    expect(await resultOf(world)).toEqual(await expectedOf(world))
  })

  it('whose membership dies says so and holds nothing any more', async () => {
    const world = createWorkerWorld(26)
    let die = (): void => undefined
    const { worker } = createMember(world, {}, (source) =>
      withMethods(source, {
        start: (handler) => {
          die = () => handler.dead(new Error('no retry left'))
          return source.start(handler)
        },
      }),
    )
    await worker.start()
    await world.clock.until(() => isConsumed(world))
    die()
    expect(await worker.ended).toMatchObject({ why: 'dead' })
    expect(worker.status()).toMatchObject({ isMember: false, partitions: [] })
    expect(world.told.of('client_dead').length).toBe(1)
    await world.clock.finish(worker.stop())
  })
})
