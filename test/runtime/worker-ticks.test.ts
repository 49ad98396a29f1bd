// Ticks of quiet partitions: one when nothing has come for long, more at once while persons are
// due.
import { describe, expect, it } from 'vitest'
import type { TickSink } from '../../src/ports/tick-sink.ts'
import { DEFAULT_TIMINGS } from '../../src/runtime/worker-options.ts'
import { partitionOf } from '../../src/schema/partitioners.ts'
import {
  PARTITIONS,
  appendMore,
  createMember,
  createWorkerWorld,
  expectedOf,
  highs,
  isConsumed,
  resultOf,
  ticksOf,
} from './worker-world.ts'
import type { WorkerWorld } from './worker-world.ts'

const DAY_MS = 86_400_000
const IDLE_MS = DEFAULT_TIMINGS.tickIdleMs

/** One view each of so many persons whose place is the partition, long ago. */
function appendCrowd({ log, clock }: WorkerWorld, partition: number, persons: number): void {
  const timeMs = clock.now() - 40 * DAY_MS
  for (let i = 0, found = 0; found < persons; i++) {
    const key = Buffer.from(`person-${i}`)
    if (partitionOf(key, 'murmur2', PARTITIONS) !== partition) continue
    found++
    const event = { event_id: `view-${i}`, user_hash: `person-${i}`, timestamp: timeMs }
    const value = JSON.stringify({ ...event, channel: 'email', action_type: 'view' })
    log.append(partition, { timeMs, key, value: Buffer.from(value) })
  }
}

/** Times of the ticks of a partition, as they stand in the log. */
const ticksIn = ({ log }: WorkerWorld, partition: number): number[] =>
  Array.from({ length: log.bounds(partition).high }, (_, offset) => log.readAt(partition, offset))
    .filter((record) => record?.headers !== undefined)
    .map((record) => record!.timeMs)

describe('a quiet partition', () => {
  it('gets one tick whenever it has been idle for long', async () => {
    const world = createWorkerWorld(1)
    const { worker } = createMember(world, { ticks: ticksOf(world) })
    await worker.start()
    await world.clock.until(() => isConsumed(world))
    const begunMs = world.clock.now()
    await world.clock.pass(3.5 * IDLE_MS)
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const ticks = ticksIn(world, partition)
      expect(ticks.length).toBe(3)
      expect(ticks[0]! - begunMs).toBeGreaterThanOrEqual(IDLE_MS)
      expect(ticks[1]! - ticks[0]!).toBeGreaterThanOrEqual(IDLE_MS)
    }
    expect(world.told.counts.get('ticks')).toBe(3 * PARTITIONS)
    await world.clock.finish(worker.stop())
    expect(await resultOf(world)).toEqual(await expectedOf(world))
  })

  it('gets more at once, one after the other, while persons are due', async () => {
    const quiet = createWorkerWorld(2, 1)
    const crowded = highs(quiet).indexOf(0)
    appendCrowd(quiet, crowded, 2_500)
    const { worker } = createMember(quiet, { ticks: ticksOf(quiet) })
    await worker.start()
    await quiet.clock.until(() => isConsumed(quiet))
    await quiet.clock.pass(1.5 * IDLE_MS)
    const ticks = ticksIn(quiet, crowded)
    // 1,024 persons each.
    expect(ticks.length).toBe(3)
    expect(ticks.at(-1)! - ticks[0]!).toBeLessThan(IDLE_MS / 10)
    for (const partition of [0, 1, 2, 3].filter((one) => one !== crowded)) {
      expect(ticksIn(quiet, partition).length).toBe(1)
    }
    await quiet.clock.finish(worker.stop())
    const lapses = quiet.ledger
      .rows('transitions')
      .filter((row) => row.includes('(null)'))
      .reduce((sum, row) => sum + Number(row[6]), 0)
    expect(lapses).toBe(2_500)
  })

  it('gets no more at once when a record has come meanwhile, which settles some, too', async () => {
    const world = createWorkerWorld(2, 1)
    const crowded = highs(world).indexOf(0)
    appendCrowd(world, crowded, 2_500)
    const sink = ticksOf(world)
    const append = async (partition: number): Promise<void> => {
      await sink.append(partition)
      world.log.append(partition, { timeMs: world.clock.now(), key: null, value: null })
    }
    const { worker } = createMember(world, { ticks: { append } })
    await worker.start()
    await world.clock.pass(3.5 * IDLE_MS)
    const ticks = ticksIn(world, crowded)
    expect(ticks.length).toBe(3)
    expect(ticks[1]! - ticks[0]!).toBeGreaterThanOrEqual(IDLE_MS)
    await world.clock.finish(worker.stop())
  })

  it('gets none while records come, and none without being asked to', async () => {
    const world = createWorkerWorld(3)
    const { worker } = createMember(world, { ticks: ticksOf(world) })
    await worker.start()
    for (let i = 0; i < 4; i++) {
      await world.clock.pass(0.7 * IDLE_MS)
      appendMore(world, 100)
    }
    await world.clock.until(() => isConsumed(world))
    expect(world.told.counts.get('ticks')).toBeUndefined()
    await world.clock.finish(worker.stop())

    const { worker: without } = createMember(world)
    await without.start()
    const before = highs(world)
    await world.clock.pass(3 * IDLE_MS)
    expect(highs(world)).toEqual(before)
    await world.clock.finish(without.stop())
  })

  it.each<[string, (world: WorkerWorld) => TickSink]>([
    ['fails', () => ({ append: () => Promise.reject(new Error('not the leader')) })],
    ['hangs', () => ({ append: () => new Promise(() => undefined) })],
    [
      'appends and says it failed',
      (world) => ({
        append: async (partition) => {
          await ticksOf(world).append(partition)
          throw new Error('timed out')
        },
      }),
    ],
  ])('goes on where its sink %s', async (_, sinkOf) => {
    const world = createWorkerWorld(4)
    const { worker } = createMember(world, { ticks: sinkOf(world) })
    await worker.start()
    await world.clock.pass(1.5 * IDLE_MS)
    expect(ticksIn(world, 0).length).toBeLessThanOrEqual(1)
    appendMore(world, 100)
    await world.clock.until(() => isConsumed(world))
    await world.clock.finish(worker.stop())
    expect(await resultOf(world)).toEqual(await expectedOf(world))
  })
})
