// schemas/attribution.md explains credit with one journey: each of its numbers is what the program
// computes from that journey.
import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MODELS } from '../../src/core/event.ts'
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts'
import { leaveState } from '../cli/left-state.ts'
import { runHere } from '../cli/run-here.ts'
import { removeEngineFolder } from '../adapters/clickhouse/embedded-engine.ts'

const DAY_MS = 86_400_000
const SCHEMAS = join(import.meta.dirname, '../../schemas')

interface Journey {
  readonly touchpoints: readonly Readonly<Record<string, unknown>>[]
  readonly steps: readonly { readonly from: string; readonly to: string }[]
  readonly conversions: readonly {
    readonly goal: string
    readonly gross: string
    readonly credits: readonly {
      readonly model: string
      readonly parts: readonly { readonly to: string; readonly value_minor: number }[]
    }[]
  }[]
}

let folder: string
let page: string
let lines: string[]
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-test-'))
  page = await readFile(join(SCHEMAS, 'attribution.md'), 'utf8')
  lines = (await readFile(join(SCHEMAS, 'examples/journey.ndjson'), 'utf8')).trim().split('\n')
})
afterAll(() => removeEngineFolder(folder))

/** What `tributary journey` prints of these events. */
async function print(events: readonly string[], ...options: readonly string[]): Promise<string> {
  const records = events.map((value) => ({
    timeMs: Date.parse((JSON.parse(value) as { timestamp: string }).timestamp),
    value,
  }))
  await leaveState(folder, records, DEFAULT_SETTINGS)
  const run = await runHere(['journey', 'visitor-417', '--db', folder, ...options], {})
  expect([run.exitCode, run.stderr]).toEqual([0, ''])
  return run.stdout
}

const journeyOf = async (events: readonly string[]): Promise<Journey> =>
  JSON.parse(await print(events, '--json')) as Journey

/** The cells of the page's rows whose first cell is that. */
const cellsOf = (first: string): string[] => {
  const row = page.split('\n').find((line) => line.startsWith(`| ${first} `))
  return (row ?? '').split('|').map((cell) => cell.trim().replaceAll('`', ''))
}

const partsOf = ({ conversions }: Journey, model: string): string[] => {
  const purchase = conversions.find(({ goal }) => goal === 'purchase')
  const credit = purchase?.credits.find((each) => each.model === model)
  return (credit?.parts ?? []).map(({ value_minor: minor }) => (minor / 100).toFixed(2))
}

describe('the worked example', () => {
  it('has the touchpoints of its events', async () => {
    const { touchpoints, steps } = await journeyOf(lines)
    expect(touchpoints).toHaveLength(5)
    for (const { id, channel, campaign, first_touch: first } of touchpoints) {
      const time = String(first).slice(0, 16).replace('T', ' ')
      expect(cellsOf(String(id)).slice(1, 5)).toEqual([id, channel, campaign, time])
    }
    expect(steps.length).toBeGreaterThanOrEqual(5)
    const path = ['(start)', ...touchpoints.map(({ channel }) => channel), '(conversion)']
    expect(page).toContain(path.map((state) => `\`${String(state)}\``).join(' → '))
  })

  it('has the credit of every model', async () => {
    const journey = await journeyOf(lines)
    for (const model of MODELS) {
      const told = cellsOf(`\`${model}\``).slice(2, 7)
      expect([model, ...told]).toEqual([model, ...partsOf(journey, model)])
      expect(told.reduce((sum, part) => sum + Math.round(Number(part) * 100), 0)).toBe(10_000)
    }
  })

  it('and its words name the defaults', () => {
    const numbers = (pattern: RegExp): number[] =>
      [...page.matchAll(pattern)].map(([, number]) => Number(number))
    const { touchpointGapMs, inactivityGapMs, lookbackMs } = DEFAULT_SETTINGS
    expect(numbers(/(\d+) minutes \(`touchpoint_gap`\)/g)).toEqual([touchpointGapMs / 60_000])
    expect(numbers(/(\d+) days \(`inactivity_gap`\)/g)).toEqual([inactivityGapMs / DAY_MS])
    expect(numbers(/(\d+) days \(`lookback`\)/g)).toEqual([lookbackMs / DAY_MS])
  })

  it('is the graph of README.md, as the comment above it says', async () => {
    const readme = await readFile(join(SCHEMAS, '../README.md'), 'utf8')
    const block =
      /<!-- journey: npx tributary journey visitor-417 (.*) -->\n\n```mermaid\n([^]*?)```/
    const [, options = '', graph] = block.exec(readme) ?? []
    expect(graph).toBe(await print(lines, ...options.split(' ')))
  })

  it('has the credit after the refund that it tells of', async () => {
    const order = JSON.parse(lines.at(-1)!) as { metadata: object }
    const refund = {
      ...order,
      event_id: 'j-9',
      timestamp: '2026-11-12T09:00:00Z',
      action_type: 'refund',
      metadata: { ...order.metadata, value: '20.00' },
    }
    const parts = partsOf(await journeyOf([...lines, JSON.stringify(refund)]), 'position_based')
    expect(page.replaceAll('\n', ' ')).toContain(`\`position_based\` is then ${parts.join(', ')}`)
  })
})
