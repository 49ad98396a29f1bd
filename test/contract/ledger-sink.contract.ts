// What every LedgerSink promises, run against each implementation: rows come back as they were
// sent, the highest version of a key wins whatever the order, and sending again changes nothing.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { TABLES } from '../../src/core/tables.ts'
import type { LedgerRow } from '../../src/core/tables.ts'
import type {
  LedgerSink,
  LineageRow,
  PartitionCountRow,
  ProgressRow,
  SkipRow,
} from '../../src/ports/ledger-sink.ts'
import { arbitraryRow, hourText, rowOf } from './ledger-rows.ts'

const HOUR_2026 = Date.UTC(2026, 0) / 3_600_000
const sorted = (rows: readonly LedgerRow[]): string[] =>
  rows.map((row) => JSON.stringify(row)).toSorted()

let states = 0
/** A state that no other test uses: all tests of a file share one ledger. */
const newState = () => {
  states += 1
  const lineage = String(2n ** 64n - BigInt(states))
  const range = { topic: `topic-${states}`, partition: 65_535, lineage }
  return { ...range, hourFrom: HOUR_2026, hourTo: HOUR_2026 + 48 }
}

/** @param open the ledger of the running file, migrated */
export function ledgerSinkContract(open: () => LedgerSink): void {
  it.each(TABLES.map(({ name }) => name))(
    'gives rows of %s back as they were sent',
    async (table) => {
      const ledger = open()
      await fc.assert(
        fc.asyncProperty(fc.gen(), async (gen) => {
          const range = newState()
          const { lineage, partition, hourFrom, hourTo } = range
          const row = arbitraryRow(table, { lineage, partition, hours: [hourFrom, hourTo] })
          const rows = gen(() =>
            fc.uniqueArray(row, {
              minLength: 1,
              maxLength: 50,
              selector: (r) => keyOf(r, lineage),
            }),
          )
          await ledger.insert(table, rows)
          expect(sorted(await ledger.read(table, range))).toEqual(sorted(rows))
        }),
        { numRuns: 5 },
      )
    },
  )

  it('keeps the highest version of a key, in any order and cut into any inserts', async () => {
    const ledger = open()
    const update = fc.record({
      channel: fc.constantFrom('email', 'tiktok_ad', ''),
      hour: fc.nat({ max: 2 }),
      ver: fc.nat({ max: 9 }),
      insert: fc.nat({ max: 3 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(update, { minLength: 1, maxLength: 40 }), async (updates) => {
        const range = newState()
        const rowFor = ({ channel, hour, ver }: (typeof updates)[number]): LedgerRow =>
          rowOf(
            'activity',
            {
              ...range,
              bookedHour: hourText(HOUR_2026 + hour),
              dimensions: { channel },
            },
            { events: ver * 7 },
            ver,
          )
        for (const insert of [0, 1, 2, 3]) {
          await ledger.insert('activity', updates.filter((u) => u.insert === insert).map(rowFor))
        }
        const best = new Map<string, (typeof updates)[number]>()
        for (const u of updates) {
          const key = `${u.channel} ${u.hour}`
          if (u.ver >= (best.get(key)?.ver ?? 0)) best.set(key, u)
        }
        const winners = [...best.values()].map(rowFor)
        expect(sorted(await ledger.read('activity', range))).toEqual(sorted(winners))
      }),
      { numRuns: 8 },
    )
  })

  it('takes the last inserted of equal versions', async () => {
    const ledger = open()
    const range = newState()
    for (const records of [1, 3, 2]) {
      await ledger.insert('intake', [rowOf('intake', range, { records }, 5)])
    }
    expect(await ledger.read('intake', range)).toEqual([rowOf('intake', range, { records: 2 }, 5)])
  })

  it('reads the hours of the range, both ends included, and of that state only', async () => {
    const ledger = open()
    const range = newState()
    const at = (hour: number, change: object = {}): LedgerRow =>
      rowOf('intake', { ...range, bookedHour: hourText(hour), ...change }, { records: 1 })
    const { hourFrom, hourTo } = range
    await ledger.insert('intake', [
      at(hourFrom - 1),
      at(hourFrom),
      at(hourTo),
      at(hourTo + 1),
      at(hourFrom, { partition: 1 }),
      at(hourFrom, { lineage: '1' }),
    ])
    expect(sorted(await ledger.read('intake', range))).toEqual(sorted([at(hourFrom), at(hourTo)]))
  })

  it('takes rows of more months than one insert may carry', async () => {
    const ledger = open()
    const range = { ...newState(), hourFrom: 0, hourTo: Date.UTC(2100, 0) / 3_600_000 }
    const rows = Array.from({ length: 400 }, (_, i) => {
      const bookedHour = hourText(Date.UTC(2000, (i * 7) % 400) / 3_600_000)
      return rowOf('intake', { ...range, bookedHour }, { records: i })
    })
    await ledger.insert('intake', rows)
    expect(sorted(await ledger.read('intake', range))).toEqual(sorted(rows))
  })

  it('takes no rows at all', async () => {
    const range = newState()
    await open().insert('paths', [])
    expect(await open().read('paths', range)).toEqual([])
  })

  it('lets a lineage only go forward, from building to active to retired', async () => {
    const ledger = open()
    const { topic, partition, lineage } = newState()
    const base = { topic, partition, lineage, baseOffset: Number.MAX_SAFE_INTEGER }
    const building: LineageRow = { ...base, status: 'building', reason: 'rebuild' }
    const active: LineageRow = { ...base, status: 'active', reason: "it's built" }
    const retired: LineageRow = { ...base, status: 'retired', reason: 'replaced' }
    for (const [row, expected] of [
      [building, building],
      [active, active],
      [building, active],
      [
        { ...active, reason: 'again' },
        { ...active, reason: 'again' },
      ],
      [retired, retired],
      [active, retired],
    ] as const) {
      await ledger.writeLineages([row])
      expect(await ledger.lineages(topic, partition)).toEqual([expected])
    }
  })

  it('lists the lineages of one partition by number', async () => {
    const ledger = open()
    const { topic, partition } = newState()
    const row = (lineage: string, change: Partial<LineageRow> = {}): LineageRow => ({
      topic,
      partition,
      lineage,
      baseOffset: 0,
      status: 'active',
      reason: '',
      ...change,
    })
    const rows = [row('10'), row('9'), row('9223372036854775808')]
    for (const one of [...rows, row('8', { partition: 0 }), row('7', { topic: 'another' })]) {
      await ledger.writeLineages([one])
    }
    const found = await ledger.lineages(topic, partition)
    expect(found.map(({ lineage }) => lineage)).toEqual(['9', '10', '9223372036854775808'])
  })

  it('keeps the progress with the highest next, and at equal next the last written', async () => {
    const ledger = open()
    const { topic, partition, lineage } = newState()
    const first: ProgressRow = {
      topic,
      partition,
      lineage,
      next: 10,
      streamTimeMs: Date.UTC(2026, 0, 1, 12, 30, 0, 7),
      bookedThrough: -1,
      flushedThrough: 0,
    }
    const verified: ProgressRow = { ...first, bookedThrough: HOUR_2026, flushedThrough: 10 }
    const later: ProgressRow = { ...verified, next: 2 ** 47, flushedThrough: 2 ** 47 }
    for (const [row, expected] of [
      [first, first],
      [verified, verified],
      [later, later],
      [first, later],
    ] as const) {
      await ledger.writeProgress(row)
      expect(await ledger.progress(topic, partition)).toEqual([expected])
    }
    expect(await ledger.progress(topic, 0)).toEqual([])
  })

  it('puts one lineage in the place of another at once: every read sees just one active', async () => {
    const ledger = open()
    const { topic, partition } = newState()
    const row = (number: number, status: LineageRow['status']): LineageRow => {
      return { topic, partition, lineage: String(number), baseOffset: number, status, reason: '' }
    }
    await ledger.writeLineages([row(1, 'active')])
    const activate = async () => {
      for (let number = 2; number <= 12; number++) {
        await ledger.writeLineages([row(number, 'building')])
        await ledger.writeLineages([row(number, 'active'), row(number - 1, 'retired')])
      }
    }
    const watch = async () => {
      for (;;) {
        const rows = await ledger.lineages(topic, partition)
        const active = rows.filter(({ status }) => status === 'active')
        expect(active).toHaveLength(1)
        if (active[0]?.lineage === '12') return
      }
    }
    await Promise.all([activate(), watch()])
    const ended = await ledger.lineages(topic, partition)
    expect(ended.map(({ status }) => status)).toEqual([
      ...Array.from({ length: 11 }, () => 'retired'),
      'active',
    ])
  })

  it('keeps what an operator has given up, by offset, and the last word about a range', async () => {
    const ledger = open()
    const { topic, partition, lineage } = newState()
    const far = 2 ** 47
    const skip = (from: number, to: number, reason = ''): SkipRow => {
      return { topic, partition, lineage, from, to, reason }
    }
    const written = [skip(far, far + 1, "it's broken\n"), skip(5, 9), skip(5, 7), skip(10, 11, 'a')]
    for (const one of [...written, skip(10, 11, 'b')]) await ledger.writeSkip(one)
    await ledger.writeSkip({ ...skip(0, 1), topic: `${topic}-other` })
    await ledger.writeSkip({ ...skip(0, 1), partition: 0 })
    expect(await ledger.skips(topic, partition)).toEqual([
      skip(5, 7),
      skip(5, 9),
      skip(10, 11, 'b'),
      skip(far, far + 1, "it's broken\n"),
    ])
    expect(await ledger.skips(`${topic}-none`, partition)).toEqual([])
  })

  it('keeps accepted partition counts by offset, of one offset by count, each once', async () => {
    const ledger = open()
    const { topic, partition } = newState()
    const row = (fromOffset: number, count: number): PartitionCountRow => {
      return { topic, partition, fromOffset, count }
    }
    await ledger.writePartitionCounts([row(900, 12), row(0, 4), row(70, 6)])
    await ledger.writePartitionCounts([row(70, 8), row(70, 6), { ...row(1, 2), partition: 1 }])
    await ledger.writePartitionCounts([])
    expect(await ledger.partitionCounts(topic, partition)).toEqual([
      row(0, 4),
      row(70, 6),
      row(70, 8),
      row(900, 12),
    ])
    expect(await ledger.partitionCounts(topic, 0)).toEqual([])
  })
}

/** What makes a row the same row: everything before the measures. */
function keyOf(row: LedgerRow, lineage: string): string {
  return JSON.stringify(row.slice(0, row.indexOf(lineage) + 2))
}
