// Audits that need no second implementation: parts sum to wholes, flows balance, every record
// counts.
import { beforeAll, describe, expect, it } from 'vitest'
import { MODELS, OUTCOMES } from '../../src/core/event.ts'
import {
  H_FLAGS,
  H_LAST_TOUCHPOINT,
  PATH_OPEN,
  PATH_STATE_SHIFT,
} from '../../src/core/journey-layout.ts'
import { CHANNEL } from '../../src/core/dictionary.ts'
import type { Partition } from '../../src/core/partition.ts'
import type { TableName } from '../../src/core/tables.ts'
import { generateLog } from '../logs/build-log.ts'
import { settingsFor } from '../logs/settings-for.ts'
import { measuresOf } from '../oracle/figures.ts'
import type { Figure, Figures } from '../oracle/figures.ts'
import type { LogRecord } from '../oracle/log.ts'
import { coreTotals, runCore } from './run-core.ts'
import type { CoreRun } from './run-core.ts'

const LOGS = 300

interface Case {
  readonly seed: number
  readonly log: readonly LogRecord[]
  readonly run: CoreRun
  readonly figures: Figures
}

const measure = (table: TableName, row: Figure, name: string): bigint =>
  row.measures[measuresOf(table).indexOf(name)]!

/** Sums of a measure by some of the dimensions. */
function sums(
  figures: Figures,
  table: TableName,
  name: string,
  by: (row: Figure) => unknown,
): Map<string, bigint> {
  const found = new Map<string, bigint>()
  for (const row of figures.get(table)!.values()) {
    const key = JSON.stringify(by(row))
    found.set(key, (found.get(key) ?? 0n) + measure(table, row, name))
  }
  for (const [key, sum] of found) if (sum === 0n) found.delete(key)
  return found
}

const sum = (figures: Figures, table: TableName, name: string): bigint =>
  sums(figures, table, name, () => '').get('""') ?? 0n

/** Persons whose path is open, by its last channel, read from the packed journeys. */
function openPaths({ journeys, dictionary }: Partition): Map<string, bigint> {
  const open = new Map<string, bigint>()
  for (let entry = 0; entry < journeys.size; entry++) {
    if (journeys.length(entry) === 0) continue
    const words = journeys.page(entry)
    const base = journeys.base(entry)
    if (((words[base + H_FLAGS]! >>> PATH_STATE_SHIFT) & 3) !== PATH_OPEN) continue
    const channel = dictionary.name(CHANNEL, words[base + H_LAST_TOUCHPOINT]! & 0xffff)
    const key = JSON.stringify(channel)
    open.set(key, (open.get(key) ?? 0n) + 1n)
  }
  return open
}

const ENDS = new Set(['(start)', '(conversion)', '(null)'])

/** Inflow less outflow of every channel that has any. */
function flows(figures: Figures, name: 'observed' | 'settled'): Map<string, bigint> {
  const left = sums(figures, 'transitions', name, (row) => row.dimensions[1])
  for (const [key, out] of sums(figures, 'transitions', name, (row) => row.dimensions[0])) {
    left.set(key, (left.get(key) ?? 0n) - out)
  }
  for (const [key, flow] of left) {
    if (flow === 0n || ENDS.has(JSON.parse(key) as string)) left.delete(key)
  }
  return left
}

describe('the totals of a log', () => {
  let cases: Case[] = []
  beforeAll(() => {
    cases = Array.from({ length: LOGS }, (_, seed) => {
      const settings = settingsFor(seed)
      const log = generateLog(seed, { settings, endTicks: seed % 4 === 0 ? 2 : 0 })
      const run = runCore(log, settings)
      return { seed, log, run, figures: coreTotals(run.partition) }
    })
  })

  it.each(MODELS)('give every conversion its whole credit by %s, money and refunds', (model) => {
    const dimensions = ({ dimensions: d }: Figure) => [d[0], d[4], d[5]]
    for (const { seed, figures } of cases) {
      const own = new Map([
        [
          'credits',
          new Map([...figures.get('credits')!].filter(([, r]) => r.dimensions[1] === model)),
        ],
      ]) as Figures
      for (const [part, whole, factor] of [
        ['conversions_micro', 'count', 1_000_000n],
        ['value_minor', 'value_minor', 1n],
        ['refund_minor', 'refund_minor', 1n],
      ] as const) {
        const parts = sums(own, 'credits', part, dimensions)
        const wholes = sums(figures, 'conversions', whole, (row) => row.dimensions)
        wholes.forEach((amount, key) => wholes.set(key, amount * factor))
        expect(parts, `${part} of seed ${seed}`).toEqual(wholes)
      }
    }
  })

  it('credit somebody for each conversion that is attributed, else (unattributed)', () => {
    for (const { seed, figures } of cases) {
      const isUnattributed = ({ dimensions }: Figure) => dimensions[2] === '(unattributed)'
      const micro = sums(figures, 'credits', 'conversions_micro', isUnattributed)
      const attributed = sum(figures, 'conversions', 'attributed')
      const perModel = BigInt(MODELS.length) * 1_000_000n
      expect(micro.get('false') ?? 0n, `seed ${seed}`).toBe(attributed * perModel)
      const rest = sum(figures, 'conversions', 'count') - attributed
      expect(micro.get('true') ?? 0n, `seed ${seed}`).toBe(rest * perModel)
    }
  })

  it('let inflow − outflow of a channel be the paths now open on it', () => {
    let open = 0
    for (const { seed, run, figures } of cases) {
      const expected = openPaths(run.partition)
      open += expected.size
      expect(flows(figures, 'observed'), `seed ${seed}`).toEqual(expected)
      expect(flows(figures, 'settled'), `seed ${seed}`).toEqual(new Map())
    }
    expect(open).toBeGreaterThan(LOGS)
  })

  it('have settled every step that was observed, once no path is open', () => {
    let settled = 0
    for (const { seed, run, figures } of cases) {
      if (openPaths(run.partition).size > 0) continue
      settled++
      const steps = (name: string) => sums(figures, 'transitions', name, (row) => row.dimensions)
      expect(steps('settled'), `seed ${seed}`).toEqual(steps('observed'))
    }
    expect(settled).toBeGreaterThan(LOGS / 5)
  })

  it('end as many paths in `paths` as in `transitions`, with the same money', () => {
    for (const { seed, figures } of cases) {
      const into = sums(figures, 'transitions', 'settled', ({ dimensions }) => dimensions[1])
      const label = `seed ${seed}`
      expect(into.get('"(conversion)"') ?? 0n, label).toBe(sum(figures, 'paths', 'conversions'))
      expect(into.get('"(null)"') ?? 0n, label).toBe(sum(figures, 'paths', 'lapses'))
      const money = sum(figures, 'transitions', 'value_minor')
      expect(money, label).toBe(sum(figures, 'paths', 'value_minor'))
    }
  })

  it('count every record once, by its outcome', () => {
    for (const { seed, log, run, figures } of cases) {
      const records = sums(figures, 'intake', 'records', ({ dimensions }) => dimensions[0])
      const expected = OUTCOMES.map((outcome) => [
        JSON.stringify(outcome),
        BigInt(run.outcomes.filter((one) => one === outcome).length),
      ]).filter(([, count]) => count !== 0n) as [string, bigint][]
      expect(records, `seed ${seed}`).toEqual(new Map(expected))
      expect(sum(figures, 'intake', 'records'), `seed ${seed}`).toBe(BigInt(log.length))
      const applied = records.get('"applied"') ?? 0n
      expect(sum(figures, 'activity', 'events'), `seed ${seed}`).toBe(applied)
    }
  })
})
