// The runtime's protocol on memory twins: whatever fails, wherever spans are cut and whoever
// restarts, the store's bytes and the ledger's rows are those of an undisturbed run, and those of
// the oracle.
import { describe, expect, it } from 'vitest'
import type { LogRecord } from '../oracle/log.ts'
import { generateLog } from '../logs/build-log.ts'
import { settingsFor } from '../logs/settings-for.ts'
import { runOracle, toLedgerRow } from '../oracle/oracle.ts'
import type { Settings } from '../../src/core/settings.ts'
import { createWorker, createWorld, driveToEnd, ledgerRows, stateOf } from './world.ts'
import type { World } from './world.ts'
import { PARTITION } from './world.ts'

const SEEDS = 30
const FAULTS = { store: 60, ledger: 100, deadLetters: 100 }

const caseOf = (seed: number): { log: LogRecord[]; settings: Settings } => {
  const settings = settingsFor(seed)
  return { log: generateLog(seed, { settings, endTicks: seed % 3 }), settings }
}

async function undisturbed(seed: number): Promise<World> {
  const { log, settings } = caseOf(seed)
  const world = createWorld(log, settings, seed)
  await driveToEnd(world, createWorker(world), { from: 1_000, to: 1_000 })
  return world
}

describe('a partition worker', () => {
  it('gives the oracle’s rows, versions and lineage', { timeout: 120_000 }, async () => {
    for (let seed = 0; seed < SEEDS; seed++) {
      const world = await undisturbed(seed)
      const { meta } = await world.store.owner()
      const identity = { lineage: meta!.lineage, partition: PARTITION, generation: 1 }
      const expected = new Map(
        [...runOracle(world.log, world.settings).rows].map(([table, rows]) => [
          table as string,
          [...rows.values()].map((row) => JSON.stringify(toLedgerRow(row, identity))).sort(),
        ]),
      )
      expect(ledgerRows(world), `seed ${seed}`).toEqual(expected)
    }
  })

  it('gives the same bytes and rows however spans are cut', { timeout: 120_000 }, async () => {
    for (let seed = 0; seed < SEEDS; seed++) {
      const whole = await undisturbed(seed)
      const cut = createWorld(whole.log, whole.settings, seed)
      const limits = { commitJourneysMax: 1 + (seed % 4), cachedJourneysMax: 1 + (seed % 3) }
      await driveToEnd(cut, createWorker(cut, limits), { from: 1, to: 9 })
      expect(await stateOf(cut.store), `state of seed ${seed}`).toBe(await stateOf(whole.store))
      expect(ledgerRows(cut), `rows of seed ${seed}`).toEqual(ledgerRows(whole))
    }
  })

  it(
    'gives the same bytes and rows through failures, lost answers and restarts',
    {
      timeout: 120_000,
    },
    async () => {
      for (let seed = 0; seed < SEEDS; seed++) {
        const whole = await undisturbed(seed)
        const world = createWorld(whole.log, whole.settings, seed)
        world.rates = FAULTS
        await driveToEnd(world, createWorker(world), { from: 1, to: 20 })
        expect(await stateOf(world.store), `state of seed ${seed}`).toBe(await stateOf(whole.store))
        expect(ledgerRows(world), `rows of seed ${seed}`).toEqual(ledgerRows(whole))
      }
    },
  )
})
