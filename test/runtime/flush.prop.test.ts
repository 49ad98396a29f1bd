// Flushing beside the records that go on: what it claims is true when it claims it, and its
// failures are its own.
import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { Fenced } from '../../src/runtime/halt.ts'
import { generateLog } from '../logs/build-log.ts'
import { createDraw } from '../logs/moves.ts'
import { settingsFor } from '../logs/settings-for.ts'
import { referenceOf } from './reference.ts'
import { scheduled } from './scheduled.ts'
import { withMethods } from './with-methods.ts'
import { createWitness } from './witness.ts'
import { createWorker, createWorld, endOf, ledgerRows, logView, spanEnd, spanOf } from './world.ts'

const RUNS = 40

const logOf = (seed: number) => {
  const settings = settingsFor(seed)
  return {
    settings,
    log: generateLog(seed, { settings, endTicks: 1, records: { min: 30, max: 50 } }),
  }
}

describe('a flush beside the records that go on', () => {
  it('claims nothing that has not landed, and forgets nothing that was not verified', async () => {
    let forgotten = 0
    await fc.assert(
      fc.asyncProperty(fc.nat(30), fc.scheduler(), async (seed, scheduler) => {
        const { log, settings } = logOf(seed)
        const expected = await referenceOf(log, settings)
        const world = createWorld(log, settings, seed)
        const witness = createWitness(world, expected)
        const worker = createWorker(
          world,
          {},
          {
            store: scheduled(witness.store, scheduler),
            ledger: scheduled(witness.ledger, scheduler),
          },
        )
        const draw = createDraw(seed)
        const work = async (): Promise<void> => {
          const flushes: Promise<void>[] = []
          let next = await worker.acquire(logView(world))
          while (next < endOf(world)) {
            const to = spanEnd(world, next, draw(1, 6))
            await worker.apply(spanOf(world, next, to))
            next = to
            if (draw(0, 1) === 0) flushes.push(worker.flush())
          }
          await Promise.all([...flushes, worker.flush()])
        }
        await scheduler.waitFor(work())
        expect(ledgerRows(world)).toEqual(expected.rows)
        forgotten += witness.seen.forgotten
      }),
      { numRuns: RUNS },
    )
    expect(forgotten).toBeGreaterThan(RUNS)
  })

  it('drops only what it was begun with, when it fails after the partition was acquired anew', async () => {
    const { log, settings } = logOf(0)
    const world = createWorld(log, settings)
    let release = (): void => undefined
    const gate = new Promise<void>((resolve) => (release = resolve))
    const { ledger } = world
    const worker = createWorker(
      world,
      {},
      {
        ledger: withMethods(ledger, {
          insert: async (table, rows) => {
            await gate
            await ledger.insert(table, rows)
          },
        }),
      },
    )
    const middle = log[20]!.offset
    await worker.acquire(logView(world))
    await worker.apply(spanOf(world, 0, middle))
    const flush = worker.flush().catch((error: unknown) => error)
    await worker.drain()
    await worker.acquire(logView(world))
    release()
    expect(await flush).toBeInstanceOf(Fenced)
    await worker.apply(spanOf(world, middle, endOf(world)))
    await worker.flush()
    expect(worker.unflushed).toBe(0)
  })

  it('publishes nothing of a span that was never committed', async () => {
    const { log, settings } = logOf(0)
    const world = createWorld(log, settings)
    const { store } = world
    let commits = 0
    const isLost = () => commits > 2
    const limits = { commitJourneysMax: 1 }
    const worker = createWorker(world, limits, {
      // After two commits another worker owns the partition.
      store: withMethods(store, {
        commit: (commit) => {
          commits++
          return isLost() ? Promise.resolve('fenced') : store.commit(commit)
        },
        owner: async () => (isLost() ? { token: 'another', meta: null } : store.owner()),
      }),
    })
    await worker.acquire(logView(world))
    const span = worker.apply(spanOf(world, 0, endOf(world))).catch((error: unknown) => error)
    const flush = worker.flush().catch((error: unknown) => error)
    expect(await span).toBeInstanceOf(Fenced)
    expect(await flush).toBeInstanceOf(Fenced)
    expect([...ledgerRows(world).values()].flat()).toEqual([])
  })
})
