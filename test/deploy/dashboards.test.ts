// The dashboards use only what exists: every PromQL expression is parsed and names metrics of the
// catalogue, every SQL query is run on the engine over a generated live show, and shows something.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { createClickHouseLedger } from '../../src/adapters/clickhouse/ledger-sink.ts'
import { createGenerator } from '../../src/adapters/generator/generator.ts'
import { demoOptions } from '../../src/adapters/generator/options.ts'
import { ALL_METRICS } from '../../src/adapters/telemetry/catalogue.ts'
import { FILE_FACTS } from '../../src/adapters/process/system.ts'
import { MemoryStateStore } from '../../src/adapters/memory/memory-state-store.ts'
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts'
import { TABLES } from '../../src/core/tables.ts'
import { useEmbeddedEngine } from '../adapters/clickhouse/embedded-engine.ts'
import { applyRecords } from '../cli/left-state.ts'
import { DASHBOARDS, panelsOf, queriesOf } from './dashboards.ts'
import type { Dashboard } from './dashboards.ts'
import { mistakesIn } from './metric-expressions.ts'
import { describeWithPromtool } from './promtool.ts'

const EVENTS = 3_000
const SOURCES: Readonly<Record<string, string>> = {
  prometheus: 'prometheus',
  'grafana-clickhouse-datasource': 'grafana-clickhouse-datasource',
}
const all = [...DASHBOARDS.values()]

it('are three, with fixed names, and the data sources that are provisioned', () => {
  expect([...DASHBOARDS.keys()].map((name) => path.basename(name))).toEqual([
    'attribution.json',
    'live-shopping.json',
    'pipeline.json',
  ])
  const provisioned = readFileSync(
    new URL('../../deploy/grafana/provisioning/datasources/tributary.yml', import.meta.url),
    'utf8',
  )
  for (const uid of Object.keys(SOURCES)) expect(provisioned).toContain(`uid: ${uid}\n`)
  for (const dashboard of all) {
    const { uid, schemaVersion, templating } = dashboard
    expect(uid).toMatch(/^tributary-/)
    expect(schemaVersion).toBe(41)
    expect(dashboard).not.toHaveProperty('id')
    const sources = [
      ...templating.list.map(({ datasource }) => datasource),
      ...panelsOf(dashboard).flatMap(({ datasource, targets = [] }) => [
        datasource,
        ...targets.map((target) => target.datasource),
      ]),
    ]
    for (const source of sources) {
      expect(SOURCES[source?.type ?? ''], `${uid}: ${source?.type}`).toBe(source?.uid)
    }
  }
})

it('say of each panel what it shows, and put none upon another', () => {
  for (const { uid, panels } of all) {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    const taken = new Set<string>()
    for (const { type, title, description = '', gridPos } of panels) {
      if (type !== 'row') expect(description, `${uid}: ${title}`).toMatch(/^[A-Z0-9].*\.$/)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        expect(x).toBeLessThan(24)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.has(`${x} ${y}`), `${uid}: ${title}`).toBe(false)
          taken.add(`${x} ${y}`)
        }
      }
    }
  }
})

describe('PromQL', () => {
  const queries = all.flatMap((dashboard) => queriesOf(dashboard, 'expr'))

  it('names only metrics and labels that a worker has', () => {
    expect(queries.length).toBeGreaterThan(40)
    const mistakes = queries.flatMap(({ where, text }) =>
      mistakesIn(text).map((mistake) => `${where}: ${mistake}`),
    )
    expect(mistakes).toEqual([])
  })

  it('shows every metric of our own somewhere, but for the ends of the log', () => {
    const text = queries.map((query) => query.text).join('\n')
    const unseen = ALL_METRICS.map(({ name }) => name).filter((name) => !text.includes(name))
    expect(unseen).toEqual([
      'tributary_next_offset',
      'tributary_log_start_offset',
      'tributary_log_end_offset',
      'tributary_stopping',
      'tributary_last_flush_timestamp_seconds',
    ])
  })

  describeWithPromtool('promtool', (promtool) => {
    it('parses each', () => {
      const folder = mkdtempSync(path.join(tmpdir(), 'tributary-test-'))
      const rules = queries.map(({ text }, i) => ({
        record: `test:query:${i}`,
        expr: text.replaceAll('$__rate_interval', '1m').replaceAll('$topic', 'events'),
      }))
      const file = path.join(folder, 'queries.yml')
      writeFileSync(file, stringify({ groups: [{ name: 'queries', rules }] }))
      const { output } = promtool(['check', 'rules', file])
      rmSync(folder, { recursive: true })
      expect(output).toContain(`SUCCESS: ${rules.length} rules found`)
    })
  })
})

describe('SQL', () => {
  const db = useEmbeddedEngine()
  beforeAll(async () => {
    const records = [...createGenerator(demoOptions(EVENTS))].map(({ timeMs, value }) => ({
      timeMs,
      value,
    }))
    const place = { store: new MemoryStateStore(), partition: 0, facts: FILE_FACTS }
    const ledger = await applyRecords(records, DEFAULT_SETTINGS, place)
    const sink = createClickHouseLedger(db())
    await sink.writeLineages(await ledger.lineages('events', 0))
    for (const { name } of TABLES) await sink.insert(name, ledger.rows(name))
  })

  /** As Grafana sends it, over all time. */
  const filled = (sql: string, values: ReadonlyMap<string, string>): string => {
    const range =
      "$1 >= toDateTime('2001-01-01 00:00:00') AND $1 <= toDateTime('2099-01-01 00:00:00')"
    const text = [...values].reduce(
      (query, [name, value]) => query.replaceAll(`\${${name}}`, value),
      sql.replace(/\$__timeFilter\((\w+)\)/g, range),
    )
    expect(text).not.toMatch(/\$[a-z_{]/)
    return text
  }

  async function valuesOf({ templating }: Dashboard): Promise<Map<string, string>> {
    const values = new Map<string, string>()
    for (const { name, query } of templating.list) {
      const [first] = await db().rows<[string]>(filled(query as string, values))
      values.set(name, first![0])
    }
    return values
  }

  it.each(all.filter((dashboard) => queriesOf(dashboard, 'rawSql').length > 0))(
    'of $uid reads views only, and every panel shows something',
    async (dashboard) => {
      const values = await valuesOf(dashboard)
      for (const { where, text } of queriesOf(dashboard, 'rawSql')) {
        for (const [, table] of text.matchAll(/\b(?:FROM|JOIN) (\w+)/g)) {
          expect(table, where).toMatch(/^bi_/)
        }
        const rows = await db().rows(filled(text, values))
        expect(rows, where).not.toEqual([])
        const isSeries = /^SELECT \S+(?:\(\S+\))? AS time,/.test(text)
        if (isSeries) expect(rows.length, where).toBeGreaterThan(1)
      }
    },
  )
})
