// Workers of many partitions on memory twins: whatever fails, whoever comes, goes, is killed, or is
// told late or never that a partition is no longer theirs, the stores' bytes and the ledger's rows
// are those of one undisturbed owner.
import { describe, expect, it } from 'vitest'
import type { Worker } from '../../src/runtime/worker.ts'
import { faultyDeadLetters, faultyLedger, faultyStore } from './faults.ts'
import type { FaultRates } from './faults.ts'
import { distant, hearsLate, inTurn, mortal, mortalClock } from './mortal.ts'
import {
  createMember,
  createWorkerWorld,
  expectedOf,
  isConsumed,
  resultOf,
} from './worker-world.ts'
import type { WorkerWorld } from './worker-world.ts'

const SEEDS = 3
const DAY_MS = 86_400_000

interface Process {
  readonly worker: Worker
  /** kill -9 */
  kill(): void
  /** The group takes it for dead, and it goes on. */
  forsake(): void
}

function startProcess(world: WorkerWorld, rates: FaultRates): Process {
  const { draw, stores, ledger, deadLetters, clock } = world
  const life = { isOver: false }
  const mostMs = draw(0, 3) * 40
  const far = <P extends object>(port: P): P => mortal(distant(port, mostMs, clock, draw), life)
  const { worker, member } = createMember(
    world,
    {
      storeOf: (partition) => far(faultyStore(stores[partition]!, draw, rates)),
      ledger: far(faultyLedger(ledger, draw, rates)),
      deadLetters: far(faultyDeadLetters(deadLetters, draw, rates)),
      clock: mortalClock(clock, life),
    },
    (source) => inTurn(far(hearsLate(source, clock, draw))),
  )
  void worker.start()
  const forsake = (): void => world.log.leave(member)
  const kill = (): void => {
    life.isOver = true
    forsake()
  }
  return { worker, kill, forsake }
}

/** Processes come and go; the one that comes last stays until everything is consumed. */
async function disturb(world: WorkerWorld, rates: FaultRates): Promise<Process[]> {
  const { clock, draw } = world
  const running: Process[] = []
  const zombies: Process[] = []
  for (let moves = draw(3, 7); moves > 0; moves--) {
    running.push(startProcess(world, rates))
    await clock.pass(draw(0, 3_000))
    if (draw(0, 2) === 0) continue
    const [gone] = running.splice(draw(0, running.length - 1), 1)
    const fate = draw(0, 2)
    if (fate === 0) gone!.kill()
    else if (fate === 1) await clock.finish(gone!.worker.stop())
    else {
      gone!.forsake()
      zombies.push(gone!)
    }
    await clock.pass(draw(0, 2_000))
  }
  running.push(startProcess(world, rates))
  await clock.until(() => isConsumed(world), DAY_MS)
  for (const { worker } of running) await clock.finish(worker.stop())
  return zombies
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
    ['however they come and go', { store: 0, ledger: 0, deadLetters: 0 }],
    ['whatever fails besides', { store: 30, ledger: 60, deadLetters: 60 }],
  ])(
    'give the bytes and rows of one undisturbed owner, %s',
    { timeout: 120_000 },
    async (_, rates) => {
      let fenced = 0
      for (let seed = 0; seed < SEEDS; seed++) {
        const world = createWorkerWorld(seed)
        const expected = await expectedOf(world)
        const zombies = await disturb(world, rates)
        for (const zombie of zombies) zombie.kill()
        await conclude(world)
        expect(await resultOf(world), `seed ${seed}`).toEqual(expected)
        expect(world.told.imbalances, `seed ${seed}`).toEqual([])
        expect(world.told.balance.outcomesSeen).toBeGreaterThan(0)
        fenced += world.told.counts.get('fenced') ?? 0
      }
      expect(fenced).toBeGreaterThan(0)
    },
  )
})
