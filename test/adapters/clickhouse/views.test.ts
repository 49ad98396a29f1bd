// The views show exactly the promised columns, exact decimals, and active lineages only.
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { dictionary } from '../../../schemas/dictionary.ts'
import { createClickHouseLedger } from '../../../src/adapters/clickhouse/ledger-sink.ts'
import { readMigrations } from '../../../src/adapters/clickhouse/migration-files.ts'
import { VIEWS } from '../../../src/adapters/clickhouse/views.ts'
import { TABLES } from '../../../src/core/tables.ts'
import type { LedgerRow, TableName } from '../../../src/core/tables.ts'
import { CURRENCIES_BY_DIGITS, currencyDigits } from '../../../src/schema/currencies.ts'
import { rowOf } from '../../contract/ledger-rows.ts'
import { useEmbeddedEngine } from './embedded-engine.ts'

const db = useEmbeddedEngine()
const INT64_MAX = 2n ** 63n - 1n
const HOUR = '2026-01-01 00:00:00'

beforeEach(async () => {
  for (const { name } of TABLES) await db().command(`TRUNCATE TABLE ${name}`)
  await db().command('TRUNCATE TABLE lineages')
  await activate('1')
})

const activate = (lineage: string, status: 'building' | 'active' | 'retired' = 'active') =>
  createClickHouseLedger(db()).writeLineages([
    {
      topic: 'events',
      partition: 0,
      lineage,
      baseOffset: 0,
      status,
      reason: 'test',
    },
  ])

const insert = (table: TableName, ...rows: LedgerRow[]) =>
  createClickHouseLedger(db()).insert(table, rows)

const live = (currency: string, measures: Record<string, number | bigint>): LedgerRow => {
  const dimensions = { live_event_id: 'show', minute: HOUR, variant: 'A', currency }
  return rowOf('live_minutes', { dimensions, lineage: '1' }, measures)
}

describe('columns', () => {
  it.each([
    [
      'bi_credits',
      'goal, model, channel, campaign, currency, conversion_hour, conversions, value, refunds, touchpoints',
    ],
    ['bi_transitions', 'from_state, to_state, currency, observed, settled, delay_minutes, value'],
    [
      'bi_paths',
      'path, campaigns, start_day, fold, currency, conversions, lapses, value, minutes_to_conversion',
    ],
    [
      'bi_conversions',
      'goal, currency, conversion_hour, conversions, value, attributed, refunds, refund_unmatched',
    ],
    [
      'bi_live_minutes',
      'live_event_id, minute, variant, currency, events, viewers, new_viewers, tag_views, tag_clicks, ' +
        'add_to_carts, comments, orders, units, gmv, refunds, post_live_orders, post_live_gmv, aov, tag_ctr',
    ],
    ['bi_activity', 'event_hour, channel, campaign, action_type, events, persons'],
    ['bi_intake', 'outcome, reason, records'],
    [
      'bi_credits_booked',
      'booked_hour, goal, model, channel, campaign, currency, conversion_hour, conversions, value, refunds, touchpoints',
    ],
    ['bi_intake_booked', 'booked_hour, outcome, reason, records'],
  ])('of %s are those that were promised', async (view, columns) => {
    const rows = await db().rows<[string]>(
      'SELECT name FROM system.columns WHERE database = currentDatabase() AND table = {view:String} ORDER BY position',
      { view },
    )
    expect(rows.flat().join(', ')).toBe(columns)
    const known = VIEWS.find(({ name }) => name === view)
    if (known !== undefined) {
      expect([...known.dimensions, ...known.measures].join(', ')).toBe(columns)
    }
  })

  it('of the tables are those of a ledger row, in its order', async () => {
    for (const { name, dimensions, measures } of TABLES) {
      const sql =
        'SELECT name FROM system.columns WHERE database = currentDatabase() AND table = {name:String} ORDER BY position'
      const columns = (await db().rows<[string]>(sql, { name })).flat()
      const expected = ['booked_hour', ...dimensions, 'lineage', 'partition', ...measures, 'ver']
      expect(columns).toEqual(expected)
    }
  })
})

