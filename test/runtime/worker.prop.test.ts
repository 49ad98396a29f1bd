// Workers of many partitions on memory twins: whatever fails, whoever comes and goes, and whoever is
// told late that a partition is no longer theirs, the stores' bytes and the ledger's rows are those
// of one undisturbed owner.
import { describe, expect, it } from 'vitest'
import { faultyDeadLetters, faultyLedger, faultyStore } from './faults.ts'
import type { FaultRates } from './faults.ts'
import {
  createMember,
  createWorkerWorld,
  expectedOf,
  isConsumed,
  resultOf,
} from './worker-world.ts'
import type { WorkerWorld } from './worker-world.ts'

const SEEDS = 15
const DAY_MS = 86_400_000

function faultyPorts(world: WorkerWorld, rates: FaultRates) {
  const { draw, stores, ledger, deadLetters } = world
  return {
    storeOf: (partition: number) => faultyStore(stores[partition]!, draw, rates),
    ledger: faultyLedger(ledger, draw, rates),
    deadLetters: faultyDeadLetters(deadLetters, draw, rates),
  }
}

/** Members join, leave and are killed; then two that stay consume everything. */
async function disturb(world: WorkerWorld, rates: FaultRates): Promise<void> {
  const { clock, draw } = world
  const ports = faultyPorts(world, rates)
  const members = []
  for (let moves = draw(2, 6); moves > 0; moves--) {
    const member = createMember(world, ports)
    await member.worker.start()
    members.push(member)
    await clock.pass(draw(0, 4_000))
    if (draw(0, 1) === 0) continue
    const [gone] = members.splice(draw(0, members.length - 1), 1)
    if (draw(0, 1) === 0) gone!.source.vanish()
    else await clock.finish(gone!.worker.stop())
  }
  if (members.length === 0) {
    const member = createMember(world, ports)
    await member.worker.start()
    members.push(member)
  }
  await clock.until(() => isConsumed(world), DAY_MS)
  for (const { worker } of members) await clock.finish(worker.stop())
}

/** One worker, nothing fails: what is left is consumed, and everything flushed. */
async function conclude(world: WorkerWorld): Promise<void> {
  const { worker } = createMember(world)
  await worker.start()
  await world.clock.until(() => isConsumed(world))
  await world.clock.pass(60_000)
  await world.clock.finish(worker.stop())
}

describe('workers of many partitions', () => {
  it.each([
    ['however members come and go', { store: 0, ledger: 0, deadLetters: 0 }],
    ['whatever fails besides', { store: 30, ledger: 60, deadLetters: 60 }],
  ])(
    'give the bytes and rows of one undisturbed owner, %s',
    async (_, rates) => {
      let fenced = 0
      for (let seed = 0; seed < SEEDS; seed++) {
        const world = createWorkerWorld(seed)
        const expected = await expectedOf(world)
        await disturb(world, rates)
        await conclude(world)
        expect(await resultOf(world), `seed ${seed}`).toEqual(expected)
        fenced += world.told.counts.get('fenced') ?? 0
      }
      expect(fenced).toBeGreaterThan(SEEDS / 5)
    },
    120_000,
  )
})
