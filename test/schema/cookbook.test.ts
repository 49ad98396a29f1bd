// The cookbook's questions, asked of one run of the demo's log, and their answers worked out anew
// from the rows of the views. What was believed on Monday is asked on Monday, too.
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { QUESTIONS, recipe, spendSql } from '../../schemas/cookbook.ts'
import type { QuestionName } from '../../schemas/cookbook.ts'
import { statementsOf } from '../../src/adapters/clickhouse/migration-files.ts'
import { createGenerator } from '../../src/adapters/generator/generator.ts'
import type { GeneratedRecord } from '../../src/adapters/generator/generator.ts'
import { demoOptions } from '../../src/adapters/generator/options.ts'
import { MemoryDeadLetters } from '../../src/adapters/memory/memory-dead-letters.ts'
import { LocalRun } from '../../src/cli/local-run.ts'
import { openLocalLedger } from '../../src/cli/local-ledger.ts'
import type { LocalLedger } from '../../src/cli/local-ledger.ts'
import { MODELS } from '../../src/core/event.ts'
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts'
import { judgeSpan } from '../../src/runtime/judge-span.ts'
import { createRecordParser } from '../../src/schema/record.ts'
import { money, ratio } from '../cli/demo/plain-decimals.ts'
import { removeEngineFolder } from '../adapters/clickhouse/embedded-engine.ts'

const EVENTS = 6000
const SEED = 7
/** So that the six weeks end on a Thursday, after the show of the Monday. */
const START = Date.UTC(2026, 9, 8)
const SHOW = "live_event_id = 'live-2026-11-16'"
const DAY_MS = 86_400_000

const SPEND = [
  ['2026-10-20', 'email', 'EUR', '100.5'],
  ['2026-11-10', 'tiktok_ad', 'EUR', '900'],
  ['2026-11-10', 'billboard', 'EUR', '50'],
]

type Row = Record<string, string>
let folder: string
let ledger: LocalLedger
/** What the ledger said when it had read the log up to its last Monday, and what it says now. */
let onMonday: Row[]
let now: Row[]

const select = async (sql: string): Promise<Row[]> => {
  const lines = (await ledger.db.text(sql, 'JSONEachRow')).trim().split('\n')
  const rows = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as object)
  return rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([key, cell]) => [key, String(cell)])),
  )
}
const ask = async (name: QuestionName): Promise<Row[]> => select((await recipe(name)).sql)

async function apply(run: LocalRun, records: readonly GeneratedRecord[], from: number) {
  const counts = [{ fromOffset: 0, count: 1 }]
  const parser = createRecordParser(DEFAULT_SETTINGS, { partitioner: 'none', counts })
  const sources = records.map(({ timeMs, key, value }, i) => ({
    offset: from + i,
    timeMs,
    key: Buffer.from(key),
    value: Buffer.from(value),
    headers: {},
  }))
  const to = from + records.length
  const span = { topic: 'demo', partition: 0, from, to, records: sources }
  await run.apply(judgeSpan(span, parser))
  await run.flush()
}

/** The first day of 1970 was a Thursday. */
const mondayOf = (timeMs: number): number =>
  Math.floor((timeMs / DAY_MS + 3) / 7) * 7 * DAY_MS - 3 * DAY_MS

const creditsOfWeekBefore = (monday: number): Promise<Row[]> => {
  const hour = (timeMs: number) => `toDateTime(${timeMs / 1000}, 'UTC')`
  return select(
    `SELECT channel, currency, sum(c.value) AS value FROM bi_credits AS c
     WHERE goal = 'purchase' AND model = 'linear' AND currency != ''
       AND conversion_hour >= ${hour(monday - 7 * DAY_MS)} AND conversion_hour < ${hour(monday)}
     GROUP BY channel, currency`,
  )
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-test-'))
  ledger = await openLocalLedger({ db: join(folder, 'demo') }, '')
  const deadLetters = new MemoryDeadLetters()
  const run = new LocalRun({ ledger, topic: 'demo', settings: DEFAULT_SETTINGS, deadLetters })
  await run.start()
  const log = [...createGenerator({ ...demoOptions(EVENTS), seed: SEED, startMs: START })]
  const monday = mondayOf(log.at(-1)!.timeMs)
  const before = log.filter(({ timeMs }) => timeMs < monday)
  await apply(run, before, 0)
  onMonday = await creditsOfWeekBefore(monday)
  await apply(run, log.slice(before.length), before.length)
  await run.finish('due')
  now = await creditsOfWeekBefore(monday)
  for (const statement of statementsOf(await spendSql())) await ledger.db.command(statement)
  await ledger.db.insert('spend', ['day', 'channel', 'currency', 'amount'], SPEND)
}, 120_000)
afterAll(async () => {
  await ledger.db.close()
  await removeEngineFolder(folder)
})

const where = (rows: readonly Row[], wanted: Row): Row[] =>
  rows.filter((row) => Object.entries(wanted).every(([name, value]) => row[name] === value))
const sum = (rows: readonly Row[], column: string): number =>
  rows.reduce((total, row) => total + Number(row[column]), 0)
