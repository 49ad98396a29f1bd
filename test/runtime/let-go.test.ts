// A partition that is let go while a commit is under way and the next waits behind it: the next is
// of a memory that has been dropped, and is not sent.
import { expect, it } from 'vitest'
import { noTelemetry } from '../../src/adapters/process/system.ts'
import { Fenced } from '../../src/runtime/halt.ts'
import { generateLog } from '../logs/build-log.ts'
import { settingsFor } from '../logs/settings-for.ts'
import { Balance } from './balance.ts'
import { withMethods } from './with-methods.ts'
import { createWorker, createWorld, endOf, logView, spanOf } from './world.ts'

const SETTINGS = settingsFor(3)
const LOG = generateLog(3, { settings: SETTINGS, records: { min: 40, max: 40 } })
const HALF = LOG[20]!.offset

it('sends no commit of a memory that has been dropped, and counts its records as reread', async () => {
  const world = createWorld(LOG, SETTINGS)
  let answer = (): void => undefined
  const answered = new Promise<void>((resolve) => (answer = resolve))
  const store = withMethods(world.store, {
    commit: async (commit) => {
      const result = await world.store.commit(commit)
      await answered
      return result
    },
  })
  const balance = new Balance()
  const telemetry = {
    ...noTelemetry,
    outcomes: balance.outcomes.bind(balance),
    inFlight: balance.inFlight.bind(balance),
    count: (what: string, _: number, amount = 1) => balance.count(what, amount),
  }
  const worker = createWorker(world, {}, { store, telemetry })
  await worker.acquire(logView(world))
  await worker.apply(spanOf(world, 0, HALF))
  const second = worker.apply(spanOf(world, HALF, endOf(world))).catch((error: unknown) => error)
  // It has been computed, and waits for the commit before.
  await new Promise((resolve) => setImmediate(resolve))
  worker.release()
  answer()
  expect(await second).toBeInstanceOf(Fenced)
  await new Promise((resolve) => setImmediate(resolve))
  expect((await world.store.owner()).meta?.next).toBe(HALF)
  expect(balance.mistake).toBe('')
  expect(balance.outcomesSeen).toBe(20)
})
