// `tributary report`: the sums of the ledger's rows for any range, exact to the last digit, and
// words for whatever cannot be answered.
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fc, test } from '@fast-check/vitest'
import pc from 'picocolors'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ClickHouse } from '../../src/adapters/clickhouse/connection.ts'
import { claimFolder, openFolder } from '../../src/adapters/clickhouse/embedded-folder.ts'
import { createClickHouseLedger } from '../../src/adapters/clickhouse/ledger-sink.ts'
import { migrate } from '../../src/adapters/clickhouse/migrate.ts'
import { openServer } from '../../src/adapters/clickhouse/server.ts'
import { MEASURES, readReport } from '../../src/cli/report-figures.ts'
import type { ReportRequest } from '../../src/cli/report-figures.ts'
import { toSpan } from '../../src/cli/report-range.ts'
import { reportCsv, reportTable } from '../../src/cli/report-text.ts'
import { MODELS } from '../../src/core/event.ts'
import { hourText, rowOf } from '../contract/ledger-rows.ts'
import { describeWithService, dropDatabase, testName } from '../services.ts'
import { runHere } from './run-here.ts'
import { removeEngineFolder } from '../adapters/clickhouse/embedded-engine.ts'

const HOUR_MS = 3_600_000
const FIRST_HOUR = Date.UTC(2026, 10, 13, 17) / HOUR_MS
const HOURS = [0, 1, 7, 30].map((after) => hourText(FIRST_HOUR + after))
const BOOKED = [0, 31].map((after) => hourText(FIRST_HOUR + after))
const CHANNELS = ['email', 'a "quoted", one', '(unattributed)']
const CAMPAIGNS = ['', 'autumn']
const CURRENCIES = ['EUR', 'JPY', '']

interface Booked {
  readonly at: string
  readonly hour: string
  readonly model: string
  readonly channel: string
  readonly campaign: string
  readonly currency: string
  /** In the ledger's integers, of which some are beyond what a float holds. */
  readonly amounts: Readonly<Record<(typeof MEASURES)[number], bigint>>
}

const ROWS: Booked[] = []
for (const at of BOOKED)
  for (const hour of HOURS)
    for (const model of MODELS)
      for (const channel of CHANNELS)
        for (const campaign of CAMPAIGNS)
          for (const currency of CURRENCIES) {
            // Any numbers will do; every fifth row is missing.
            const n = BigInt(ROWS.length + 1) * 7_919n
            const value = currency === '' ? 0n : (n % 97n) * 92_233_720_368_547n - n
            const refunds = currency === '' ? 0n : n % 13n
            const conversions = (n * n) % 3_333_333n
            ROWS.push({
              at,
              hour,
              model,
              channel,
              campaign,
              currency,
              amounts: { conversions, value, refunds },
            })
          }
const HELD = ROWS.filter((_, i) => i % 5 !== 0)

let home: string
let folder: string
let db: ClickHouse
/** Of the ledger before the first flush. */
let ofNothing: unknown

const creditRow = ({ at, hour, amounts, ...dimensions }: Booked) =>
  rowOf(
    'credits',
    {
      bookedHour: at,
      dimensions: { ...dimensions, goal: 'purchase', conversion_hour: hour },
      lineage: '1',
    },
    {
      conversions_micro: amounts.conversions,
      value_minor: amounts.value,
      refund_minor: amounts.refunds,
    },
  )

async function fill(empty: ClickHouse): Promise<void> {
  await migrate(empty)
  const ledger = createClickHouseLedger(empty)
  const lineage = { topic: 'file', partition: 0, lineage: '1', baseOffset: 0, reason: '' }
  await ledger.writeLineages([{ ...lineage, status: 'active' }])
  await ledger.insert('credits', HELD.map(creditRow))
  const purchase = { dimensions: { goal: 'purchase', currency: 'EUR' }, lineage: '1' }
  await ledger.insert('conversions', [rowOf('conversions', purchase, { count: 1 })])
}

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'tributary-test-'))
  folder = join(home, 'ledger')
  await claimFolder(folder)
  db = await openFolder(folder)
  await migrate(db)
  ofNothing = await readReport(db, ALL).catch((error: unknown) => error)
  await fill(db)
})
afterAll(async () => {
  await db.close()
  await removeEngineFolder(home)
})

