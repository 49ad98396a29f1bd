// Every difference that is planted, in Redis or in ClickHouse, is found and named; and what cannot
// be compared is said.
import { beforeAll, describe, expect, it } from 'vitest'
import { createMemoryLedger } from '../../../src/adapters/memory/memory-ledger.ts'
import { ByteListBuilder, itemAt } from '../../../src/core/byte-list.ts'
import { TABLES } from '../../../src/core/tables.ts'
import type { LedgerRow, TableName } from '../../../src/core/tables.ts'
import type { LedgerSink } from '../../../src/ports/ledger-sink.ts'
import type { LedgerHour, StateStore } from '../../../src/ports/state-store.ts'
import type { AuditOptions, PartitionAudit } from '../../../src/runtime/audit/audit-partition.ts'
import { withMethods } from '../with-methods.ts'
import { createWorkerWorld } from '../worker-world.ts'
import type { WorkerWorld } from '../worker-world.ts'
import { audit, consumeAll, createDenseWorld } from './audit-world.ts'

const PARTITION = 1

describe('a planted difference', () => {
  let world: WorkerWorld
  let store: StateStore
  let hours: readonly LedgerHour[]
  beforeAll(async () => {
    world = createDenseWorld(5)
    await consumeAll(world)
    store = world.stores[PARTITION]!
    hours = await store.loadLedger()
    const sound = await audit(world, PARTITION)
    expect(sound).toMatchObject({ differences: [], notReplayed: '' })
    expect(sound.rows.clickhouse).toBeGreaterThan(sound.rows.redis)
    expect(sound.rows.redis).toBeGreaterThan(0)
  })

  const found = async (changes: Partial<AuditOptions>) =>
    (await audit(world, PARTITION, changes)).differences
  /** ClickHouse answers with other rows. */
  const published = (change: (rows: LedgerRow[], table: TableName) => LedgerRow[]) =>
    found({
      ledger: withMethods<LedgerSink>(world.ledger, {
        read: async (table, range) => change(await world.ledger.read(table, range), table),
      }),
    })
  const stored = (methods: Partial<StateStore>) => found({ store: withMethods(store, methods) })
  const isOpen = (row: LedgerRow): boolean => row[0] === openHour()
  const openHour = (): string => {
    const texts = world.ledger.rows('intake').filter((row) => row.includes(PARTITION))
    return texts
      .map(([hour]) => String(hour))
      .sort()
      .at(-1)!
  }
  const partOf = (name: TableName, row: LedgerRow): string =>
    row.slice(0, TABLES.find((one) => one.name === name)!.dimensions.length + 1).join(', ')
  /** Changes one measure, and nothing else. */
  const tampered = (row: LedgerRow): LedgerRow =>
    row.map((value, i) => (i === row.length - 2 ? String(BigInt(String(value)) + 1n) : value))

  it.each([
    ['of a closed hour', (row: LedgerRow) => !isOpen(row), false],
    ['of the open hour', isOpen, true],
  ] as const)('in the value of a published row %s', async (_, isChosen, isHeld) => {
    let planted = ''
    const differences = await published((rows, table) =>
      rows.map((row) => {
        if (planted !== '' || table !== 'intake' || !isChosen(row)) return row
        planted = partOf(table, row)
        return tampered(row)
      }),
    )
    expect(differences).toHaveLength(1)
    const [one] = differences
    expect(one).toMatchObject({ partition: PARTITION, table: 'intake', row: planted })
    expect(one?.clickhouse).toMatch(/^records=\d+ at offset \d+, generation 1$/)
    expect(one?.clickhouse).not.toBe(one?.replay)
    expect(one?.redis).toBe(isHeld ? one?.replay : undefined)
  })

  it.each(TABLES.map(({ name }) => name))('of a lost row of %s', async (name) => {
    let lost = 0
    const differences = await published((rows, table) => {
      if (table !== name || rows.length === 0) return rows
      lost++
      return rows.slice(1)
    })
    expect(differences).toHaveLength(lost)
    for (const one of differences) {
      expect(one).toMatchObject({ table: name, clickhouse: null })
      expect(one.replay).toMatch(/ at offset /)
    }
  })

  it('of a row that no record made, also where no record was', async () => {
    const { meta } = await store.owner()
    const extra = createMemoryLedger()
    for (const hour of ['1999-01-01 00:00:00', openHour(), '2099-01-01 00:00:00']) {
      await extra.insert('intake', [[hour, 'late', 'odd', meta!.lineage, PARTITION, '1', '5']])
    }
    const ledger = withMethods<LedgerSink>(world.ledger, {
      read: async (table, range) => [
        ...(await world.ledger.read(table, range)),
        ...(await extra.read(table, range)),
      ],
    })
    const differences = await found({ ledger })
    expect(differences.map(({ row }) => row.slice(0, 4)).sort()).toEqual(['1999', '2026', '2099'])
    for (const one of differences) expect(one).toMatchObject({ table: 'intake', replay: null })
  })

  it('of a row in Redis, changed or lost', async () => {
    const [hour] = hours
    const change = (which: 'changed' | 'lost'): LedgerHour => {
      const fields = new ByteListBuilder()
      const values = new ByteListBuilder()
      for (let i = 0; i < hour!.fields.ends.length; i++) {
        if (which === 'lost' && i === 0) continue
        fields.add(itemAt(hour!.fields, i))
        const value = itemAt(hour!.values, i).slice()
        if (which === 'changed' && i === 0) value[7]! ^= 1
        values.add(value)
      }
      return { hour: hour!.hour, fields: fields.build(), values: values.build() }
    }
    const rest = hours.slice(1)
    const changed = await stored({ loadLedger: async () => [change('changed'), ...rest] })
    expect(changed).toHaveLength(1)
    expect(changed[0]?.redis).not.toBe(changed[0]?.replay)
    expect(changed[0]?.clickhouse).toBe(changed[0]?.replay)
    const lost = await stored({ loadLedger: async () => [change('lost'), ...rest] })
    expect(lost).toEqual([{ ...changed[0], redis: null }])
  })

  it('of a whole hour that Redis has lost', async () => {
    const empty = { fields: new ByteListBuilder().build(), values: new ByteListBuilder().build() }
    const loadLedger = async () => hours.map((hour) => ({ ...hour, ...empty }))
    const differences = await stored({ loadLedger })
    expect(differences.length).toBeGreaterThan(3)
    for (const { redis, clickhouse, replay } of differences) {
      expect(redis).toBeNull()
      expect(clickhouse).toBe(replay)
    }
  })

  it.each([
    ['journeys', { journeys: 1 }],
    ['journeys begun', { journeysBegun: 1 }],
    ['stream time, ms', { streamTimeMs: 1 }],
  ] as const)('in what the meta says of %s', async (row, change) => {
    const owner = async () => {
      const { token, meta } = await store.owner()
      const [[name, by] = ['journeys', 0]] = Object.entries(change)
      return { token, meta: { ...meta!, [name]: meta![name as 'journeys'] + by } }
    }
    const differences = await stored({ owner })
    const one = differences.find((difference) => difference.replay !== undefined)
    expect(one).toMatchObject({ table: 'state', row })
    expect(Number(one?.redis)).toBe(Number(one?.replay) + 1)
  })

  it('in the record that was applied last', async () => {
    const owner = async () => {
      const { token, meta } = await store.owner()
      return { token, meta: { ...meta!, lastRecord: meta!.lastRecord.replace(/.$/, 'x') } }
    }
    expect(await stored({ owner })).toMatchObject([{ table: 'state', row: 'last record' }])
  })

  it('between what the store counts and what it says', async () => {
    const count = await store.countJourneys()
    const differences = await stored({ countJourneys: async () => count + 1 })
    const redis = `${count + 1} in the buckets, ${count} in the meta`
    expect(differences).toEqual([{ partition: PARTITION, table: 'state', row: 'journeys', redis }])
  })

  it('in a name of the dictionary, and in all rows that show it', async () => {
    const entries = await store.loadDictionary()
    const loadDictionary = async () =>
      entries.map((entry, i) => (i === 0 ? { ...entry, value: 'another' } : entry))
    const differences = await stored({ loadDictionary })
    expect(differences[0]).toMatchObject({
      table: 'state',
      redis: 'another',
      replay: entries[0]?.value,
    })
    const lost = await stored({ loadDictionary: async () => entries.slice(0, -1) })
    expect(lost.map(({ row }) => row)).toContain('dictionary entries')
  })

  it('in the status of the lineage', async () => {
    const lineages = async () =>
      (await world.ledger.lineages(world.log.topic, PARTITION)).map((row) => {
        return { ...row, status: 'retired' as const }
      })
    const ledger = withMethods<LedgerSink>(world.ledger, { lineages })
    expect(await found({ ledger })).toMatchObject([
      { table: 'state', redis: 'active', clickhouse: 'retired' },
    ])
  })

  it('of rows that stayed as they were before the last records', async () => {
    const fresh = createDenseWorld(6)
    await consumeAll(fresh)
    const old = await fresh.stores[PARTITION]!.loadLedger()
    const { high } = fresh.log.bounds(PARTITION)
    fresh.log.append(PARTITION, fresh.log.readAt(PARTITION, high - 1)!)
    await consumeAll(fresh)
    const stale = withMethods<StateStore>(fresh.stores[PARTITION]!, { loadLedger: async () => old })
    const { differences } = await audit(fresh, PARTITION, { store: stale })
    expect(differences).not.toEqual([])
    for (const one of differences) expect(one.redis ?? '').not.toBe(one.replay)
  })
})