const valuesOf = (rows: readonly Row[], column: string): string[] => [
  ...new Set(rows.map((row) => row[column]!)),
]
const stepsOf = (row: Row): string[] => row['path']!.split(' > ')

describe('the cookbook', () => {
  it('has twelve questions, each with an answer', async () => {
    expect(new Set(QUESTIONS).size).toBe(12)
    for (const name of QUESTIONS) expect((await ask(name)).length, name).toBeGreaterThan(1)
  })
})

describe('credit', () => {
  it('by channel and model adds up to all purchases in each model', async () => {
    const purchases = sum(
      await select("SELECT * FROM bi_conversions WHERE goal = 'purchase'"),
      'conversions',
    )
    const credits = await select("SELECT * FROM bi_credits WHERE goal = 'purchase'")
    const answer = await ask('credit-by-channel-and-model')
    expect(valuesOf(answer, 'channel').toSorted()).toEqual(valuesOf(credits, 'channel').toSorted())
    for (const model of MODELS) {
      expect(money(answer, model)).toBe(String(purchases))
      for (const row of answer) {
        const own = where(credits, { model, channel: row['channel']! })
        expect(row[model]).toBe(money(own, 'conversions'))
      }
    }
  })

  it('that last touch hides is what Shapley gives beyond it, and none over all', async () => {
    const credits = await ask('credit-by-channel-and-model')
    const answer = await ask('what-last-touch-hides')
    expect(answer.length).toBe(credits.length)
    expect(money(answer, 'hidden')).toBe('0')
    for (const row of answer) {
      const [own] = where(credits, { channel: row['channel']! })
      const parts = [{ part: own!['shapley']! }, { part: `-${own!['last_touch']}` }]
      expect(row['hidden']).toBe(money(parts, 'part'))
    }
    expect(answer.map((row) => Number(row['hidden']))).toEqual(
      answer.map((row) => Number(row['hidden'])).toSorted((a, b) => b - a),
    )
  })

  it('taken back by refunds is all that was refunded, in each currency', async () => {
    const answer = await ask('refunds-by-channel')
    const conversions = await select("SELECT * FROM bi_conversions WHERE goal = 'purchase'")
    for (const currency of valuesOf(answer, 'currency')) {
      const [own, all] = [where(answer, { currency }), where(conversions, { currency })]
      expect(money(own, 'refunded')).toBe(money(all, 'refunds'))
      expect(money(own, 'kept')).toBe(money(all, 'value'))
    }
    expect(answer.some((row) => row['refunded'] !== '0')).toBe(true)
    for (const row of answer) {
      const parts = [{ part: row['kept']! }, { part: row['refunded']! }]
      expect(row['ordered']).toBe(money(parts, 'part'))
    }
  })

  it('believed on Monday is what the ledger said on Monday', async () => {
    const answer = await ask('what-we-believed-on-monday')
    const asked = (rows: readonly Row[], column: string) =>
      rows
        .filter((row) => row[column] !== '0')
        .map((row) => `${row['channel']} ${row['currency']} ${row[column]}`)
        .toSorted()
    expect(asked(answer, 'believed')).toEqual(asked(onMonday, 'value'))
    expect(asked(answer, 'known_now')).toEqual(asked(now, 'value'))
    expect(answer.some((row) => row['change'] !== '0')).toBe(true)
  })

  it('over what was spent leaves out no side', async () => {
    const answer = await ask('roas')
    expect(where(answer, { channel: 'billboard' })).toEqual([
      { channel: 'billboard', currency: 'EUR', spent: '50', value: '0', roas: '0' },
    ])
    const credits = await select(
      `SELECT * FROM bi_credits WHERE goal = 'purchase' AND model = 'linear'
       AND conversion_hour >= '2026-10-20 00:00:00' AND conversion_hour < '2026-11-11 00:00:00'`,
    )
    for (const row of answer) {
      const own = where(credits, { channel: row['channel']!, currency: row['currency']! })
      expect(row['value']).toBe(money(own, 'value'))
      const spent = SPEND.find(
        ([, channel, currency]) => channel === row['channel'] && currency === row['currency'],
      )
      expect(row['spent']).toBe(spent?.[3] ?? '0')
    }
    expect(money(answer, 'value')).toBe(money(credits, 'value'))
    expect(money(answer, 'spent')).toBe('1050.5')
  })
})

