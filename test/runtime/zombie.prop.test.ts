// Two workers that both believe to own the partition, in any interleaving of their calls.
import { expect, it } from 'vitest'
import fc from 'fast-check'
import { Fenced } from '../../src/runtime/halt.ts'
import type { PartitionWorker } from '../../src/runtime/partition-worker.ts'
import { generateLog } from '../logs/build-log.ts'
import { createDraw } from '../logs/moves.ts'
import { settingsFor } from '../logs/settings-for.ts'
import { referenceOf } from './reference.ts'
import type { Reference } from './reference.ts'
import { scheduled } from './scheduled.ts'
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

const LOGS = 24
const RUNS = 30

const ignoreFenced = (error: unknown): void => {
  if (!(error instanceof Fenced)) throw error
}

/** Reads on until it is fenced off, takes the partition back a few times, then gives up. */
async function contend(
  world: World,
  worker: PartitionWorker,
  { seed, turn }: { readonly seed: number; readonly turn: () => Promise<void> },
): Promise<void> {
  const draw = createDraw(seed)
  for (let tries = draw(1, 4); tries > 0; tries--) {
    // Long enough for the other to get somewhere.
    for (let turns = draw(0, 30); turns > 0; turns--) await turn()
    const flushes: Promise<void>[] = []
    try {
      let next = await worker.acquire(logView(world))
      if (draw(0, 1) === 0) flushes.push(worker.flush().catch(ignoreFenced))
      while (next < endOf(world)) {
        const to = spanEnd(world, next, draw(1, 12))
        await worker.apply(spanOf(world, next, to))
        next = to
        // Beside the records that follow, as in production.
        if (draw(0, 3) === 0) flushes.push(worker.flush().catch(ignoreFenced))
      }
      await worker.flush()
    } catch (error) {
      ignoreFenced(error)
    }
    await Promise.all(flushes)
  }
}

const references = new Map<number, Promise<Reference>>()

function caseOf(seed: number): { world: World; reference: Promise<Reference> } {
  const settings = settingsFor(seed)
  const log = generateLog(seed, { settings, endTicks: 1, records: { min: 15, max: 40 } })
  const known = references.get(seed)
  const reference = known ?? referenceOf(log, settings)
  references.set(seed, reference)
  return { world: createWorld(log, settings, seed), reference }
}

it('lets no zombie change the state or a row, however two workers’ calls interleave', async () => {
  let fenced = 0
  await fc.assert(
    fc.asyncProperty(fc.nat(LOGS - 1), fc.scheduler(), async (seed, scheduler) => {
      const { world, reference } = caseOf(seed)
      const expected = await reference
      const witness = createWitness(world, expected)
      const workers = [1, 2].map(() =>
        createWorker(
          world,
          {},
          {
            store: scheduled(witness.store, scheduler),
            ledger: scheduled(witness.ledger, scheduler),
          },
        ),
      )
      const turn = () => scheduler.schedule(Promise.resolve(), 'waiting')
      await scheduler.waitFor(
        Promise.all(
          workers.map((worker, i) => contend(world, worker, { seed: seed * 2 + i, turn })),
        ),
      )
      fenced += witness.seen.fenced
      const { store, ledger } = witness
      await driveToEnd(world, createWorker(world, {}, { store, ledger }), { from: 5, to: 5 })
      expect(await stateOf(world.store)).toBe(expected.finalState)
      expect(ledgerRows(world)).toEqual(expected.rows)
    }),
    { numRuns: RUNS },
  )
  expect(fenced).toBeGreaterThan(RUNS / 4)
})
