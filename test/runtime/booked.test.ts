// What a worker tells of sales, against the rows that it has booked; and what it counts beside the
// outcomes.
import { expect, it } from 'vitest'
import { TABLES } from '../../src/core/tables.ts'
import { createMember, createWorkerWorld, isConsumed } from './worker-world.ts'
import type { WorkerWorld } from './worker-world.ts'

const { dimensions } = TABLES.find(({ name }) => name === 'conversions')!
/** After booked_hour: the dimensions, lineage, partition, then the measures. */
const COUNT = 1 + dimensions.length + 2

/** Purchases by currency, as the ledger has them. */
function purchasesIn({ ledger }: WorkerWorld): Map<string, number> {
  const counts = new Map<string, number>()
  for (const row of ledger.rows('conversions')) {
    const [, goal, currency] = row as readonly string[]
    if (goal !== 'purchase') continue
    counts.set(currency!, (counts.get(currency!) ?? 0) + Number(row[COUNT]))
  }
  return counts
}

it('tells as many orders by currency as stand in the ledger, whatever was booked back', async () => {
  const world = createWorkerWorld(5, 1_000)
  const { worker } = createMember(world)
  await worker.start()
  await world.clock.until(() => isConsumed(world))
  await world.clock.pass(60_000)
  await world.clock.finish(worker.stop())
  const purchases = purchasesIn(world)
  expect(purchases.size).toBeGreaterThan(1)
  expect(Object.fromEntries(world.told.orders)).toEqual(Object.fromEntries(purchases))
  expect(world.told.imbalances).toEqual([])
})
