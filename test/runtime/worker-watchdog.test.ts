// A partition that has records to read, no reason to wait and does not get on ends the worker; any
// other does not.
import { describe, expect, it } from 'vitest'
import type { RecordSource } from '../../src/ports/record-source.ts'
import { DEFAULT_TIMINGS } from '../../src/runtime/worker-options.ts'
import type { WorkerEnd } from '../../src/runtime/worker-options.ts'
import { withMethods } from './with-methods.ts'
import {
  PARTITIONS,
  appendMore,
  createMember,
  createWorkerWorld,
  isConsumed,
} from './worker-world.ts'
import type { WorkerWorld } from './worker-world.ts'

const never = (): Promise<never> => new Promise(() => undefined)
const down = (): Promise<never> => Promise.reject(new Error('connection refused'))
const LONG_MS = 10 * DEFAULT_TIMINGS.stallMs

/** A worker at the end of its logs; then the source is as `later` says, and records come. */
async function stuck(
  later: Partial<RecordSource>,
  happens = (world: WorkerWorld): void => appendMore(world, 200),
) {
  const world = createWorkerWorld(1)
  let isLater = false
  const { worker } = createMember(world, {}, (source) => {
    const changed = withMethods(source, later)
    const now = withMethods(source, {})
    return new Proxy(source, {
      get: (_, name) => Reflect.get(isLater ? changed : now, name) as unknown,
    })
  })
  const ends: WorkerEnd[] = []
  void worker.ended.then((end) => ends.push(end))
  await worker.start()
  await world.clock.until(() => isConsumed(world))
  isLater = true
  // What was asked for before has been answered by then.
  await world.clock.pass(2_000)
  happens(world)
  await world.clock.pass(LONG_MS)
  await world.clock.finish(worker.stop(), 60_000)
  return { ends, world }
}

/** Each partition shorter by so many records than it was. */
function createAnew({ log }: WorkerWorld, by: number): void {
  const ends = Array.from({ length: PARTITIONS }, (_, i) => log.bounds(i).high)
  log.recreate(PARTITIONS)
  for (const [partition, end] of ends.entries()) log.appendGap(partition, end - by)
}

describe('the watchdog ends a worker', () => {
  it.each<[string, Partial<RecordSource>]>([
    ['whose reads are never answered', { read: never }],
    ['whose reads all fail while the log can be asked', { read: down }],
  ])('%s', async (_, later) => {
    const { ends, world } = await stuck(later)
    expect(ends.map(({ why }) => why)).toEqual(['stalled'])
    const [line] = world.told.of('partition_stalled')
    expect(line?.fields).toMatchObject({ high: expect.any(Number) as number })
  })

  it.each<[string, number]>([
    ['shorter', 1],
    ['no shorter', 0],
  ])('whose reads are never answered while the topic is created anew, and is %s', async (_, by) => {
    const { ends, world } = await stuck({ read: never }, (changed) => createAnew(changed, by))
    expect(ends.map(({ why }) => why)).toEqual(['stalled'])
    expect(world.told.of('partition_stalled')[0]?.message).toContain('the topic was created anew')
  })

  it('whose partition is acquired again and again and never applies anything', async () => {
    const world = createWorkerWorld(2)
    const probe = {
      at: (point: string) => {
        if (point === 'dead-letters') throw new Error('a mistake of ours')
      },
    }
    const { worker } = createMember(world, { probe })
    await worker.start()
    const end = await world.clock.finish(worker.ended, LONG_MS)
    expect(end.why).toBe('stalled')
    await world.clock.finish(worker.stop(), 60_000)
  })
})

describe('the watchdog lets a worker be', () => {
  it.each<[string, Partial<RecordSource>]>([
    ['whose log cannot be asked either', { read: down, bounds: down }],
    ['whose log does not answer at all', { read: never, bounds: never }],
  ])('%s', async (_, later) => {
    const { ends } = await stuck(later)
    expect(ends).toEqual([])
  })

  it('whose log has nothing new', async () => {
    const { ends } = await stuck({ read: never }, () => undefined)
    expect(ends).toEqual([])
  })

  it('that cannot acquire, and is told why', async () => {
    const world = createWorkerWorld(3)
    const { worker } = createMember(world, {}, (source) => withMethods(source, { noted: down }))
    const ends: WorkerEnd[] = []
    void worker.ended.then((end) => ends.push(end))
    await worker.start()
    await world.clock.pass(LONG_MS)
    expect(ends).toEqual([])
    for (const { state, message } of worker.status().partitions) {
      expect({ state, message }).toEqual({ state: 'acquiring', message: 'connection refused' })
    }
    // Ever more slowly.
    expect(world.told.of('partition_retry').length).toBeLessThan(300)
    await world.clock.finish(worker.stop(), 60_000)
  })

  it('that waits for a service', async () => {
    const world = createWorkerWorld(4)
    const { worker } = createMember(world, { deadLetters: { send: down } })
    const ends: WorkerEnd[] = []
    void worker.ended.then((end) => ends.push(end))
    await worker.start()
    await world.clock.pass(LONG_MS)
    expect(ends).toEqual([])
    expect(worker.status().partitions.every(({ state }) => state === 'paused')).toBe(true)
    await world.clock.finish(worker.stop(), 60_000)
  })
})
