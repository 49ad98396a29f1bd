// The generator is worth something only if its logs contain what is hard. Counted over a fixed
// range of seeds, so a change that loses a situation fails here.
import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { leadIndexOf, candidatesOf } from '../oracle/book-credits.ts'
import { runOracle, totals } from '../oracle/oracle.ts'
import { measuresOf } from '../oracle/figures.ts'
import type { Figures } from '../oracle/figures.ts'
import type { TableName } from '../../src/core/tables.ts'
import type { Settings } from '../../src/core/settings.ts'
import { readJourney } from '../oracle/person.ts'
import { generateLog } from './build-log.ts'
import { settingsFor } from './settings-for.ts'

const SEEDS = 200

type Counts = Record<string, number>

function add(counts: Counts, name: string, amount: number | bigint | boolean): void {
  counts[name] = (counts[name] ?? 0) + Number(amount)
}

/** Situations that are visible in the published totals. */
function countTotals(counts: Counts, figures: Figures): void {
  const seen: readonly (readonly [TableName, string])[] = [
    ['paths', 'lapses'],
    ['paths', 'conversions'],
    ['conversions', 'refund_unmatched'],
    ['live_minutes', 'orders'],
    ['live_minutes', 'post_live_orders'],
    ['live_minutes', 'new_viewers'],
  ]
  for (const [table, measure] of seen) {
    const index = measuresOf(table).indexOf(measure)
    for (const row of figures.get(table)!.values()) add(counts, measure, row.measures[index]!)
  }
}

/** Situations that are visible only in the journeys. */
function countJourneys(
  counts: Counts,
  run: ReturnType<typeof runOracle>,
  settings: Settings,
): void {
  for (const { events, lapsed } of run.persons.values()) {
    const { paths, sales, ordered } = readJourney(events, lapsed, settings)
    add(counts, 'open paths', paths.at(-1)!.touchpoints.length > 0 && !lapsed)
    for (const path of paths) {
      add(
        counts,
        'cuts',
        path.end === 'lapsed' && path.touchpoints.length === settings.pathTouchpointsMax,
      )
      add(
        counts,
        'runs of touches',
        path.touchpoints.filter((t) => t.lastTouchMs > t.timeMs).length,
      )
      for (const conversion of path.conversions) {
        const candidates = candidatesOf(conversion, path, paths, settings)
        add(counts, 'unattributed', candidates.length === 0)
        add(counts, 'lead key touches', leadIndexOf(conversion, path, candidates) !== -1)
        add(
          counts,
          'reaching back',
          candidates.some((t) => !path.touchpoints.includes(t)),
        )
        add(counts, conversion.currency || 'no currency', 1)
      }
    }
    for (const conversion of sales.conversions) {
      const { grossMinor, refundedMinor, event } = conversion
      const sources = ordered
        .filter((e) => e.transactionId !== '' && e.transactionId === event.transactionId)
        .filter((e) => e.kind === 'conversion')
      add(counts, 'transactions of several sources', new Set(sources.map((e) => e.source)).size > 2)
      add(counts, 'partial refunds', refundedMinor > 0n && refundedMinor < grossMinor)
      add(counts, 'full refunds', refundedMinor > 0n && refundedMinor === grossMinor)
    }
    const kinds = ordered.map((e, i) => [e.timeMs === ordered[i + 1]?.timeMs, e.kind] as const)
    for (const kind of ['touch', 'conversion'] as const) {
      add(
        counts,
        `equal times after a ${kind}`,
        kinds.filter(([equal, k]) => equal && k === kind).length,
      )
    }
  }
}

it('hits every situation that is hard, many times', () => {
  const counts: Counts = {}
  for (let seed = 1; seed <= SEEDS; seed++) {
    const settings = settingsFor(seed)
    const log = generateLog(seed, { settings })
    const run = runOracle(log, settings)
    for (const outcome of run.outcomes) add(counts, outcome, 1)
    countTotals(counts, totals(run.rows))
    countJourneys(counts, run, settings)
    log.forEach((record, i) => {
      if (record.kind !== 'event' || run.outcomes[i] !== 'applied') return
      add(counts, 'clamped', record.event.timeMs > record.timeMs + 300_000)
    })
    for (const { dimensions, measures } of run.rows.get('transitions')!.values()) {
      add(counts, 'retracted steps', measures[0]! < 0n)
      add(counts, 'retracted lapses', dimensions[1] === '(null)' && measures[1]! <= 0n)
    }
    for (const row of run.rows.get('credits')!.values()) {
      add(counts, 'other', row.dimensions.includes('(other)'))
      add(
        counts,
        'rows of zeros',
        row.measures.every((amount) => amount === 0n),
      )
    }
  }
  const rare = Object.entries(counts).filter(([, count]) => count < 30)
  expect(rare).toEqual([])
})

it('gives the same log for the same seed, for ever', () => {
  const text = JSON.stringify(
    [1, 2, 3].map((seed) => generateLog(seed, { settings: settingsFor(seed) })),
  )
  expect(createHash('sha256').update(text).digest('hex').slice(0, 16)).toBe('16a5b79bed2932cd')
})
