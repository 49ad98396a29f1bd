// A partition that halts, in a worker that holds others: what stops, what goes on, and what ends.
import { describe, expect, it } from 'vitest'
import type { RecordSource } from '../../src/ports/record-source.ts'
import type { Worker } from '../../src/runtime/worker.ts'
import { withMethods } from './with-methods.ts'
import {
  PARTITIONS,
  appendMore,
  createMember,
  createWorkerWorld,
  expectedOf,
  highs,
  isConsumed,
  nexts,
  resultOf,
} from './worker-world.ts'
import type { WorkerWorld } from './worker-world.ts'

const statusOf = (worker: Worker, partition: number) =>
  worker.status().partitions.find((one) => one.partition === partition)

const hasHalted = (worker: Worker, partition: number): boolean =>
  statusOf(worker, partition)?.state === 'halted'

describe('a partition that halts', () => {
  it('stops nothing else, keeps what came before, and says why', async () => {
    const world = createWorkerWorld(1)
    const expected = highs(world)
    world.log.appendUndecodable(2, 7, 'CRC mismatch')
    appendMore(world, 100)
    const { worker } = createMember(world)
    await worker.start()
    const others = async () => {
      const ends = highs(world)
      return (await nexts(world)).every((next, i) => i === 2 || next === ends[i])
    }
    await world.clock.until(async () => hasHalted(worker, 2) && (await others()))
    await world.clock.pass(60_000)
    expect((await nexts(world))[2]).toBe(expected[2])
    expect(statusOf(worker, 2)).toMatchObject({ reason: 'undecodable_batch', next: expected[2] })
    expect(statusOf(worker, 2)?.message).toContain('CRC mismatch')
    const [line] = world.told.of('partition_halted')
    expect(line?.fields).toEqual({
      partition: 2,
      reason: 'undecodable_batch',
      next: expected[2],
    })
    expect(world.told.of('partition_halted').length).toBe(1)
    // The others are flushed, this one publishes nothing more.
    const progress = await Promise.all(
      [0, 1, 2, 3].map((one) => world.ledger.progress('events', one)),
    )
    expect(progress.map((rows) => rows.length > 0)).toEqual([true, true, false, true])
    await world.clock.finish(worker.stop())
  })

  it('is one whose state an operator has replaced since: a copy of Redis that is too old', async () => {
    const world = createWorkerWorld(3)
    const first = createMember(world)
    await first.worker.start()
    await world.clock.until(() => isConsumed(world))
    await world.clock.finish(first.worker.stop())
    // booked hour, outcome, reason, lineage, partition …
    const landed = () => world.ledger.rows('intake').filter((row) => row[4] === 2)
    const before = JSON.stringify(landed())
    expect(landed().length).toBeGreaterThan(0)
    const [own] = await world.ledger.lineages('events', 2)
    await world.ledger.writeLineages([{ ...own!, status: 'retired' }])
    appendMore(world, 100)
    const { worker } = createMember(world)
    await worker.start()
    await world.clock.until(() => hasHalted(worker, 2))
    expect(statusOf(worker, 2)).toMatchObject({ reason: 'state_missing' })
    expect(world.told.of('partition_halted').length).toBe(1)
    await world.clock.pass(60_000)
    // What it counted meanwhile is seen by nobody; the others are flushed.
    expect(JSON.stringify(landed())).toBe(before)
    const ends = highs(world)
    const others = [0, 1, 3].map((one) => world.ledger.progress('events', one))
    expect((await Promise.all(others)).map((rows) => rows[0]?.next)).toEqual(
      [0, 1, 3].map((one) => ends[one]),
    )
    expect(world.told.of('flush_failed')).toEqual([])
    await world.clock.finish(worker.stop())
  })

  it('goes on at the next assignment where an operator has given the batch up', async () => {
    const world = createWorkerWorld(2)
    const [from] = [highs(world)[1]!]
    world.log.appendUndecodable(1, 5, 'codec 9 is unknown')
    appendMore(world, 100)
    const { worker } = createMember(world)
    await worker.start()
    await world.clock.until(() => hasHalted(worker, 1))
    const at = { topic: 'events', partition: 1, lineage: '1', reason: 'ticket 12' }
    await world.ledger.writeSkip({ ...at, from: from + 1, to: from + 5 })
    await rejoin(world)
    await world.clock.until(() => hasHalted(worker, 1))
    await world.ledger.writeSkip({ ...at, from: from - 1, to: from + 5 })
    await world.clock.pass(60_000)
    expect(hasHalted(worker, 1)).toBe(true)
    await rejoin(world)
    await world.clock.until(() => isConsumed(world))
    await world.clock.finish(worker.stop())
    expect(world.told.of('batch_skipped').map(({ fields }) => fields)).toEqual([
      { partition: 1, from, to: from + 5 },
    ])
    expect(world.told.counts.get('skipped_offsets')).toBe(5)
    const rejected = world.ledger
      .rows('intake')
      .filter((row) => row.includes('undecodable_batch'))
      .map((row) => row.at(-2))
    expect(rejected.map(Number)).toEqual([5])
  })

  it('ends the worker at once, if that is wanted', async () => {
    const world = createWorkerWorld(3)
    world.log.appendUndecodable(0, 1, 'CRC mismatch')
    const { worker } = createMember(world, { onHalt: 'exit' })
    await worker.start()
    const end = await world.clock.finish(worker.ended)
    expect(end.why).toBe('halted')
    expect(end.message).toContain('CRC mismatch')
    await world.clock.finish(worker.stop())
  })

  it('ends the worker when it was the last that had not', async () => {
    const world = createWorkerWorld(4)
    const { worker } = createMember(world)
    let ends = 0
    void worker.ended.then(() => ends++)
    await worker.start()
    await world.clock.until(() => isConsumed(world))
    for (const partition of [3, 1, 0]) world.log.appendUndecodable(partition, 1, 'CRC mismatch')
    await world.clock.until(() => [3, 1, 0].every((partition) => hasHalted(worker, partition)))
    await world.clock.pass(60_000)
    expect(ends).toBe(0)
    world.log.appendUndecodable(2, 1, 'CRC mismatch')
    expect((await world.clock.finish(worker.ended)).why).toBe('halted')
    await world.clock.finish(worker.stop())
  })
})

