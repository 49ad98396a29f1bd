// Another worker takes the partition while one is still reading it back: whatever was read is of
// two moments, and nothing may come of it.
import { describe, expect, it } from 'vitest'
import { Fenced } from '../../src/runtime/halt.ts'
import { generateLog } from '../logs/build-log.ts'
import { settingsFor } from '../logs/settings-for.ts'
import { referenceOf } from './reference.ts'
import { RewindableStore } from './rewindable-store.ts'
import { withMethods } from './with-methods.ts'
import { createWitness } from './witness.ts'
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

const SIZES = { from: 7, to: 7 }
const BEGINNING = 'beginning'
const MIDDLE = 'middle'

describe('a worker that loses the partition while it acquires it writes nothing wrong', () => {
  it.each([
    ['progress', BEGINNING],
    ['create', BEGINNING],
    ['loadDictionary', BEGINNING],
    ['loadDictionary', MIDDLE],
    ['loadLedger', BEGINNING],
    ['loadLedger', MIDDLE],
    ['loadDue', MIDDLE],
  ])('before its %s, at the %s of a log', async (read, where) => {
    const settings = settingsFor(3)
    const log = generateLog(3, { settings, endTicks: 1, records: { min: 40, max: 40 } })
    const expected = await referenceOf(log, settings)
    const world = createWorld(log, settings)
    const witness = createWitness(world, expected)
    const { store, ledger } = witness
    const middle = log[20]!.offset
    if (where === MIDDLE) {
      const first = createWorker(world, {}, { store, ledger })
      await first.acquire(logView(world))
      await first.apply(spanOf(world, 0, middle))
      await first.drain()
    }
    let isTaken = false
    const overtaken = <T extends object>(port: T): T =>
      new Proxy(port, {
        get: (_, name) => {
          const method = port[name as keyof T] as (...given: unknown[]) => Promise<unknown>
          return async (...given: unknown[]) => {
            if (name === read && !isTaken) {
              isTaken = true
              const other = createWorker(world, {}, { store, ledger })
              await driveToEnd(world, other, SIZES)
            }
            return method.apply(port, given)
          }
        },
      })
    const late = createWorker(world, {}, { store: overtaken(store), ledger: overtaken(ledger) })
    const work = async (): Promise<void> => {
      const next = await late.acquire(logView(world))
      await late.flush()
      await late.apply(spanOf(world, next, endOf(world)))
      await late.flush()
    }
    const outcome = await work().then(
      () => null,
      (error: unknown) => error,
    )
    // A log that has just begun is not read for its past: then nothing came between.
    if (isTaken) expect(outcome).toBeInstanceOf(Fenced)
    await driveToEnd(world, createWorker(world, {}, { store, ledger }), SIZES)
    expect(await stateOf(world.store)).toBe(expected.finalState)
    expect(ledgerRows(world)).toEqual(expected.rows)
  })
})

describe('a store that falls back to the owner before', () => {
  it('takes no commit that was computed from what another had written meanwhile', async () => {
    const settings = settingsFor(3)
    const log = generateLog(3, { settings, endTicks: 1, records: { min: 40, max: 40 } })
    const expected = await referenceOf(log, settings)
    const world = createWorld(log, settings)
    const [low, high] = [log[10]!.offset, log[30]!.offset]
    const store = new RewindableStore()
    const limits = { cachedJourneysMax: 1 }
    let fallsBackTo = -1
    const before = withMethods(store, {
      commit: async (commit) => {
        if (fallsBackTo >= 0) await store.rewind(fallsBackTo)
        return store.commit(commit)
      },
    })
    const first = createWorker(world, limits, { store: before })
    await first.acquire(logView(world))
    await first.apply(spanOf(world, 0, low))
    await first.drain()
    fallsBackTo = store.writes
    const second = createWorker(world, limits, { store })
    await second.acquire(logView(world))
    await second.apply(spanOf(world, low, high))
    await second.drain()
    const work = first.apply(spanOf(world, low, high)).then(() => first.drain())
    await expect(work).rejects.toBeInstanceOf(Fenced)
    await driveToEnd(world, createWorker(world, {}, { store }), SIZES)
    expect(await stateOf(store)).toBe(expected.finalState)
    expect(ledgerRows(world)).toEqual(expected.rows)
  })
})

describe('a due list that vanishes while a worker looks for it', () => {
  const settings = settingsFor(3)
  const log = generateLog(3, { settings, endTicks: 2, records: { min: 40, max: 40 } })
  const middle = log[20]!.offset

  /** Applies half of the log and then the rest, for which lists are gone by then. */
  async function applyWithout({
    meanwhile = () => Promise.resolve(),
    goneBack = 0,
  }: {
    readonly meanwhile?: (world: World) => Promise<void>
    readonly goneBack?: number
  }): Promise<unknown> {
    const world = createWorld(log, settings)
    let isGone = false
    const store = withMethods(world.store, {
      loadDue: async (from, to) => {
        const lists = await world.store.loadDue(from, to)
        return isGone ? lists.map(({ hour }) => ({ hour, persons: new Uint8Array() })) : lists
      },
      owner: async () => {
        const { token, meta } = await world.store.owner()
        return { token, meta: { ...meta!, next: meta!.next - goneBack } }
      },
    })
    const worker = createWorker(world, {}, { store })
    const next = await worker.acquire(logView(world))
    await worker.apply(spanOf(world, next, middle))
    await worker.drain()
    isGone = true
    await meanwhile(world)
    return worker.apply(spanOf(world, middle, endOf(world))).then(
      () => null,
      (error: unknown) => error,
    )
  }

  it('is no halt where another worker has taken the partition', async () => {
    const meanwhile = async (world: World): Promise<void> => {
      await createWorker(world, {}, {}).acquire(logView(world))
    }
    expect(await applyWithout({ meanwhile })).toBeInstanceOf(Fenced)
  })

  it('is no halt where the store has gone back', async () => {
    expect(await applyWithout({ goneBack: 1 })).toBeInstanceOf(Fenced)
  })

  it('is no halt where the store has gone back while the partition was taken over', async () => {
    const world = createWorld(log, settings)
    const first = createWorker(world)
    await first.acquire(logView(world))
    await first.apply(spanOf(world, 0, middle))
    await first.drain()
    const before = await world.store.owner()
    let hasGoneBack = false
    const store = withMethods(world.store, {
      loadDue: (from) => {
        hasGoneBack = true
        return Promise.resolve([{ hour: from, persons: new Uint8Array() }])
      },
      owner: () => (hasGoneBack ? Promise.resolve(before) : world.store.owner()),
    })
    const late = createWorker(world, {}, { store })
    await expect(late.acquire(logView(world))).rejects.toBeInstanceOf(Fenced)
  })

  it('is a halt where nobody else has been', async () => {
    const error = await applyWithout({})
    expect(error).toMatchObject({ reason: 'state_incomplete' })
  })
})
