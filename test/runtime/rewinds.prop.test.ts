// The store falls back to an older prefix of its commits while ClickHouse keeps the newer rows: the
// log is read again from there, and every byte and row is what it would have been.
import { expect, it } from 'vitest'
import { Fenced } from '../../src/runtime/halt.ts'
import type { PartitionWorker } from '../../src/runtime/partition-worker.ts'
import { generateLog } from '../logs/build-log.ts'
import { settingsFor } from '../logs/settings-for.ts'
import { referenceOf } from './reference.ts'
import { RewindableStore } from './rewindable-store.ts'
import { createWitness } from './witness.ts'
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

const LOGS = 15
const REWINDS = 6
/** Acquired and created: a store that has lost even that halts (halts.test.ts). */
const BEGUN = 2

/** Reads some spans, flushing now and then; Fenced where the store fell back under its feet. */
async function readOn(world: World, worker: PartitionWorker): Promise<void> {
  const { draw } = world
  for (let spans = draw(1, 8); spans > 0 && worker.computedNext < endOf(world); spans--) {
    const from = worker.computedNext
    await worker.apply(spanOf(world, from, spanEnd(world, from, draw(1, 8))))
    if (draw(0, 2) === 0) await worker.flush()
  }
}

function expectFenced(error: unknown): void {
  expect(error).toBeInstanceOf(Fenced)
}

it(`gives the same rows and bytes after any rewinds of the store (${LOGS} logs)`, async () => {
  let lost = 0
  let fenced = 0
  for (let seed = 0; seed < LOGS; seed++) {
    const settings = settingsFor(seed)
    const log = generateLog(seed, { settings, endTicks: 1, records: { min: 20, max: 60 } })
    const expected = await referenceOf(log, settings)
    const store = new RewindableStore()
    const world = { ...createWorld(log, settings, seed), store }
    const witness = createWitness(world, expected)
    const ports = { store: witness.store, ledger: witness.ledger }
    const limits = { commitJourneysMax: 1 + (seed % 3) }
    let worker = createWorker(world, limits, ports)
    await worker.acquire(logView(world))
    for (let rewinds = 0; rewinds < REWINDS; rewinds++) {
      await readOn(world, worker)
      await worker.drain()
      const kept = world.draw(BEGUN, store.writes)
      lost += store.writes - kept
      await store.rewind(kept)
      // A flush may be the first to come: an hour that was closed may be open again in the store.
      if (world.draw(0, 1) === 0) await worker.flush().catch(expectFenced)
      // Either it notices by itself, or it crashes and another comes.
      const error = await readOn(world, worker).catch((thrown: unknown) => thrown)
      if (error !== undefined) {
        expect(error).toBeInstanceOf(Fenced)
        fenced++
      }
      if (world.draw(0, 1) === 0) worker = createWorker(world, limits, ports)
      await worker.acquire(logView(world))
    }
    await driveToEnd(world, worker, { from: 1, to: 20 })
    expect(await stateOf(store), `state of seed ${seed}`).toBe(expected.finalState)
    expect(ledgerRows(world), `rows of seed ${seed}`).toEqual(expected.rows)
  }
  expect(lost).toBeGreaterThan(LOGS * REWINDS)
  expect(fenced).toBeGreaterThan(LOGS)
})
