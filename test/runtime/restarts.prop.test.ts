// Memory is only a cache of the store: a new worker after every span makes of the log what one
// does.
import { describe, expect, it } from 'vitest'
import { withQuietSpells } from '../logs/quiet-spells.ts'
import { generateLog } from '../logs/build-log.ts'
import { settingsFor } from '../logs/settings-for.ts'
import type { LogRecord } from '../oracle/log.ts'
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

const LOGS = 25

/** Every other log with silences, in which much is forgotten. */
function logOf(seed: number): LogRecord[] {
  const settings = settingsFor(seed)
  const log = generateLog(seed, { settings, endTicks: seed % 3 })
  return seed % 2 === 0 ? log : withQuietSpells(log, seed, settings)
}

async function undisturbed(seed: number): Promise<World> {
  const world = createWorld(logOf(seed), settingsFor(seed), seed)
  await driveToEnd(world, createWorker(world), { from: 1_000, to: 1_000 })
  return world
}

/**
 * A new worker for every span of a drawn size; each flushes, or leaves that to those that follow.
 */
async function driveWithRestarts(world: World, sizeMax: number): Promise<void> {
  for (let next = 0; next < endOf(world);) {
    const worker = createWorker(world)
    expect(await worker.acquire(logView(world))).toBe(next)
    const to = spanEnd(world, next, world.draw(1, sizeMax))
    await worker.apply(spanOf(world, next, to))
    next = to
    if (world.draw(0, 2) === 0) await worker.flush()
    else await worker.drain()
  }
  const last = createWorker(world)
  await last.acquire(logView(world))
  await last.flush()
}

describe('any number of restarts', () => {
  it.each([1, 15])(
    'gives the same bytes, rows and versions, after spans up to %i',
    async (sizeMax) => {
      for (let seed = 0; seed < LOGS; seed++) {
        const whole = await undisturbed(seed)
        const world = createWorld(whole.log, whole.settings, seed)
        await driveWithRestarts(world, sizeMax)
        expect(await stateOf(world.store), `state of seed ${seed}`).toBe(await stateOf(whole.store))
        expect(ledgerRows(world), `rows of seed ${seed}`).toEqual(ledgerRows(whole))
      }
    },
  )
})
