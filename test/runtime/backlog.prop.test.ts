// A backlog of due persons does not know of spans, workers or caches: whatever they are, the same
// persons are settled before the same records.
import { describe, expect, it } from 'vitest'
import { crowdLog } from '../logs/crowd.ts'
import { settingsFor } from '../logs/settings-for.ts'
import type { Limits } from '../../src/runtime/partition-options.ts'
import {
  createWorker,
  createWorld,
  driveToEnd,
  endOf,
  ledgerRows,
  logView,
  spanEnd,
  spanOf,
  stateOf,
} from './world.ts'
import type { World } from './world.ts'

const SEEDS = [0, 1, 2, 4]
const CROWD = { persons: 220, meanwhile: 25 }
/** More than even a tick settles, so that a worker can end between two ticks of one backlog. */
const GREAT_CROWD = { persons: 1_600, meanwhile: 4 }
const GREAT_SEED = 3

function crowdWorld(seed: number): World {
  const settings = settingsFor(seed)
  const crowd = seed === GREAT_SEED ? GREAT_CROWD : CROWD
  return createWorld(crowdLog(seed, settings, crowd), settings, seed)
}

async function undisturbed(seed: number): Promise<World> {
  const world = crowdWorld(seed)
  await driveToEnd(world, createWorker(world), { from: 10_000, to: 10_000 })
  return world
}

async function expectSame(world: World, whole: World, label: string): Promise<void> {
  expect(await stateOf(world.store), `state of ${label}`).toBe(await stateOf(whole.store))
  expect(ledgerRows(world), `rows of ${label}`).toEqual(ledgerRows(whole))
}

/** Ticks one by one: each leaves some of a great crowd waiting. Offsets of a crowd have no gaps. */
function beforeTick({ log }: World, from: number, to: number): number {
  const tick = log.findIndex(({ kind }, at) => at > from && kind === 'tick')
  return log[from]!.kind === 'tick' ? from + 1 : Math.min(to, tick)
}

describe('a backlog gives the same bytes and rows', () => {
  it('for any size of spans and commits', async () => {
    for (const seed of SEEDS) {
      const whole = await undisturbed(seed)
      for (const size of [1, 7, 100]) {
        const world = crowdWorld(seed)
        const limits = { commitJourneysMax: size, cachedJourneysMax: 1_000_000 }
        await driveToEnd(world, createWorker(world, limits), { from: size, to: size })
        await expectSame(world, whole, `seed ${seed}, spans of ${size}`)
      }
    }
  })

  it('with a new worker after every span, and hardly a journey in memory', async () => {
    let restartsInBacklog = 0
    let restartsBetweenTicks = 0
    for (const seed of [...SEEDS, GREAT_SEED]) {
      const sizeMax = seed === GREAT_SEED ? 100 : 4
      const whole = await undisturbed(seed)
      const world = crowdWorld(seed)
      const limits: Partial<Limits> = { cachedJourneysMax: seed * 4, commitJourneysMax: 5 }
      for (let next = 0; next < endOf(world);) {
        const worker = createWorker(world, limits)
        expect(await worker.acquire(logView(world))).toBe(next)
        const to = beforeTick(world, next, spanEnd(world, next, world.draw(1, sizeMax)))
        await worker.apply(spanOf(world, next, to))
        next = to
        const { hasBacklog } = worker.partition!
        restartsInBacklog += Number(hasBacklog)
        const isTick = next < endOf(world) && world.log[next]!.kind === 'tick'
        restartsBetweenTicks += Number(hasBacklog && isTick && world.log[next - 1]!.kind === 'tick')
        await worker.drain()
      }
      const last = createWorker(world, limits)
      await last.acquire(logView(world))
      await last.flush()
      await expectSame(world, whole, `seed ${seed}`)
    }
    expect(restartsInBacklog).toBeGreaterThan(4 * SEEDS.length)
    expect(restartsBetweenTicks).toBeGreaterThan(0)
  })

  it('with the smallest cache, which forgets persons while they wait', async () => {
    for (const seed of SEEDS) {
      const whole = await undisturbed(seed)
      const world = crowdWorld(seed)
      await driveToEnd(world, createWorker(world, { cachedJourneysMax: 0 }), { from: 1, to: 5 })
      await expectSame(world, whole, `seed ${seed}`)
    }
  })
})