describe('the data dictionary', () => {
  it('has every column of every table and view, as the engine describes it', async () => {
    const found = await db().rows<[string, string, string, string]>(
      `SELECT table, name, type, comment FROM system.columns
       WHERE database = currentDatabase() ORDER BY table, position`,
    )
    const entries = (await dictionary()).toSorted((a, b) => (a.name < b.name ? -1 : 1))
    const told = entries.flatMap(({ name, columns }) =>
      columns.map((one) => {
        const unit = one.unit === '' ? '' : ` [${one.unit}]`
        return [name, one.name, one.type, one.meaning + unit]
      }),
    )
    expect(told).toEqual(found)
  })

  it('says of every table and view what one row is, and so does the database', async () => {
    const comments = await db().rows<[string, string]>(
      'SELECT name, comment FROM system.tables WHERE database = currentDatabase()',
    )
    const entries = await dictionary()
    expect(entries.map(({ name }) => name).toSorted()).toEqual(
      comments.map(([name]) => name).toSorted(),
    )
    for (const { name, title, grain } of entries) {
      expect(new Map(comments).get(name)).toContain(`${title}: one row per `)
      expect(grain).toMatch(/^one row per /)
    }
  })

  it('names the unit of every measure', async () => {
    const measures = new Map<string, readonly string[]>(
      [...VIEWS, ...TABLES].map((one) => [one.name, one.measures]),
    )
    const silent = (await dictionary()).flatMap(({ name, columns }) =>
      columns
        .filter((column) => measures.get(name)?.includes(column.name) && column.unit === '')
        .map((column) => `${name}.${column.name}`),
    )
    expect(silent).toEqual([])
  })
})

describe('every view', () => {
  it('reads with the rights of whoever made it, so that its reader needs none on the tables', async () => {
    const statements = await db().rows<[string, string]>(
      "SELECT name, create_table_query FROM system.tables WHERE database = currentDatabase() AND engine = 'View'",
    )
    expect(statements.length).toBe(VIEWS.length + 2)
    for (const [name, sql] of statements) expect(sql, name).toContain(' SQL SECURITY DEFINER ')
  })
})

