// Hand-computed cases (README.md here): every subject must give exactly the rows that a person
// computed.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts'
import type { Settings } from '../../src/core/settings.ts'
import { TABLES } from '../../src/core/tables.ts'
import type { TableName } from '../../src/core/tables.ts'
import type { Figure, Figures } from '../oracle/figures.ts'
import type { LogRecord } from '../oracle/log.ts'
import { SUBJECTS } from './subjects.ts'
import { readLog } from './wire.ts'

type Row = Readonly<Record<string, unknown>>
type Expected = Readonly<Partial<Record<TableName, readonly Row[]>>>

const HERE = import.meta.dirname
const AFTER = /^expected-after-(\d+)\.json$/

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'))
}

/** Stream time moved past every lapse, as at the end of a replay. */
function withEnd(log: readonly LogRecord[], settings: Settings): LogRecord[] {
  const last = log.at(-1)!
  const timeMs = last.timeMs + settings.inactivityGapMs + 1
  return [...log, { offset: last.offset + 1, timeMs, kind: 'tick' }]
}

/** A row as the case writes it: named dimensions and the measures that are not zero. */
function namedRow(table: TableName, { dimensions, measures }: Figure): Row {
  const spec = TABLES.find((one) => one.name === table)!
  return Object.fromEntries([
    ...spec.dimensions.map((name, i) => [name, dimensions[i]]),
    ...spec.measures.map((name, i) => [name, Number(measures[i])]).filter(([, n]) => n !== 0),
  ])
}

/** The rows of the tables a case speaks of; of `credits` only the models it names. */
function shownRows(figures: Figures, expected: Expected): Record<string, Row[]> {
  const models = new Set(expected.credits?.map((row) => row['model']))
  const tables = Object.keys(expected) as TableName[]
  return Object.fromEntries(
    tables.map((table) => [
      table,
      sorted([...figures.get(table)!.values()].map((row) => namedRow(table, row))).filter(
        (row) => table !== 'credits' || models.has(row['model']),
      ),
    ]),
  )
}

function sorted(rows: readonly Row[]): Row[] {
  const key = (row: Row): string =>
    JSON.stringify(
      Object.keys(row)
        .toSorted(byText)
        .map((n) => [n, row[n]]),
    )
  return rows.toSorted((a, b) => byText(key(a), key(b)))
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

const cases = readdirSync(HERE, { withFileTypes: true }).filter((entry) => entry.isDirectory())

describe.each(SUBJECTS.map((one) => [one.name, one.totals] as const))('%s gives', (_, totals) => {
  it.each(cases.map((entry) => entry.name))('%s', (name) => {
    const folder = join(HERE, name)
    const settingsFile = join(folder, 'settings.json')
    const changes = existsSync(settingsFile) ? (readJson(settingsFile) as Partial<Settings>) : {}
    const settings = { ...DEFAULT_SETTINGS, ...changes }
    const log = readLog(readFileSync(join(folder, 'input.ndjson'), 'utf8'), settings)
    const check = (file: string, part: readonly LogRecord[]): void => {
      const expected = readJson(join(folder, file)) as Expected
      const wanted = Object.entries(expected).map(([table, rows]) => [table, sorted(rows)])
      const actual = shownRows(totals(part, settings), expected)
      expect(actual, file).toEqual(Object.fromEntries(wanted))
    }
    check('expected.json', withEnd(log, settings))
    for (const file of readdirSync(folder)) {
      const lines = AFTER.exec(file)?.[1]
      if (lines !== undefined) check(file, log.slice(0, Number(lines)))
    }
  })
})
