// ClickHouse says that rows have landed, and some have not; an insert times out and lands much
// later, when newer rows are there. What is verified before it is forgotten finds the first,
// versions the second.
import { describe, expect, it } from 'vitest'
import { hourOf } from '../../src/core/journey-layout.ts'
import type { TableName, LedgerRow } from '../../src/core/tables.ts'
import type { LedgerSink } from '../../src/ports/ledger-sink.ts'
import type { PartitionWorker } from '../../src/runtime/partition-worker.ts'
import { generateLog } from '../logs/build-log.ts'
import type { Draw } from '../logs/moves.ts'
import { settingsFor } from '../logs/settings-for.ts'
import type { LogRecord } from '../oracle/log.ts'
import { referenceOf } from './reference.ts'
import { createWitness } from './witness.ts'
import { withMethods } from './with-methods.ts'
import { createWorker, createWorld, endOf, ledgerRows, logView, spanEnd, spanOf } from './world.ts'
import type { World } from './world.ts'

const LOGS = 20
const DAY_MS = 86_400_000

/**
 * A log whose last record is a tick far behind the others: all other hours are closed, and
 * verified.
 */
function closedLog(seed: number): LogRecord[] {
  const log = generateLog(seed, { settings: settingsFor(seed), records: { min: 20, max: 60 } })
  const lastMs = Math.max(...log.map(({ timeMs }) => timeMs))
  const offset = log.at(-1)!.offset + 1
  return [...log, { offset, timeMs: lastMs + 90 * DAY_MS, kind: 'tick' }]
}

/** Reads to the end, a new worker now and then, and flushes until nothing is left to verify. */
async function driveAndVerify(world: World, createOne: () => PartitionWorker): Promise<void> {
  const { draw } = world
  let worker = createOne()
  let next = await worker.acquire(logView(world))
  while (next < endOf(world)) {
    const to = spanEnd(world, next, draw(1, 12))
    await worker.apply(spanOf(world, next, to))
    next = to
    if (draw(0, 2) === 0) await worker.flush()
    if (draw(0, 5) !== 0) continue
    await worker.drain()
    worker = createOne()
    next = await worker.acquire(logView(world))
  }
  await worker.drain()
  const now = hourOf(Math.max(...world.log.map(({ timeMs }) => timeMs)))
  for (let flushes = 0; flushes < 60; flushes++) {
    await worker.flush()
    const held = await world.store.loadLedger()
    if (held.every(({ hour }) => hour >= now)) return
  }
  expect.fail('after 60 flushes there were still hours that were not verified')
}

/** Acknowledges everything and keeps most of it; the last hour, which stays open, is spared. */
function lossy(ledger: LedgerSink, world: World, lost: { rows: number }): LedgerSink {
  const lastHour = (row: LedgerRow): boolean =>
    Date.parse(`${String(row[0]).replace(' ', 'T')}Z`) > world.log.at(-1)!.timeMs - DAY_MS
  return withMethods(ledger, {
    insert: async (table, rows) => {
      const kept = rows.filter((row) => lastHour(row) || world.draw(0, 9) > 2)
      lost.rows += rows.length - kept.length
      await ledger.insert(table, kept)
    },
  })
}

interface Held {
  readonly table: TableName
  readonly rows: readonly LedgerRow[]
}

/**
 * Inserts that time out and land later, in any order, after newer ones or after the hour is closed.
 */
function tardy(ledger: LedgerSink, draw: Draw) {
  const held: Held[] = []
  const land = async (most: number): Promise<void> => {
    for (; held.length > most;) {
      const [one] = held.splice(draw(0, held.length - 1), 1)
      await ledger.insert(one!.table, one!.rows)
    }
  }
  const slow = withMethods(ledger, {
    insert: async (table, rows) => {
      if (draw(0, 2) > 0) return ledger.insert(table, rows)
      held.push({ table, rows })
      await land(draw(2, 40))
      throw new Error('timed out')
    },
  })
  return { slow, land, held }
}

describe('a ledger', () => {
  it('that loses rows which it acknowledged gets them again, before an hour is forgotten', async () => {
    const lost = { rows: 0 }
    let forgotten = 0
    for (let seed = 0; seed < LOGS; seed++) {
      const log = closedLog(seed)
      const settings = settingsFor(seed)
      const expected = await referenceOf(log, settings)
      const world = createWorld(log, settings, seed)
      const { store, ledger, seen } = createWitness(world, expected, { ledgerLoses: true })
      const ports = { store, ledger: lossy(ledger, world, lost) }
      await driveAndVerify(world, () => createWorker(world, {}, ports))
      expect(ledgerRows(world), `seed ${seed}`).toEqual(expected.rows)
      forgotten += seen.forgotten
    }
    expect(lost.rows).toBeGreaterThan(50 * LOGS)
    expect(forgotten).toBeGreaterThan(5 * LOGS)
  })

  it('in which an older insert lands after newer ones holds the newer rows', async () => {
    let late = 0
    for (let seed = 0; seed < LOGS; seed++) {
      const log = closedLog(seed)
      const settings = settingsFor(seed)
      const expected = await referenceOf(log, settings)
      const world = createWorld(log, settings, seed)
      const { store, ledger } = createWitness(world, expected)
      const { slow, land, held } = tardy(ledger, world.draw)
      const createOne = () => {
        const worker = createWorker(world, {}, { store, ledger: slow })
        // An insert that timed out is tried again with the next flush.
        return withMethods(worker, { flush: () => worker.flush().catch(() => undefined) })
      }
      await driveAndVerify(world, createOne)
      late += held.length
      await land(0)
      expect(ledgerRows(world), `seed ${seed}`).toEqual(expected.rows)
    }
    expect(late).toBeGreaterThan(LOGS)
  })
})
