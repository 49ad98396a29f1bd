// `tributary demo`: what it prints is what the ledger it leaves holds, whatever the pace, and the
// same for the same seed.
import { existsSync } from 'node:fs'
import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pc from 'picocolors'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ClickHouse } from '../../../src/adapters/clickhouse/connection.ts'
import { openFolderReadOnly } from '../../../src/adapters/clickhouse/embedded-folder.ts'
import type { Figures } from '../../../src/cli/demo/figures.ts'
import { demoLog } from '../../../src/cli/demo/log.ts'
import { screenLines } from '../../../src/cli/demo/screen.ts'
import { summaryText } from '../../../src/cli/demo/summary.ts'
import { MODELS } from '../../../src/core/event.ts'
import { runProgram, type Run } from '../run-program.ts'
import { decimal, money, ratio } from './plain-decimals.ts'
import { removeEngineFolder } from '../../adapters/clickhouse/embedded-engine.ts'

const EVENTS = 3000
const SEED = 7

let folder: string
let text: Run
let paced: Run
let json: Run
let db: ClickHouse
let figures: Figures

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-test-'))
  const demo = (name: string, ...options: string[]) =>
    runProgram(
      [
        'demo',
        '--events',
        String(EVENTS),
        '--seed',
        String(SEED),
        '--db',
        join(folder, name),
      ].concat(options),
    )
  ;[text, paced, json] = await Promise.all([
    demo('a'),
    demo('b', '--rate', '1500'),
    demo('c', '--json', '--quiet'),
  ])
  db = await openFolderReadOnly(join(folder, 'c'))
  figures = JSON.parse(json.stdout) as Figures
})
afterAll(async () => {
  await db.close()
  await removeEngineFolder(folder)
})

describe('its output', () => {
  it('is the same for the same seed, at any pace, and never names a place', () => {
    expect([text, paced, json].map(({ exitCode }) => exitCode)).toEqual([0, 0, 0])
    expect(paced.stdout).toBe(text.stdout)
    expect(text.stdout).toBe(summaryText(SEED, figures))
    expect(text.stdout).toContain(`Seed ${SEED}: 3,000 events\n`)
    expect(text.stdout).not.toContain(folder)
  })

  it('is another one for another seed', async () => {
    const run = await runProgram(['demo', '--events', '300', '--quiet', '--db', join(folder, 'd')])
    expect(run.stdout).toContain('Seed 42: 300 events\n')
    expect(run.stderr).toBe('')
  })

  it('says on stderr where the ledger is, and whose journey to look at', () => {
    expect(text.stderr).toContain(`npx tributary sql --db ${join(folder, 'a')} "SELECT `)
    const hash = /npx tributary journey --db \S+ ([0-9a-f]{64})\n/.exec(text.stderr)?.[1]
    const purchases = [...demoLog(SEED, EVENTS)].filter(
      ({ key, value }) => key === hash && value.includes('"action_type":"purchase"'),
    )
    expect(purchases.length).toBeGreaterThan(1)
  })

  it('leaves the state and the refused records beside the ledger', async () => {
    expect(existsSync(join(folder, 'a/state.bin'))).toBe(true)
    const refused = await readFile(join(folder, 'a/rejected.ndjson'), 'utf8')
    const { rejected = 0, late = 0 } = figures.outcomes
    expect(refused.trimEnd().split('\n').length).toBe(rejected + late)
  })
})

/** Rows of a view as they are, to be added up here. */
type Row = Record<string, string>
const view = async (name: string): Promise<Row[]> =>
  JSON.parse(
    `[${(await db.text(`SELECT * FROM ${name}`, 'JSONEachRow')).trim().split('\n').join()}]`,
  )

const sum = (rows: readonly Row[], column: string): number =>
  rows.reduce((total, row) => total + Number(row[column]), 0)

