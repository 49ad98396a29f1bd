// Flushes of a worker: all partitions together, each by itself where it is in trouble, and
// positions noted only behind what the store holds.
import { describe, expect, it } from 'vitest'
import { TABLES } from '../../src/core/tables.ts'
import type { TableName } from '../../src/core/tables.ts'
import type { LedgerSink } from '../../src/ports/ledger-sink.ts'
import type { StateStore } from '../../src/ports/state-store.ts'
import { withMethods } from './with-methods.ts'
import {
  PARTITIONS,
  appendMore,
  createMember,
  createWorkerWorld,
  expectedOf,
  highs,
  isConsumed,
  resultOf,
} from './worker-world.ts'

describe('a flush', () => {
  it('is one insert per table, whatever the number of partitions', async () => {
    const world = createWorkerWorld(1)
    const inserts: { table: TableName; partitions: number }[] = []
    const ledger = withMethods<LedgerSink>(world.ledger, {
      insert: async (table, rows) => {
        inserts.push({
          table,
          partitions: new Set(rows.map((row) => partitionIn(table, row))).size,
        })
        await world.ledger.insert(table, rows)
      },
    })
    const { worker } = createMember(world, { ledger })
    await worker.start()
    await world.clock.until(() => isConsumed(world))
    expect(inserts).toEqual([])
    await world.clock.until(() => worker.status().flushedMs > 0)
    expect(inserts.map(({ table }) => table).sort()).toEqual(filled(world).sort())
    const intake = inserts.find(({ table }) => table === 'intake')
    expect(intake?.partitions).toBe(PARTITIONS)
    expect(world.told.counts.get('flushes')).toBe(PARTITIONS)
    const landed = TABLES.reduce((sum, { name }) => sum + world.ledger.rows(name).length, 0)
    expect(world.told.counts.get('rows_landed')).toBe(landed)
    await world.clock.finish(worker.stop())
  })

  it('says nothing new of a partition where nothing is new', async () => {
    const world = createWorkerWorld(2)
    const notes: number[] = []
    let progress = 0
    const ledger = withMethods<LedgerSink>(world.ledger, {
      writeProgress: async (row) => {
        progress++
        await world.ledger.writeProgress(row)
      },
    })
    const { worker } = createMember(world, { ledger }, (source) =>
      withMethods(source, {
        note: async (partition, next) => {
          notes.push(partition)
          return source.note(partition, next)
        },
      }),
    )
    await worker.start()
    await world.clock.until(() => isConsumed(world))
    await world.clock.pass(60_000)
    expect(notes.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3])
    const before = progress
    await world.clock.pass(600_000)
    expect(progress).toBe(before)
    await world.clock.finish(worker.stop())
  })

  it('goes on for the others where one partition is fenced off or its store hangs', async () => {
    const world = createWorkerWorld(3)
    let isTroubled = false
    const troubled = (instead: Partial<StateStore>, store: StateStore): StateStore =>
      new Proxy(store, {
        get: (own, name) =>
          Reflect.get(
            isTroubled ? withMethods(own, instead) : withMethods(own, {}),
            name,
          ) as unknown,
      })
    const instead: readonly Partial<StateStore>[] = [
      { forgetHours: async () => 'fenced' },
      { commit: () => new Promise(() => undefined) },
      {},
      {},
    ]
    const storeOf = (one: number) => troubled(instead[one]!, world.stores[one]!)
    const { worker } = createMember(world, { storeOf })
    await worker.start()
    await world.clock.until(() => isConsumed(world))
    // Shortly before a flush, so that nobody is yet known to wait.
    const { flushedMs } = worker.status()
    await world.clock.until(() => worker.status().flushedMs > flushedMs)
    await world.clock.pass(4_000)
    isTroubled = true
    appendMore(world, 200)
    await world.clock.pass(60_000)
    const ends = highs(world)
    const noted = ends.map((_, partition) => world.log.noted('workers', partition))
    expect(noted.map((next, i) => next === ends[i])).toEqual([true, false, true, true])
    isTroubled = false
    await world.clock.finish(worker.stop(), 60_000)
  })

  it('never notes a position that the store does not hold', async () => {
    const world = createWorkerWorld(4)
    let notes = 0
    const { worker } = createMember(
      world,
      {
        storeOf: (partition) =>
          withMethods<StateStore>(world.stores[partition]!, {
            commit: async (commit) => {
              await world.clock.sleep(world.draw(0, 4_000))
              return world.stores[partition]!.commit(commit)
            },
          }),
      },
      (source) =>
        withMethods(source, {
          note: async (partition, next) => {
            notes++
            const { meta } = await world.stores[partition]!.owner()
            expect(next).toBeLessThanOrEqual(meta!.next)
            return source.note(partition, next)
          },
        }),
    )
    await worker.start()
    await world.clock.until(() => isConsumed(world))
    await world.clock.finish(worker.stop())
    expect(notes).toBeGreaterThan(PARTITIONS)
    expect(world.told.of('note_failed')).toEqual([])
  })

  it('waits neither long nor in vain for a group that does not note', async () => {
    const world = createWorkerWorld(5)
    const note = () => new Promise<never>(() => undefined)
    const { worker } = createMember(world, {}, (source) => withMethods(source, { note }))
    await worker.start()
    await world.clock.until(() => isConsumed(world))
    await world.clock.pass(120_000)
    expect(worker.status().partitions.map(({ unflushedRows }) => unflushedRows)).toEqual([
      0, 0, 0, 0,
    ])
    expect(world.told.of('note_failed').length).toBeGreaterThan(PARTITIONS)
    await world.clock.finish(worker.stop(), 30_000)
    expect(await resultOf(world)).toEqual(await expectedOf(world))
  })
})

describe('the rolling re-check', () => {
  it('finds what ClickHouse has lost of an open hour, and has it sent again', async () => {
    const world = createWorkerWorld(6)
    let isLossy = true
    const ledger = withMethods<LedgerSink>(world.ledger, {
      insert: async (table, rows) => {
        if (!isLossy) await world.ledger.insert(table, rows)
      },
    })
    const { worker } = createMember(world, { ledger })
    await worker.start()
    await world.clock.until(() => worker.status().flushedMs > 0)
    isLossy = false
    await world.clock.pass(600_000)
    expect(await resultOf(world)).toEqual(await expectedOf(world))
    expect(world.told.counts.get('rows_resent')).toBeGreaterThan(PARTITIONS)
    expect(world.told.of('rows_resent').length).toBeGreaterThanOrEqual(PARTITIONS)
    await world.clock.finish(worker.stop())
  })

  it('fails without a flush failing', async () => {
    const world = createWorkerWorld(7)
    let isDown = false
    const ledger = withMethods<LedgerSink>(world.ledger, {
      read: (table, range) =>
        isDown ? Promise.reject(new Error('too slow')) : world.ledger.read(table, range),
    })
    const { worker } = createMember(world, { ledger })
    await worker.start()
    await world.clock.pass(20_000)
    isDown = true
    await world.clock.pass(120_000)
    expect(world.told.of('recheck_failed').length).toBeGreaterThan(1)
    expect(world.told.of('flush_failed')).toEqual([])
    await world.clock.finish(worker.stop())
  })
})

const filled = ({ ledger }: { readonly ledger: { rows(table: TableName): unknown[] } }): string[] =>
  TABLES.filter(({ name }) => ledger.rows(name).length > 0).map(({ name }) => name)

/** The partition stands behind the dimensions and the lineage. */
function partitionIn(table: TableName, row: readonly unknown[]): unknown {
  const spec = TABLES.find(({ name }) => name === table)!
  return row[spec.dimensions.length + 2]
}