const ALL: ReportRequest = {
  goal: 'purchase',
  measure: 'conversions',
  models: MODELS,
  from: null,
  before: null,
  knownBefore: null,
  currency: null,
  byCampaign: false,
  campaign: null,
}

const DIGITS = { EUR: 2, JPY: 0 } as const

/** minor / 10^digits without zeros at the end. */
function decimal(minor: bigint, digits: number): string {
  const text = String(minor < 0n ? -minor : minor).padStart(digits + 1, '0')
  const whole = text.slice(0, text.length - digits)
  const fraction = text.slice(text.length - digits).replace(/0+$/, '')
  const sign = minor < 0n ? '-' : ''
  return sign + (digits === 0 || fraction === '' ? whole : `${whole}.${fraction}`)
}

/** The same numbers from the rows that were inserted. */
function expected(request: ReportRequest) {
  const { measure, from, before, knownBefore, currency, campaign, byCampaign, models } = request
  const rows = HELD.filter(
    (row) =>
      (from === null || row.hour >= from) &&
      (before === null || row.hour < before) &&
      (knownBefore === null || row.at < knownBefore) &&
      (currency === null || row.currency === currency) &&
      (campaign === null || row.campaign === campaign),
  )
  const digits = measure === 'conversions' ? 6 : DIGITS[currency as 'EUR' | 'JPY']
  const creditOf = (own: readonly Booked[]) =>
    Object.fromEntries(
      models.map((model) => {
        const amounts = own.filter((row) => row.model === model).map((row) => row.amounts[measure])
        return [
          model,
          decimal(
            amounts.reduce((a, b) => a + b, 0n),
            digits,
          ),
        ]
      }),
    )
  const nameOf = (row: Booked) => JSON.stringify([row.channel, byCampaign ? row.campaign : null])
  const names = [...new Set(rows.map(nameOf))]
  const lines = names.map((name) => [name, creditOf(rows.filter((row) => nameOf(row) === name))])
  return {
    lines: Object.fromEntries(
      lines.filter(([, credit]) => Object.values(credit!).some((amount) => amount !== '0')),
    ) as object,
    total: creditOf(rows),
  }
}

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null })
const someHour = fc.integer({ min: -1, max: 32 }).map((after) => hourText(FIRST_HOUR + after))
const request = fc
  .record({
    measure: fc.constantFrom(...MEASURES),
    models: fc.subarray([...MODELS], { minLength: 1 }),
    from: optional(someHour),
    before: optional(someHour),
    knownBefore: optional(someHour),
    currency: optional(fc.constantFrom('EUR', 'JPY')),
    byCampaign: fc.boolean(),
    campaign: optional(fc.constantFrom(...CAMPAIGNS)),
  })
  .map((asked) => {
    const needsOne = asked.measure !== 'conversions'
    const currency = asked.currency ?? (needsOne ? 'EUR' : null)
    return { ...ALL, ...asked, currency }
  })

describe('the numbers', () => {
  test.prop([request], { numRuns: 40 })(
    'are the sums of all rows in the range, to the last digit, and so is their total',
    async (asked) => {
      const { lines, total } = await readReport(db, asked)
      const { lines: wanted, total: sum } = expected(asked)
      const found = lines.map(({ channel, campaign, credit }) => [
        JSON.stringify([channel, campaign]),
        credit,
      ])
      expect(Object.fromEntries(found)).toEqual(wanted)
      expect(total).toEqual(sum)
    },
  )

  it('come with the most credit first', async () => {
    const { lines } = await readReport(db, { ...ALL, models: ['linear'] })
    const amounts = lines.map(({ credit }) => Number(credit.linear))
    expect(amounts).toEqual(amounts.toSorted((a, b) => b - a))
    expect(amounts.length).toBe(3)
  })

  it('are none, and no mistake of whoever asks, before the first conversion', () => {
    expect(ofNothing).toMatchObject({ lines: [], total: { linear: '0' } })
  })
})