/** Somebody joins and leaves again: everybody is assigned anew, this worker the same partitions. */
async function rejoin(world: WorkerWorld): Promise<void> {
  const other = world.log.member('others')
  await other.stop()
  world.log.addPartitions(0)
}

describe('while it runs, a partition halts', () => {
  const running = async (seed: number, methods: Partial<RecordSource> = {}) => {
    const world = createWorkerWorld(seed)
    const { worker } = createMember(world, {}, (source) => withMethods(source, methods))
    await worker.start()
    await world.clock.until(() => isConsumed(world))
    return { world, worker }
  }
  const all = (worker: Worker, reason: string): boolean =>
    worker.status().partitions.filter((one) => one.reason === reason).length === PARTITIONS

  it('when the topic is switched to CreateTime, before a record with such a time', async () => {
    const { world, worker } = await running(5)
    const before = await resultOf(world)
    world.log.facts = { ...world.log.facts, isCreateTime: true }
    appendMore(world, 50)
    await world.clock.until(() => all(worker, 'create_time'), 1_000)
    expect((await resultOf(world)).states).toEqual(before.states)
    await world.clock.finish(worker.stop())
  })

  it.each([
    ['compacted_topic', { isCompacted: true }],
    ['create_time', { isCreateTime: true }],
    ['another_cluster', { clusterId: 'other' }],
  ])('when the topic comes to be %s, though nobody writes', async (reason, facts) => {
    const { world, worker } = await running(6)
    world.log.facts = { ...world.log.facts, ...facts }
    await world.clock.until(() => all(worker, reason), 120_000)
    await world.clock.finish(worker.stop())
  })

  it('when the topic has been given more partitions, and refuses no record for it', async () => {
    let partitions = PARTITIONS
    const facts = async () => ({ ...createWorkerWorld(7).log.factsNow(), partitions })
    const { world, worker } = await running(7, { facts })
    const { states } = await resultOf(world)
    const letters = world.deadLetters.letters.length
    partitions = 5
    // Each record lies one partition beside that of its key.
    appendMore(world, 100, { beside: 1 })
    await world.clock.until(() => all(worker, 'partition_count_changed'), 5_000)
    expect((await resultOf(world)).states).toEqual(states)
    expect(world.deadLetters.letters.length).toBe(letters)
    await world.clock.finish(worker.stop())
  })

  it('when the store comes to evict keys, though nobody writes', async () => {
    const world = createWorkerWorld(9)
    let policy: string | null = null
    const storeOf = (partition: number) =>
      withMethods(world.stores[partition]!, { evictionPolicy: () => Promise.resolve(policy) })
    const { worker } = createMember(world, { storeOf })
    await worker.start()
    await world.clock.until(() => isConsumed(world))
    policy = 'allkeys-lru'
    await world.clock.until(() => all(worker, 'would_evict'), 120_000)
    await world.clock.finish(worker.stop())
  })

  it('when the log is cut off before its position', async () => {
    const { world, worker } = await running(8)
    world.log.recreate(PARTITIONS)
    await world.clock.until(() => all(worker, 'beyond_log_end'), 120_000)
    await world.clock.finish(worker.stop())
  })

  it('when the topic is created anew, and applies nothing of what stands in it', async () => {
    const { world, worker } = await running(8)
    const before = await resultOf(world)
    const ends = highs(world)
    world.log.recreate(PARTITIONS)
    for (let round = 0; highs(world).some((high, i) => high <= ends[i]!); round++) {
      appendMore(world, 400, { seed: 78 + round })
    }
    await world.clock.until(() => all(worker, 'record_differs'), 120_000)
    expect((await resultOf(world)).states).toEqual(before.states)
    await world.clock.finish(worker.stop())
  })
})

