// In a sound world an audit finds nothing: while workers go on, come and go, fail and fall back,
// however slow the answers are, whatever stands in the log.
import { describe, expect, it } from 'vitest'
import type { MemoryStateStore } from '../../../src/adapters/memory/memory-state-store.ts'
import { auditPartition } from '../../../src/runtime/audit/audit-partition.ts'
import { faultyDeadLetters, faultyLedger, faultyStore } from '../faults.ts'
import { distant } from '../mortal.ts'
import { withMethods } from '../with-methods.ts'
import { RewindableStore } from '../rewindable-store.ts'
import { PARTITIONS, createMember, createWorkerWorld, highs, isConsumed } from '../worker-world.ts'
import type { WorkerWorld } from '../worker-world.ts'
import { audit, auditOptions, consumeAll, createDenseWorld } from './audit-world.ts'

const SEEDS = 5
const RATES = { store: 20, ledger: 40, deadLetters: 40 }

function startWorker(world: WorkerWorld) {
  const { clock, draw, stores, ledger, deadLetters } = world
  const mostMs = draw(100, 500)
  const { worker } = createMember(world, {
    storeOf: (one) => distant(faultyStore(stores[one]!, draw, RATES), mostMs, clock, draw),
    ledger: distant(faultyLedger(ledger, draw, RATES), mostMs, clock, draw),
    deadLetters: faultyDeadLetters(deadLetters, draw, RATES),
  })
  void worker.start()
  return worker
}

describe('an audit of a sound world', () => {
  it.each([
    ['records of many hours', createWorkerWorld],
    ['records of few hours', createDenseWorld],
  ])('finds nothing while workers go on: %s', { timeout: 120_000 }, async (_, create) => {
    const seen = { begun: 0, underway: 0, moved: 0, rows: 0 }
    for (let seed = 0; seed < SEEDS; seed++) {
      const world = create(seed, 400)
      const { clock, draw, stores, ledger } = world
      const workers = [startWorker(world), startWorker(world)]
      for (let audits = 0; audits < 6; audits++) {
        await clock.pass(draw(0, 1_000))
        const partition = draw(0, PARTITIONS - 1)
        const mostMs = draw(0, 300)
        const nexts = new Set<number>()
        const watched = withMethods(stores[partition]!, {
          owner: async () => {
            const owner = await stores[partition]!.owner()
            nexts.add(owner.meta?.next ?? -1)
            return owner
          },
        })
        const found = await clock.finish(
          auditPartition(
            auditOptions(world, partition, {
              store: distant(watched, mostMs, clock, draw),
              ledger: distant(ledger, mostMs, clock, draw),
            }),
          ),
        )
        expect(found.differences, `seed ${seed}`).toEqual([])
        seen.begun += found.to > 0 ? 1 : 0
        seen.underway += found.to > 0 && found.to < highs(world)[partition]! ? 1 : 0
        seen.moved += nexts.size > 1 ? 1 : 0
        seen.rows += found.rows.redis + found.rows.clickhouse
      }
      await clock.until(() => isConsumed(world))
      for (const worker of workers) await clock.finish(worker.stop())
    }
    expect(seen.begun).toBeGreaterThan(SEEDS * 3)
    expect(seen.underway).toBeGreaterThan(SEEDS)
    expect(seen.moved).toBeGreaterThan(3)
    // That something was compared at all; how much depends on where the audits fall.
    expect(seen.rows).toBeGreaterThan(SEEDS * 20)
  })

  it('finds nothing when Redis has fallen back behind what is published', async () => {
    for (let seed = 0; seed < SEEDS; seed++) {
      const world = { ...createDenseWorld(seed), stores: [] as MemoryStateStore[] }
      const stores = Array.from({ length: PARTITIONS }, () => new RewindableStore())
      const worlds = { ...world, stores: stores as unknown as MemoryStateStore[] }
      await consumeAll(worlds)
      for (const [partition, store] of stores.entries()) {
        const whole = store.writes
        for (const writes of [whole - 1, whole - 3, Math.ceil(whole / 2)]) {
          await store.rewind(Math.max(2, writes))
          const found = await audit(worlds, partition)
          expect(found, `seed ${seed}`).toMatchObject({ differences: [], notReplayed: '' })
        }
      }
    }
  })

  it('obeys what an operator has given up, and passes what no reader sees', async () => {
    const world = createDenseWorld(3)
    const { log, ledger } = world
    const [high = 0] = highs(world)
    log.appendGap(0, 3)
    log.appendUndecodable(0, 5, 'CRC mismatch')
    const broken = { from: high + 3, to: high + 8 }
    const place = { topic: log.topic, partition: 0, lineage: '1', reason: 'broken' }
    await ledger.writeSkip({ ...place, ...broken })
    const record = log.readAt(0, high - 1)!
    log.append(0, record)
    await consumeAll(world)
    const found = await audit(world, 0)
    expect(found).toMatchObject({ to: broken.to + 1, differences: [], notReplayed: '' })
    const skipped = ledger.rows('intake').filter((row) => row.includes('undecodable_batch'))
    expect(skipped).not.toEqual([])
  })
})