describe('which rows', () => {
  it('are summed over booked hours, partitions and active lineages only', async () => {
    await activate('2', 'building')
    await activate('3', 'active')
    await activate('3', 'retired')
    await createClickHouseLedger(db()).writeLineages([
      {
        topic: 'events',
        partition: 1,
        lineage: '4',
        baseOffset: 0,
        status: 'active',
        reason: '',
      },
    ])
    const applied = (lineage: string, records: number, more: object = {}): LedgerRow =>
      rowOf('intake', { dimensions: { outcome: 'applied' }, lineage, ...more }, { records })
    await insert(
      'intake',
      applied('1', 1),
      applied('1', 10, { bookedHour: '2026-02-01 00:00:00' }),
      applied('4', 100, { partition: 1 }),
      applied('2', 1000),
      applied('3', 10_000),
      applied('7', 100_000),
    )
    expect(await db().rows('SELECT * FROM bi_intake')).toEqual([['applied', '', '111']])
    expect(await db().rows('SELECT * FROM bi_intake_booked ORDER BY booked_hour')).toEqual([
      ['2026-01-01 00:00:00', 'applied', '', '101'],
      ['2026-02-01 00:00:00', 'applied', '', '10'],
    ])
  })

  it('count a row once that was sent in several versions', async () => {
    for (const ver of [2, 3, 1]) {
      const key = { dimensions: { outcome: 'late' }, lineage: '1' }
      await insert('intake', rowOf('intake', key, { records: ver * 100 }, ver))
    }
    expect(await db().rows('SELECT * FROM bi_intake')).toEqual([['late', '', '300']])
  })

  it('leave ticks out of the intake', async () => {
    const row = (outcome: string, reason: string): LedgerRow =>
      rowOf('intake', { dimensions: { outcome, reason }, lineage: '1' }, { records: 5 })
    await insert('intake', row('tick', ''), row('rejected', 'invalid_json'))
    const shown = [['rejected', 'invalid_json', '5']]
    expect(await db().rows('SELECT * FROM bi_intake')).toEqual(shown)
    expect(await db().rows('SELECT outcome FROM bi_intake_booked')).toEqual([['rejected']])
  })

  it.each(TABLES.map(({ name }) => name))('of %s are hidden when they cancel', async (table) => {
    const spec = TABLES.find(({ name }) => name === table)
    const measures = Object.fromEntries((spec?.measures ?? []).map((name) => [name, 7]))
    const undone = Object.fromEntries((spec?.measures ?? []).map((name) => [name, -7]))
    const later = { lineage: '1', bookedHour: '2026-03-01 05:00:00' }
    await insert(table, rowOf(table, { lineage: '1' }, measures))
    const count = `SELECT count() FROM bi_${table}`
    expect(await db().rows(count)).toEqual([['1']])
    await insert(table, rowOf(table, later, undone))
    expect(await db().rows(count)).toEqual([['0']])
  })

  it.each(
    TABLES.flatMap(({ name, measures }) => measures.map((measure) => [name, measure] as const)),
  )('of %s are shown when only %s is not zero', async (table, measure) => {
    await insert(table, rowOf(table, { lineage: '1' }, { [measure]: -1 }))
    expect(await db().rows(`SELECT count() FROM bi_${table}`)).toEqual([['1']])
  })

  it('of paths are grouped by the text that is shown', async () => {
    const path = (names: string[], conversions: number): LedgerRow => {
      const dimensions = { path: names, campaigns: names.map(() => '') }
      return rowOf('paths', { dimensions, lineage: '1' }, { conversions, value_minor: 5 })
    }
    await insert('paths', path(['a > b', 'c'], 1), path(['a', 'b > c'], 2), path([], 4))
    const sql = 'SELECT path, campaigns, sum(conversions) FROM bi_paths GROUP BY ALL ORDER BY path'
    expect(await db().rows(sql)).toEqual([
      ['', '', '4'],
      ['a > b > c', ' > ', '3'],
    ])
  })
})