describe('a range', () => {
  const day = fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })

  test.prop([day, fc.boolean()])('takes all of the day or hour that is named', (date, isHour) => {
    const text = date.toISOString()
    const { begin, after } = toSpan(text.slice(0, isHour ? 13 : 10))
    const inside = text.slice(0, 19).replace('T', ' ')
    expect(begin <= inside && inside < after).toBe(true)
    const lengthMs = Date.parse(`${after}Z`) - Date.parse(`${begin}Z`)
    expect(lengthMs).toBe((isHour ? 1 : 24) * HOUR_MS)
  })

  it.each(['2026-11-13T18', '2026-11-13 18', '2026-11-13T18:00', '2026-11-13 18:00:00Z'])(
    'takes an hour written as %s',
    (text) => {
      expect(toSpan(text)).toEqual({ begin: '2026-11-13 18:00:00', after: '2026-11-13 19:00:00' })
    },
  )

  it.each([
    '',
    'monday',
    '2026-02-29',
    '2026-13-01',
    '2026-11-13T24',
    '2026-11-13T18:30',
    '13.11.2026',
    '1969-12-31',
    '9999-12-31',
  ])('is not %j', (text) => {
    expect(() => toSpan(text)).toThrow('Expected a day or a full hour')
  })
})

describe('a table', () => {
  it.each([60, 80, 100, 200])('stays within %d columns, with every model once', async (columns) => {
    const report = await readReport(db, { ...ALL, measure: 'value', currency: 'EUR' })
    const text = reportTable(report, { colors: pc.createColors(false), columns })
    const drawn = text.split('\n').filter((line) => line.startsWith('│ '))
    const width = Math.max(...drawn.map((line) => line.length))
    expect(width).toBeLessThanOrEqual(columns)
    for (const model of ['linear', 'shapley']) expect(text.split(` ${model} `).length).toBe(2)
  })

  it('cuts names as long as a line, and makes visible what could steer a terminal', () => {
    const [long, steering] = [`${'x'.repeat(38)}🎁${'x'.repeat(24)}`, 'red\u001b[31m']
    const lines = [long, steering].map((channel) => ({
      channel,
      campaign: 'autumn',
      credit: { linear: '1.5' },
    }))
    const asked = { ...ALL, byCampaign: true, models: ['linear'] as const }
    const report = { request: asked, currency: null, lines, total: { linear: '3' } }
    const text = reportTable(report, { colors: pc.createColors(false), columns: 80 })
    expect(text).toContain(`│ ${'x'.repeat(38)}🎁… │   1.50 │`)
    expect(text).toContain('│ red\\u{1b}[31m / autumn ')
    expect(reportCsv(report)).toContain(`"${long}","autumn",1.5\n`)
  })

  it('says what it shows', async () => {
    const asked = { ...ALL, from: HOURS[0]!, before: HOURS[2]!, currency: 'JPY', campaign: '' }
    const report = await readReport(db, { ...asked, models: ['last_touch'] })
    const text = reportTable(report, { colors: pc.createColors(false), columns: 80 })
    expect(text).toMatch(
      /^Conversions of goal purchase in JPY, campaign \(none\), credited by 1 model$/m,
    )
    expect(text).toContain('conversions from 2026-11-13 17:00 before 2026-11-14 00:00 (UTC)')
  })

  it('says of several models that they are no sum', async () => {
    const textOf = async (models: ReportRequest['models']) =>
      reportTable(await readReport(db, { ...ALL, models }), {
        colors: pc.createColors(false),
        columns: 80,
      })
    expect(await textOf(['linear', 'shapley'])).toContain('never add them up')
    expect(await textOf(['linear'])).not.toContain('never add them up')
  })
})