describe('without a replay', () => {
  const compared = async (
    plant: (world: WorkerWorld) => void | Promise<void>,
  ): Promise<{ sound: PartitionAudit; tampered: PartitionAudit }> => {
    const world = createWorkerWorld(8)
    await consumeAll(world)
    await plant(world)
    const sound = await audit(world, PARTITION)
    const ledger = withMethods<LedgerSink>(world.ledger, {
      read: async (table, range) =>
        table === 'intake'
          ? (await world.ledger.read(table, range)).map((row) => [
              ...row.slice(0, -2),
              '999',
              ...row.slice(-1),
            ])
          : world.ledger.read(table, range),
    })
    return { sound, tampered: await audit(world, PARTITION, { ledger }) }
  }

  it.each([
    [
      'the log no longer reaches back to the base',
      ({ log }: WorkerWorld) => log.trim(PARTITION, 3),
      "the log begins at 3, after the lineage's base 0",
    ],
    [
      'the log was created anew',
      ({ log }: WorkerWorld) => log.recreate(4),
      /^the log ends at 0, the state is at \d+$/,
    ],
  ])('because %s, the two stores are compared, and it says so', async (_, plant, message) => {
    const { sound, tampered } = await compared(plant)
    expect(sound.differences).toEqual([])
    expect(sound.notReplayed).toMatch(message)
    expect(tampered.differences).not.toEqual([])
    for (const one of tampered.differences) {
      expect(one).not.toHaveProperty('replay')
      expect(one.redis).not.toBe(one.clickhouse)
    }
  })

  it('a batch that cannot be decoded any more ends the replay', async () => {
    const world = createWorkerWorld(9)
    world.log.appendUndecodable(PARTITION, 2, 'CRC mismatch')
    const { high } = world.log.bounds(PARTITION)
    const skip = { topic: world.log.topic, partition: PARTITION, lineage: '1', reason: '' }
    await world.ledger.writeSkip({ ...skip, from: high - 2, to: high })
    await consumeAll(world)
    const ledger = withMethods<LedgerSink>(world.ledger, { skips: async () => [] })
    const found = await audit(world, PARTITION, { ledger })
    expect(found.notReplayed).toBe(
      `offsets ${high - 2} to ${high - 1} cannot be decoded: CRC mismatch`,
    )
    expect(found.differences).toEqual([])
  })

  it('other settings than those of the state are refused', async () => {
    const world = createWorkerWorld(8)
    await consumeAll(world)
    await expect(audit(world, PARTITION, { fingerprint: 'g' })).rejects.toMatchObject({
      code: 'TRIBUTARY_CONFIG',
      exitCode: 78,
    })
  })

  it('a partition without state is sound unless ClickHouse knows it', async () => {
    const world = createWorkerWorld(8)
    expect(await audit(world, PARTITION)).toMatchObject({ lineage: null, differences: [] })
    await consumeAll(world)
    const stores = createWorkerWorld(8).stores
    const { differences } = await audit({ ...world, stores }, PARTITION)
    expect(differences).toMatchObject([{ table: 'state', redis: null }])
  })
})