describe('decimals', () => {
  it('are exact for every currency and all of Int64', async () => {
    const int64 = fc.oneof(
      fc.bigInt({ min: -(2n ** 63n), max: INT64_MAX }),
      fc.constantFrom(-(2n ** 63n), INT64_MAX, 0n, -1n, 5n, 100n, -1250n),
    )
    const codes = ['', ...Object.values(CURRENCIES_BY_DIGITS).flat()]
    const amounts = fc.array(int64, { minLength: codes.length, maxLength: codes.length })
    await fc.assert(
      fc.asyncProperty(amounts, async (minor) => {
        await db().command('TRUNCATE TABLE conversions')
        const rows = codes.map((currency, i) => {
          const key = { dimensions: { currency }, lineage: '1' }
          return rowOf('conversions', key, { count: 1, value_minor: minor[i] ?? 0n })
        })
        await insert('conversions', ...rows)
        const shown = await db().rows<[string, string]>(
          'SELECT currency, value FROM bi_conversions',
        )
        const expected = codes.map((code, i): [string, string] => [
          code,
          decimal(minor[i] ?? 0n, digitsOf(code)),
        ])
        expect(new Map(shown)).toEqual(new Map(expected))
      }),
      { numRuns: 5 },
    )
  })

  it('of credit are millionths without zeros at the end', async () => {
    const micro = [12_500_000n, 1n, -333_333n, 0n, INT64_MAX, -INT64_MAX - 1n, 1_000_000_000_000n]
    const rows = micro.map((conversions_micro, i) => {
      const key = { dimensions: { model: String(i) }, lineage: '1' }
      return rowOf('credits', key, { conversions_micro, touchpoints: 1 })
    })
    await insert('credits', ...rows)
    const shown = await db().rows('SELECT conversions FROM bi_credits ORDER BY model')
    expect(shown.flat()).toEqual(micro.map((value) => decimal(value, 6)))
  })

  it('of the average order are half up to the digits of the currency', async () => {
    await insert(
      'live_minutes',
      live('JPY', { gmv_minor: 1201, orders: 2 }),
      live('USD', { gmv_minor: 100, orders: 3 }),
      live('EUR', { gmv_minor: 1, orders: 2 }),
      live('GBP', { gmv_minor: 1, orders: 3 }),
      live('KWD', { gmv_minor: INT64_MAX, orders: 3 }),
      live('CLF', { gmv_minor: INT64_MAX, orders: 1 }),
      live('CHF', { gmv_minor: -5, orders: 2 }),
      live('SEK', { gmv_minor: -(2n ** 63n), orders: 1 }),
      live('', { events: 1, gmv_minor: 0, orders: 0 }),
    )
    const shown = await db().rows<[string, string | null]>(
      'SELECT currency, aov FROM bi_live_minutes',
    )
    expect(Object.fromEntries(shown)).toEqual({
      JPY: '601',
      USD: '0.33',
      EUR: '0.01',
      GBP: '0',
      KWD: '3074457345618258.602',
      CLF: '922337203685477.5807',
      CHF: '-0.02',
      SEK: '-92233720368547758.08',
      '': null,
    })
  })

  it('of the tag click rate are half up to six digits', async () => {
    const rates = [
      [1, 3, '0.333333'],
      [2, 3, '0.666667'],
      [1, 2_000_000, '0.000001'],
      [1, 2_000_001, '0'],
      [5, 5, '1'],
      [7, 2, '3.5'],
      [4_000_000_000_000, 1, '4000000000000'],
      [3, 0, null],
    ] as const
    for (const [tag_clicks, tag_views, expected] of rates) {
      await db().command('TRUNCATE TABLE live_minutes')
      await insert('live_minutes', live('', { tag_clicks, tag_views }))
      expect(await db().rows('SELECT tag_ctr FROM bi_live_minutes')).toEqual([[expected]])
    }
  })

  it('know the digits of the same currencies as the parser', async () => {
    const lists = [
      [1, 0],
      [1000, 3],
      [10_000, 4],
    ] as const
    const withMoney = (await readMigrations()).filter(({ sql }) => sql.includes('minor_units'))
    expect(withMoney.map(({ name }) => name)).toEqual([
      'bi_transitions',
      'bi_paths',
      'bi_credits',
      'bi_conversions',
      'bi_live_minutes',
      'bi_credits_booked',
    ])
    for (const { sql } of withMoney) {
      for (const [units, digits] of lists) {
        const list = new RegExp(`code IN \\(([^)]*)\\), ${units},`).exec(sql)?.[1] ?? ''
        const codes = [...list.matchAll(/'([A-Z]{3})'/g)].map(([, code]) => code)
        expect(codes).toEqual(CURRENCIES_BY_DIGITS[digits])
      }
    }
  })
})

const digitsOf = (code: string): number => (code === '' ? 2 : currencyDigits(code))

/** minor / 10^digits, without zeros at the end. */
function decimal(minor: bigint, digits: number): string {
  const sign = minor < 0n ? '-' : ''
  const text = String(minor < 0n ? -minor : minor).padStart(digits + 1, '0')
  const fraction = text.slice(text.length - digits).replace(/0+$/, '')
  const whole = text.slice(0, text.length - digits)
  return sign + (digits === 0 || fraction === '' ? whole : `${whole}.${fraction}`)
}