describe('the command', () => {
  const report = async (...args: string[]) => {
    await db.close()
    try {
      return await runHere(['report', '--db', folder, ...args], {})
    } finally {
      db = await openFolder(folder)
    }
  }

  it('prints CSV with every digit, and JSON with the same', async () => {
    const asked = ['--measure', 'value', '--currency', 'EUR', '--models', 'linear,last_touch']
    const csv = await report(...asked, '--by-campaign')
    const lines = csv.stdout.trimEnd().split('\n')
    expect(lines[0]).toBe('"channel","campaign","currency","linear","last_touch"')
    expect(lines.length).toBe(1 + CHANNELS.length * CAMPAIGNS.length)
    expect(csv.stdout).toContain('"a ""quoted"", one","autumn","EUR",')
    const json = JSON.parse((await report(...asked, '--json')).stdout) as {
      total: object
      lines: unknown[]
    }
    const wanted = expected({
      ...ALL,
      measure: 'value',
      currency: 'EUR',
      models: ['linear', 'last_touch'],
    })
    expect(json).toMatchObject({ goal: 'purchase', measure: 'value', currency: 'EUR', from: null })
    expect(json.total).toEqual(wanted.total)
    expect(json.lines.length).toBe(CHANNELS.length)
  })

  it('says so where nothing lies in the range', async () => {
    const { stdout, exitCode } = await report('--from', '2030-01-01', '--format', 'table')
    expect(exitCode).toBe(0)
    expect(stdout).toContain('conversions from 2030-01-01 00:00 (UTC)\nNo such credit.')
    expect((await report('--to', '2001-01-01', '--csv', '--models', 'linear')).stdout).toBe(
      '"channel","linear"\n',
    )
  })

  it.each([
    [['--from', 'monday'], 'Expected a day or a full hour'],
    [['--from', '2026-11-14', '--to', '2026-11-13'], '--from is later than --to'],
    [['--measure', 'value'], 'The value of this range is in EUR, JPY, which do not add up.'],
    [['--measure', 'refunds'], 'The refunds of this range are in EUR, JPY, which do not add up.'],
    [['--goal', 'purchse'], 'It holds purchase.'],
    [['--models', 'linear,markov'], 'Models are first_touch'],
    [['--currency', 'eur'], 'ISO 4217'],
    [['--csv', '--json'], 'cannot be used with option'],
    [['--clickhouse', 'http://127.0.0.1:1'], '--db and --clickhouse exclude each other'],
  ])('refuses %j', async (args, words) => {
    const { stderr, exitCode } = await report(...args)
    expect(exitCode).toBe(2)
    expect(stderr).toContain(words)
  })
})

describeWithService('clickhouse', 'a report from a server', (url) => {
  it('says the same as one from a folder', async () => {
    const database = testName('report')
    const server = openServer({ url, database })
    await fill(server)
    const asked = { ...ALL, from: HOURS[0]!, before: HOURS[2]!, knownBefore: BOOKED[1]! }
    const wanted = expected({ ...asked, campaign: 'autumn', currency: 'JPY', measure: 'value' })
    const range = '--from 2026-11-13T17 --to 2026-11-13 --as-of 2026-11-14T23'.split(' ')
    const { stdout } = await runHere(
      [
        'report',
        ...range,
        '--measure',
        'value',
        '--currency',
        'JPY',
        '--campaign',
        'autumn',
      ].concat(['--clickhouse', url, '--database', database, '--json']),
      {},
    )
    expect((JSON.parse(stdout) as { total: object }).total).toEqual(wanted.total)
    await dropDatabase(server)
    await server.close()
  })
})
