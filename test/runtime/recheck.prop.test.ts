// ClickHouse loses rows of an hour that is still open, long after it has acknowledged them. The
// rolling re-check finds them, and only them, and the next flush sends them again.
import { expect, it } from 'vitest'
import type { StateStore } from '../../src/ports/state-store.ts'
import { generateLog } from '../logs/build-log.ts'
import { settingsFor } from '../logs/settings-for.ts'
import { referenceOf } from './reference.ts'
import { withMethods } from './with-methods.ts'
import { createWorker, createWorld, endOf, ledgerRows, logView, spanOf } from './world.ts'

const LOGS = 20

it('rows lost after they were acknowledged are found hour by hour, and sent again', async () => {
  let found = 0
  for (let seed = 0; seed < LOGS; seed++) {
    const log = generateLog(seed, { settings: settingsFor(seed), records: { min: 20, max: 60 } })
    const expected = await referenceOf(log, settingsFor(seed))
    const world = createWorld(log, settingsFor(seed), seed)
    const ledger = withMethods(world.ledger, {
      insert: async (table, rows) => {
        const kept = rows.filter(() => world.draw(0, 9) > 1)
        await world.ledger.insert(table, kept)
      },
    })
    const worker = createWorker(world, {}, { ledger, store: keepsEveryHour(world.store) })
    await worker.acquire(logView(world))
    await worker.apply(spanOf(world, 0, endOf(world)))
    // Verifying closed hours would find theirs by itself: only re-checks may do it here.
    await worker.flush().catch(() => undefined)
    const hours = worker.partition!.ledger.hours.size
    for (let round = 0; round < 60; round++) {
      let lost = 0
      for (let turn = 0; turn < hours; turn++) lost += await worker.recheck()
      found += lost
      if (lost === 0 && worker.unflushed === 0) break
      await worker.flush().catch(() => undefined)
    }
    expect(ledgerRows(world), `seed ${seed}`).toEqual(expected.rows)
  }
  expect(found).toBeGreaterThan(2 * LOGS)
})

it('finds nothing where nothing is lost, and nothing in a partition without rows', async () => {
  const log = generateLog(1, { settings: settingsFor(1), records: { min: 20, max: 60 } })
  const world = createWorld(log, settingsFor(1))
  const worker = createWorker(world)
  await worker.acquire(logView(world))
  expect(await worker.recheck()).toBe(0)
  await worker.apply(spanOf(world, 0, endOf(world)))
  await worker.flush()
  expect(await worker.recheck()).toBe(0)
})

/** Hours stay in the store, so that all of them can be re-checked. */
const keepsEveryHour = (store: StateStore): StateStore =>
  withMethods(store, {
    forgetHours: () => Promise.reject(new Error('the store does not answer')),
  })