describe('its numbers', () => {
  it('count each record once, by outcome and reason', async () => {
    const intake = await view('bi_intake')
    expect(sum(intake, 'records')).toBe(EVENTS)
    expect(figures.records).toBe(EVENTS)
    for (const outcome of ['applied', 'duplicate', 'late', 'rejected']) {
      const rows = intake.filter((row) => row['outcome'] === outcome)
      expect(figures.outcomes[outcome]).toBe(sum(rows, 'records'))
      expect(text.stdout).toContain(`${outcome} ${sum(rows, 'records').toLocaleString('en-US')}`)
    }
    const reasons = intake.filter((row) => row['outcome'] === 'rejected')
    expect(reasons.length).toBeGreaterThan(10)
    expect(figures.rejections.length).toBe(reasons.length)
    for (const { reason, records } of reasons) expect(text.stdout).toContain(`${reason} ${records}`)
  })

  it('are those of each live show', async () => {
    const minutes = await view('bi_live_minutes')
    const ids = new Set(minutes.map((row) => row['live_event_id']))
    expect(new Set(figures.shows.map(({ id }) => id))).toEqual(ids)
    expect(ids.size).toBe(2)
    for (const show of figures.shows) {
      const rows = minutes.filter((row) => row['live_event_id'] === show.id)
      expect(show.viewers).toBe(sum(rows, 'new_viewers'))
      expect(show.orders).toBe(sum(rows, 'orders'))
      expect(show.postLiveOrders).toBe(sum(rows, 'post_live_orders'))
      for (const each of show.byCurrency) {
        const own = rows.filter(({ currency }) => currency === each.currency)
        expect(each.orders).toBe(sum(own, 'orders'))
        expect(each.gmv).toBe(money(own, 'gmv'))
        expect(each.postLiveGmv).toBe(money(own, 'post_live_gmv'))
        const digits = each.currency === 'JPY' ? 0 : 2
        expect(each.aov).toBe(ratio(money(own, 'gmv'), each.orders, digits))
      }
      for (const each of show.byVariant) {
        const own = rows.filter(({ variant }) => variant === each.variant)
        expect(each.tagViews).toBe(sum(own, 'tag_views'))
        expect(each.tagClicks).toBe(sum(own, 'tag_clicks'))
        expect(each.tagClickPercent).toBe(ratio(String(100 * each.tagClicks), each.tagViews, 1))
      }
    }
  })

  it('are those of each minute of the last show, without a gap', async () => {
    const show = figures.shows.at(-1)
    const rows = (await view('bi_live_minutes')).filter((row) => row['live_event_id'] === show?.id)
    const from = Date.parse(`${show?.begin}Z`)
    expect(figures.minutes.length).toBeGreaterThanOrEqual(75)
    for (const [i, { minute, gmv, viewers }] of figures.minutes.entries()) {
      expect(Date.parse(`${minute}Z`)).toBe(from + i * 60_000)
      const own = rows.filter((row) => row['minute'] === minute)
      expect(gmv).toBe(
        money(
          own.filter(({ currency }) => currency === figures.currency),
          'gmv',
        ),
      )
      expect(viewers).toBe(
        sum(
          own.filter(({ variant }) => variant !== ''),
          'viewers',
        ),
      )
    }
    expect(figures.minutes.some(({ gmv }) => gmv !== '0')).toBe(true)
  })

  it('share every purchase among the channels, in each of the eight models', async () => {
    const credits = (await view('bi_credits')).filter(({ goal }) => goal === 'purchase')
    const conversions = (await view('bi_conversions')).filter(({ goal }) => goal === 'purchase')
    expect(figures.purchases).toBe(sum(conversions, 'conversions'))
    expect(figures.purchases).toBeGreaterThan(20)
    for (const model of MODELS) {
      const own = credits.filter((row) => row['model'] === model)
      expect(money(own, 'conversions')).toBe(String(figures.purchases))
      for (const { channel, conversions: shown } of figures.credits) {
        const rows = own.filter((row) => row['channel'] === channel)
        expect(shown[model] ?? '0').toBe(money(rows, 'conversions'))
      }
    }
    for (const { channel, conversions: shown } of figures.credits) {
      const cells = MODELS.map((model) => decimal(shown[model] ?? '0', 1))
      expect(text.stdout).toMatch(new RegExp(`^${escape(channel)} +${cells.join(' +')}$`, 'm'))
    }
  })

  it('balance: paths that began have converted, lapsed or are open', async () => {
    const steps = await view('bi_transitions')
    const { converted, lapsed, open } = figures.paths
    const begun = sum(
      steps.filter((row) => row['from_state'] === '(start)'),
      'observed',
    )
    expect(converted + lapsed + open).toBe(begun)
    expect(converted).toBe(figures.purchases)
  })
})

