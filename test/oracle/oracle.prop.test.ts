// What must hold for the oracle itself, over many generated logs, before anything is
// compared with it: stepping = batch, no order of arrival matters, parts sum to wholes, flows
// balance.
import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { MODELS } from '../../src/core/event.ts'
import type { Settings } from '../../src/core/settings.ts'
import type { TableName } from '../../src/core/tables.ts'
import { logCaseArbitrary } from '../logs/arbitraries.ts'
import { generateLog } from '../logs/build-log.ts'
import { overflowSettingsFor, settingsFor } from '../logs/settings-for.ts'
import {
  orderFreeSettings,
  shuffleArrival,
  shuffleWithinLateness,
} from '../logs/shuffle-arrival.ts'
import { measuresOf } from './figures.ts'
import type { Figure, Figures } from './figures.ts'
import type { LogRecord } from './log.ts'
import { batchTotals, runOracle, totals } from './oracle.ts'
import type { OracleRun } from './oracle.ts'
import { lastTouchMs } from './paths.ts'
import { readJourney } from './person.ts'

const LOGS = 120

/** Plain values that vitest compares and prints. */
function plain(figures: Figures): Record<string, Record<string, string>> {
  const tables = [...figures].map(([table, rows]) => {
    const sorted = [...rows].toSorted(([a], [b]) => (a < b ? -1 : 1))
    return [table, Object.fromEntries(sorted.map(([key, row]) => [key, row.measures.join(' ')]))]
  })
  return Object.fromEntries(tables) as Record<string, Record<string, string>>
}

function measure(table: TableName, row: Figure, name: string): bigint {
  return row.measures[measuresOf(table).indexOf(name)]!
}

function sum(figures: Figures, table: TableName, name: string, where: (row: Figure) => boolean) {
  let total = 0n
  for (const row of figures.get(table)!.values()) {
    if (where(row)) total += measure(table, row, name)
  }
  return total
}

interface Run {
  readonly seed: number
  readonly settings: Settings
  readonly log: LogRecord[]
  readonly run: OracleRun
  readonly figures: Figures
}

/** Every log is stepped through once; the tests below look at it from different sides. */
const runs: Run[] = Array.from({ length: LOGS }, (_, seed) => {
  const settings = settingsFor(seed)
  const log = generateLog(seed, { settings })
  const run = runOracle(log, settings)
  return { seed, settings, log, run, figures: totals(run.rows) }
})

describe('stepping through a log', () => {
  it('gives the totals of one batch computation at its end', () => {
    for (const { seed, settings, log, figures } of runs) {
      expect(plain(figures), `seed ${seed}`).toEqual(plain(batchTotals(log, settings)))
    }
  })

  it('does so for logs that fast-check can shrink', () => {
    fc.assert(
      fc.property(logCaseArbitrary({ recordsMax: 40 }), ({ log, settings }) => {
        expect(plain(totals(runOracle(log, settings).rows))).toEqual(
          plain(batchTotals(log, settings)),
        )
      }),
      { numRuns: 100 },
    )
  })

  it('does so when journeys overflow', () => {
    let overflows = 0
    for (let seed = 1; seed <= 50; seed++) {
      const settings = overflowSettingsFor(seed)
      const log = generateLog(seed, { settings })
      const run = runOracle(log, settings)
      overflows += run.outcomes.filter((outcome) => outcome === 'overflow').length
      expect(plain(totals(run.rows)), `seed ${seed}`).toEqual(plain(batchTotals(log, settings)))
    }
    expect(overflows).toBeGreaterThan(50)
  })

  it('books each record in exactly one outcome', () => {
    for (const { log, run, figures } of runs) {
      expect(run.outcomes).toHaveLength(log.length)
      expect(sum(figures, 'intake', 'records', () => true)).toBe(BigInt(log.length))
    }
  })
})

describe('the order of arrival', () => {
  it('changes no total when nothing can be late', () => {
    for (let seed = 1; seed <= LOGS / 2; seed++) {
      const settings = orderFreeSettings(settingsFor(seed))
      const log = generateLog(seed, { settings: settingsFor(seed) })
      const [one, other] = [1, 2].map((shuffle) =>
        plain(totals(runOracle(shuffleArrival(log, shuffle, settings), settings).rows)),
      )
      expect(other, `seed ${seed}`).toEqual(one)
    }
  })

  it('changes no total as long as the same set is applied', () => {
    let reordered = 0
    for (let seed = 1; seed <= LOGS / 4; seed++) {
      const settings = settingsFor(seed)
      const log = generateLog(seed, { settings })
      const [kept, other] = [0, 7].map((shuffle) => shuffleWithinLateness(log, shuffle, settings))
      reordered += Number(JSON.stringify(kept) !== JSON.stringify(other))
      const [before, after] = [kept!, other!].map((l) => plain(totals(runOracle(l, settings).rows)))
      expect(after, `seed ${seed}`).toEqual(before)
    }
    expect(reordered).toBeGreaterThan(LOGS / 8)
  })
})

describe('totals', () => {
  it('give every conversion 1,000,000 micro-conversions and its net value, in every model', () => {
    for (const { seed, figures } of runs) {
      for (const row of figures.get('conversions')!.values()) {
        const [goal, currency, hour] = row.dimensions
        for (const model of MODELS) {
          const credits = (name: string) =>
            sum(figures, 'credits', name, ({ dimensions: d }) => {
              return d[0] === goal && d[1] === model && d[4] === currency && d[5] === hour
            })
          const label = `seed ${seed} ${model}`
          const count = measure('conversions', row, 'count')
          expect(credits('conversions_micro'), label).toBe(count * 1_000_000n)
          expect(credits('value_minor'), label).toBe(measure('conversions', row, 'value_minor'))
          expect(credits('refund_minor'), label).toBe(measure('conversions', row, 'refund_minor'))
        }
      }
    }
  })

  it('keep observed inflow − observed outflow = open paths, per channel', () => {
    for (const { seed, settings, run, figures } of runs) {
      const open = new Map<string, bigint>()
      for (const { events, lapsed } of run.persons.values()) {
        const path = readJourney(events, lapsed, settings).paths.at(-1)!
        if (path.end !== 'open' || lastTouchMs(path) === undefined) continue
        const channel = path.touchpoints.at(-1)!.channel
        open.set(channel, (open.get(channel) ?? 0n) + 1n)
      }
      const states = new Set(
        [...figures.get('transitions')!.values()].flatMap((row) => row.dimensions.slice(0, 2)),
      )
      for (const state of states) {
        if (state === '(start)' || state === '(conversion)' || state === '(null)') continue
        const flow = (side: 0 | 1, name: string) =>
          sum(figures, 'transitions', name, (row) => row.dimensions[side] === state)
        const label = `seed ${seed} ${String(state)}`
        expect(flow(1, 'observed') - flow(0, 'observed'), label).toBe(open.get(String(state)) ?? 0n)
        expect(flow(1, 'settled') - flow(0, 'settled'), label).toBe(0n)
      }
    }
  })

  it('end as many settled paths as `paths` has conversions and lapses', () => {
    for (const { figures } of runs) {
      const into = (state: string) =>
        sum(figures, 'transitions', 'settled', (row) => row.dimensions[1] === state)
      const all = () => true
      expect(into('(conversion)')).toBe(sum(figures, 'paths', 'conversions', all))
      expect(into('(null)')).toBe(sum(figures, 'paths', 'lapses', all))
    }
  })
})