describe('a partition does not halt', () => {
  it('because the owner before went on after the log’s end was asked', async () => {
    const world = createWorkerWorld(9)
    const first = createMember(world)
    await first.worker.start()
    await world.clock.until(() => isConsumed(world))
    let isFirst = true
    const stale = highs(world).map((high) => ({ low: 0, high }))
    appendMore(world, 100)
    await world.clock.until(() => isConsumed(world))
    await world.clock.finish(first.worker.stop())
    const { worker } = createMember(world, {}, (source) =>
      withMethods(source, {
        bounds: async (partition) => {
          const answer = isFirst ? stale[partition]! : world.log.bounds(partition)
          isFirst &&= partition !== PARTITIONS - 1
          return answer
        },
      }),
    )
    await worker.start()
    await world.clock.until(() =>
      worker.status().partitions.every(({ state }) => state === 'running'),
    )
    expect(world.told.of('partition_halted')).toEqual([])
    await world.clock.finish(worker.stop())
    expect(await resultOf(world)).toEqual(await expectedOf(world))
  })

  it('because an older answer about the topic comes after a newer one', async () => {
    const world = createWorkerWorld(11)
    let asked = 0
    const { worker } = createMember(world, {}, (source) =>
      withMethods(source, {
        facts: async () => {
          const isOld = asked++ === 0
          const answer = { ...world.log.factsNow(), isCompacted: isOld }
          const others = () => world.told.of('partition_acquired').length
          if (!isOld) return answer
          while (others() < PARTITIONS - 1) await Promise.resolve()
          return answer
        },
      }),
    )
    await worker.start()
    await world.clock.until(() => isConsumed(world))
    expect(world.told.of('partition_halted')).toEqual([])
    await world.clock.finish(worker.stop())
  })

  it('because a record lies where its key does not belong: it is refused', async () => {
    const world = createWorkerWorld(10)
    appendMore(world, 100, { beside: 1 })
    const { worker } = createMember(world)
    await worker.start()
    await world.clock.until(() => isConsumed(world))
    await world.clock.finish(worker.stop())
    const misplaced = world.deadLetters.letters.filter(({ reason }) => reason === 'wrong_partition')
    expect(misplaced.length).toBeGreaterThan(30)
    expect(await resultOf(world)).toEqual(await expectedOf(world))
  })
})