const escape = (literal: string): string => literal.replace(/[()]/g, '\\$&')

describe('its screen', () => {
  const colors = pc.createColors(false)
  const draw = (columns: number, rows: number) =>
    screenLines(figures, { columns, rows }, { colors, perSecond: 498, goal: EVENTS })

  it('fits terminals of any size', () => {
    for (let columns = 1; columns <= 200; columns += 9) {
      for (let rows = 1; rows <= 60; rows += 8) {
        const lines = draw(columns, rows)
        expect(lines.length).toBeLessThanOrEqual(rows)
        expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns)
      }
    }
  })

  it.each([
    [80, 24],
    [100, 32],
    [120, 40],
    [160, 50],
  ])('shows all of it at %d x %d, uncut', (columns, rows) => {
    const screen = draw(columns, rows).join('\n')
    const show = figures.shows.at(-1)!
    expect(screen).not.toContain('…')
    expect(screen).toContain(`${show.id}: GMV per minute in ${figures.currency}`)
    expect(screen).toContain(`${show.viewers} viewers`)
    expect(screen).toContain(`${show.orders} orders`)
    expect(screen).toContain(`${show.postLiveOrders} more after the show`)
    expect(screen).toMatch(/3,000 of 3,000 events {2}498( events)?\/s/)
    for (const { gmv, aov, currency } of show.byCurrency) {
      expect(screen).toContain(decimal(gmv, currency === 'JPY' ? 0 : 2))
      if (aov !== null) expect(screen).toContain(decimal(aov, currency === 'JPY' ? 0 : 2))
    }
    for (const { tagClickPercent } of show.byVariant) {
      expect(screen).toContain(`${decimal(tagClickPercent ?? '0', 1)} %`)
    }
    for (const { channel, conversions } of figures.credits) {
      const cells = MODELS.map((model) => decimal(conversions[model] ?? '0', 1))
      expect(screen).toMatch(new RegExp(`^${escape(channel)} +${cells.join(' +')}$`, 'm'))
    }
    expect(screen).toContain(`rejected ${figures.outcomes['rejected']}`)
    expect(screen).toContain(`${figures.rejections[0]!.reason} ${figures.rejections[0]!.records}`)
  })

  it('waits for the first show without one', () => {
    const before = { ...figures, shows: [], minutes: [], purchases: 0, credits: [] }
    const lines = screenLines(
      before,
      { columns: 80, rows: 24 },
      { colors, perSecond: null, goal: null },
    )
    expect(lines.join('\n')).toContain('No live show yet')
  })
})

describe('Ctrl-C', () => {
  it('ends a demo without an end, with exit 130 and a ledger that holds what was told', async () => {
    const place = join(folder, 'endless')
    const run = await runProgram(['demo', '--db', place, '--json'], {
      interruptWhen: () => existsSync(join(place, '.rejected.ndjson.part')),
    })
    expect(run.exitCode).toBe(130)
    expect(run.stderr).toContain('TRIBUTARY_INTERRUPTED')
    const { records } = JSON.parse(run.stdout) as Figures
    expect(records).toBeGreaterThan(0)
    const left = await runProgram([
      'sql',
      '--db',
      place,
      '--format',
      'tsv',
      'SELECT sum(records) AS n FROM bi_intake',
    ])
    expect(left.stdout).toBe(`n\n${records}\n`)
    expect(existsSync(join(place, 'state.bin'))).toBe(true)
    expect(existsSync(join(place, 'rejected.ndjson'))).toBe(true)
  })
})
