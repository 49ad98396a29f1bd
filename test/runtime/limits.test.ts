// What a worker may hold at once: journeys in a commit, rows that have not landed, journeys in
// memory.
import { describe, expect, it } from 'vitest'
import { crowdLog } from '../logs/crowd.ts'
import { settingsFor } from '../logs/settings-for.ts'
import { withMethods } from './with-methods.ts'
import {
  createWorker,
  createWorld,
  driveToEnd,
  endOf,
  ledgerRows,
  logView,
  spanOf,
  stateOf,
} from './world.ts'
import type { World } from './world.ts'

const SETTLED_PER_TICK = 1024

function crowdWorld(persons: number): World {
  const settings = settingsFor(0)
  return createWorld(crowdLog(0, settings, { persons, meanwhile: 20 }), settings)
}

describe('a commit', () => {
  it.each([[SETTLED_PER_TICK], [1500], [4000]])('covers at most %i journeys', async (most) => {
    const world = crowdWorld(2500)
    const sizes: number[] = []
    const store = withMethods(world.store, {
      commit: (commit) => {
        sizes.push(commit.journeys.ends.length)
        return world.store.commit(commit)
      },
    })
    const worker = createWorker(world, { commitJourneysMax: most }, { store })
    await driveToEnd(world, worker, { from: 100_000, to: 100_000 })
    expect(Math.max(...sizes)).toBeLessThanOrEqual(most)
    // Not by cutting at every record.
    expect(sizes.length).toBeLessThan(20)
  })
})

describe('rows that have not landed', () => {
  it('hold records back beyond the limit, and let them go on once they can be sent', async () => {
    const world = crowdWorld(60)
    const whole = crowdWorld(60)
    await driveToEnd(whole, createWorker(whole), { from: 50, to: 50 })
    let isDown = true
    const ledger = withMethods(world.ledger, {
      insert: (table, rows) =>
        isDown ? Promise.reject(new Error('ClickHouse is down')) : world.ledger.insert(table, rows),
    })
    const worker = createWorker(world, { unflushedRowsMax: 100 }, { ledger })
    let next = await worker.acquire(logView(world))
    let held = 0
    while (next < endOf(world)) {
      const span = spanOf(world, next, Math.min(endOf(world), next + 10))
      const before = worker.unflushed
      const error: unknown = await worker.apply(span).catch((thrown: unknown) => thrown)
      if (error === undefined) {
        next = span.to
        expect(before).toBeLessThanOrEqual(isDown ? 100 : Number.MAX_SAFE_INTEGER)
        continue
      }
      expect(before).toBeGreaterThan(100)
      expect(worker.computedNext).toBe(next)
      held++
      // Nothing was lost by waiting: the same span goes on, the partition is still held.
      isDown = held < 3
    }
    await worker.flush()
    expect(held).toBe(3)
    expect(await stateOf(world.store)).toBe(await stateOf(whole.store))
    expect(ledgerRows(world)).toEqual(ledgerRows(whole))
  })
})