describe('a live show', () => {
  it('has its GMV minute by minute, in and after it', async () => {
    const all = await select(`SELECT * FROM bi_live_minutes WHERE ${SHOW}`)
    const answer = await ask('gmv-per-minute')
    const sold = all.filter((row) => row['currency'] !== '')
    expect(answer.length).toBe(
      new Set(sold.map((row) => `${row['currency']} ${row['minute']}`)).size,
    )
    for (const currency of valuesOf(sold, 'currency')) {
      const [own, rows] = [where(answer, { currency }), where(sold, { currency })]
      expect(money(own, 'gmv')).toBe(money(rows, 'gmv'))
      expect(money(own, 'post_live_gmv')).toBe(money(rows, 'post_live_gmv'))
      const both = [...own.map((row) => row['gmv']!), ...own.map((row) => row['post_live_gmv']!)]
      expect(own.at(-1)!['gmv_so_far']).toBe(
        money(
          both.map((part) => ({ part })),
          'part',
        ),
      )
      expect(sum(own, 'orders')).toBe(sum(rows, 'orders'))
    }
    expect(sum(answer, 'post_live_orders')).toBeGreaterThan(0)
  })

  it('is the last one also where nobody sends tag views', async () => {
    const { sql } = await recipe('gmv-per-minute')
    const without = '(SELECT * REPLACE (toInt64(0) AS tag_views) FROM bi_live_minutes)'
    const answer = await select(sql.replaceAll('bi_live_minutes', without))
    expect(answer.length).toBeGreaterThan(1)
    expect(answer).toEqual(await ask('gmv-per-minute'))
  })

  it('has rates and averages of its variants from sums', async () => {
    const all = await select(`SELECT * FROM bi_live_minutes WHERE ${SHOW}`)
    const answer = await ask('aov-and-tag-clicks-by-variant')
    expect(valuesOf(answer, 'variant')).toEqual(['A', 'B'])
    for (const row of answer) {
      const own = where(all, { variant: row['variant']! })
      const paid = where(own, { currency: row['currency']! })
      expect(row['tag_click_percent']).toBe(
        ratio(String(100 * sum(own, 'tag_clicks')), sum(own, 'tag_views'), 2),
      )
      expect(row['orders']).toBe(String(sum(paid, 'orders')))
      expect(row['average_order_value']).toBe(ratio(money(paid, 'gmv'), sum(paid, 'orders'), 2))
    }
  })
})

describe('paths', () => {
  let paths: Row[]
  beforeAll(async () => {
    paths = (await select('SELECT * FROM bi_paths')).filter((row) => row['path'] !== '')
  })

  it('have channels that assist and one that closes', async () => {
    const answer = await ask('assisted-conversions')
    for (const row of answer) {
      const channel = row['channel']!
      const through = paths.filter((path) => stepsOf(path).includes(channel))
      const closed = through.filter((path) => stepsOf(path).at(-1) === channel)
      expect(row['closed']).toBe(String(sum(closed, 'conversions')))
      const assisted = sum(through, 'conversions') - sum(closed, 'conversions')
      expect(row['assisted']).toBe(String(assisted))
    }
    expect(sum(answer, 'closed')).toBe(sum(paths, 'conversions'))
    expect(sum(answer, 'assisted')).toBeGreaterThan(0)
  })

  it('are counted, the most frequent first', async () => {
    const counts = new Map<string, number>()
    for (const row of paths) {
      counts.set(row['path']!, (counts.get(row['path']!) ?? 0) + Number(row['conversions']))
    }
    const expected = [...counts].filter(([, count]) => count > 0)
    expected.sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    const answer = await ask('top-paths')
    expect(answer.map((row) => [row['path'], Number(row['conversions'])])).toEqual(
      expected.slice(0, 20),
    )
    for (const row of answer) {
      const own = where(paths, { path: row['path']! })
      expect(row['lapses']).toBe(String(sum(own, 'lapses')))
      expect(row['touchpoints']).toBe(String(stepsOf(row).length))
    }
  })

  it('take longer, the longer they are', async () => {
    const answer = await ask('time-to-conversion')
    for (const row of answer) {
      const own = paths.filter(
        (path) => Math.min(stepsOf(path).length, 8) === Number(row['touchpoints']),
      )
      expect(row['conversions']).toBe(String(sum(own, 'conversions')))
      const hours = ratio(
        String(sum(own, 'minutes_to_conversion')),
        60 * sum(own, 'conversions'),
        1,
      )
      expect(row['average_hours']).toBe(hours)
    }
    expect(sum(answer, 'conversions')).toBe(sum(paths, 'conversions'))
  })

  it('start, close, lapse and stay open, and nothing else', async () => {
    const answer = await ask('channels-that-start-and-close')
    for (const row of answer) {
      const closed = paths.filter((path) => stepsOf(path).at(-1) === row['channel'])
      expect(row['closes']).toBe(String(sum(closed, 'conversions')))
      expect(row['lapses']).toBe(String(sum(closed, 'lapses')))
      expect(Number(row['open'])).toBeGreaterThanOrEqual(0)
    }
    const ends = sum(answer, 'closes') + sum(answer, 'lapses') + sum(answer, 'open')
    expect(sum(answer, 'starts')).toBe(ends)
    expect(sum(answer, 'lapses')).toBeGreaterThan(0)
  })
})

describe('rejected records', () => {
  it('are counted by reason, with their share of all that was sent', async () => {
    const intake = await select('SELECT * FROM bi_intake')
    expect(sum(intake, 'records')).toBe(EVENTS)
    const answer = await ask('rejected-by-reason')
    const rejected = where(intake, { outcome: 'rejected' })
    expect(answer.length).toBe(rejected.length)
    for (const row of answer) {
      const [own] = where(rejected, { reason: row['reason']! })
      expect(row['records']).toBe(own!['records'])
      expect(row['percent_of_all']).toBe(ratio(String(100 * Number(own!['records'])), EVENTS, 3))
    }
  })
})
