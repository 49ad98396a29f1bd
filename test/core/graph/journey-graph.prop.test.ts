// What the graph shows is what was booked: its credits and steps add up to the ledger, and
// forgetting takes numbers away from the graph but never changes one.
import { beforeAll, describe, expect, it } from 'vitest'
import type {
  ConversionNode,
  JourneyGraph,
  RefundNode,
} from '../../../src/core/graph/journey-graph.ts'
import { formatTime } from '../../../src/core/utc.ts'
import { TABLES } from '../../../src/core/tables.ts'
import type { TableName } from '../../../src/core/tables.ts'
import { generateLog } from '../../logs/build-log.ts'
import { settingsFor } from '../../logs/settings-for.ts'
import { publishedRows, runCore } from '../run-core.ts'
import type { CoreRun } from '../run-core.ts'
import { heldGraphs, wholeGraphs } from './whole-journeys.ts'

const SEEDS = 150
const HOUR_MS = 3_600_000

type Sums = Map<string, bigint[]>

function add(sums: Sums, key: readonly unknown[], measures: readonly bigint[]): void {
  const name = JSON.stringify(key)
  const sum = sums.get(name) ?? measures.map(() => 0n)
  sums.set(
    name,
    sum.map((value, i) => value + measures[i]!),
  )
}

const withoutZeros = (sums: Sums) =>
  new Map(
    [...sums]
      .filter(([, sum]) => sum.some((value) => value !== 0n))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )

/** A ledger table summed over booked hours; `measures` are taken from its start. */
function ledgerSums({ partition }: CoreRun, table: TableName, measures: number): Sums {
  const { dimensions } = TABLES.find(({ name }) => name === table)!
  const sums: Sums = new Map()
  for (const text of publishedRows(partition).get(table)!) {
    const row = JSON.parse(text) as string[]
    // Booked hour, dimensions, lineage, partition, measures, version.
    const from = 1 + dimensions.length + 2
    const values = row.slice(from, from + measures).map(BigInt)
    add(sums, row.slice(1, 1 + dimensions.length), values)
  }
  return withoutZeros(sums)
}

const hourText = (timeMs: number): string => formatTime(Math.floor(timeMs / HOUR_MS) * HOUR_MS)

function creditSums(graphs: Iterable<JourneyGraph>): Sums {
  const sums: Sums = new Map()
  for (const { conversions, touchpoints } of graphs) {
    for (const { goal, currency, timeMs, credits } of conversions) {
      for (const { model, parts } of credits) {
        for (const { to, micro, netMinor, refundMinor, hasWeight } of parts) {
          const found = touchpoints.find(({ id }) => id === to)
          const { channel, campaign } = found ?? { channel: to, campaign: '' }
          if (found !== undefined && !hasWeight) continue
          const touches = hasWeight ? 1 : 0
          add(
            sums,
            [goal, model, channel, campaign, currency, hourText(timeMs)],
            [micro, netMinor, refundMinor, touches].map(BigInt),
          )
        }
      }
    }
  }
  return withoutZeros(sums)
}

/** Steps between touchpoints and into conversions, as `transitions` counts them. */
function stepSums(graphs: Iterable<JourneyGraph>): Sums {
  const sums: Sums = new Map()
  for (const { conversions, touchpoints, steps } of graphs) {
    const channels = new Map(touchpoints.map(({ id, channel }) => [id, channel]))
    const currencies = new Map(conversions.map(({ id, currency }) => [id, currency]))
    for (const { from, to, isTransition } of steps) {
      if (!isTransition) continue
      const currency = currencies.get(to) ?? ''
      add(sums, [channels.get(from), channels.get(to) ?? '(conversion)', currency], [1n])
    }
  }
  return withoutZeros(sums)
}

function isInnerStep(key: string): boolean {
  const [from, to] = JSON.parse(key) as string[]
  return from !== '(start)' && to !== '(null)'
}

/** What a conversion says, with touchpoints named by what they are instead of by number. */
function story(conversion: ConversionNode, graph: JourneyGraph) {
  const named = new Map(
    graph.touchpoints.map(({ id, channel, campaign, firstTouchMs, touches }) => [
      id,
      `${channel}/${campaign} ${firstTouchMs} ${touches}`,
    ]),
  )
  return {
    ...conversion,
    id: '',
    candidates: conversion.candidates.map((id) => named.get(id)),
    credits: conversion.credits.map(({ model, parts }) => ({
      model,
      parts: parts.map((part) => ({ ...part, to: named.get(part.to) ?? part.to })),
    })),
  }
}

interface Case {
  readonly forgottenEvents: number
  readonly credits: Sums
  readonly transitions: Sums
  readonly held: ReadonlyMap<string, JourneyGraph>
  readonly whole: ReadonlyMap<string, JourneyGraph>
}

function caseOf(seed: number): Case {
  const settings = settingsFor(seed)
  const log = generateLog(seed, { settings, endTicks: seed % 4 })
  const run = runCore(log, settings)
  return {
    forgottenEvents: run.partition.seen.forgottenEvents,
    credits: ledgerSums(run, 'credits', 4),
    transitions: ledgerSums(run, 'transitions', 1),
    held: heldGraphs(run),
    whole: wholeGraphs(log, run),
  }
}

describe('the journey graph', () => {
  let cases: readonly Case[]
  beforeAll(() => {
    cases = Array.from({ length: SEEDS }, (_, seed) => caseOf(seed))
  }, 60_000)

  it('shows the credits that were booked, where nothing has been forgotten', () => {
    const remembering = cases.filter(({ forgottenEvents }) => forgottenEvents === 0)
    expect(remembering.length).toBeGreaterThan(SEEDS / 4)
    for (const { held, credits } of remembering) {
      const graphs = [...held.values()]
      const unknown = graphs.flatMap(({ conversions }) => conversions.map((c) => c.unknown))
      expect(unknown.filter((text) => text !== '')).toEqual([])
      expect(creditSums(graphs)).toEqual(credits)
    }
  })

  it('has the steps and the credits of the ledger for all events that were applied', () => {
    for (const { whole, credits, transitions } of cases) {
      expect(creditSums(whole.values())).toEqual(credits)
      const booked = [...transitions].filter(([key]) => isInnerStep(key))
      expect([...stepSums(whole.values())]).toEqual(booked)
    }
  })

  it('says what it does not know rather than a number that was not booked', () => {
    let known = 0
    let unknown = 0
    for (const { held, whole } of cases.filter(({ forgottenEvents }) => forgottenEvents > 0)) {
      for (const [person, graph] of held) {
        const all = whole.get(person)!
        const stories = all.conversions.map((conversion) => story(conversion, all))
        for (const conversion of graph.conversions) {
          if (conversion.unknown === '') {
            known++
            expect(stories).toContainEqual(story(conversion, graph))
          } else {
            unknown++
            expect(conversion.credits).toEqual([])
          }
        }
      }
    }
    expect(Math.min(known, unknown)).toBeGreaterThan(20)
  })

  it('says of a refund what it took, or that it can no longer be told', () => {
    let told = 0
    for (const { held, whole } of cases) {
      for (const [person, graph] of held) {
        const taken = whole.get(person)!.refunds.map(tookOf)
        for (const refund of graph.refunds) {
          if (refund.why.includes('forgotten')) continue
          told++
          expect(taken).toContainEqual(tookOf(refund))
        }
      }
    }
    expect(told).toBeGreaterThan(20)
  })

  it('counts what has been forgotten, and dates it before all that is held', () => {
    let forgotten = 0
    for (const { held, whole } of cases) {
      for (const [person, graph] of held) {
        const all = whole.get(person)!
        // A journey that was forgotten whole begins anew, and knows nothing of its past.
        expect(graph.forgotten.events + graph.eventsHeld).toBeLessThanOrEqual(all.eventsHeld)
        if (graph.forgotten.events === 0) continue
        forgotten++
        const missing = all.touchpoints.length - graph.touchpoints.length
        for (const { lastTouchMs } of all.touchpoints.slice(0, missing)) {
          expect(lastTouchMs).toBeLessThanOrEqual(graph.forgotten.untilMs)
        }
      }
    }
    expect(forgotten).toBeGreaterThan(20)
  })

  it('has every touchpoint in one path, and every event in one place', () => {
    for (const graph of cases.flatMap(({ whole }) => [...whole.values()])) {
      const nodes = graph.paths.flatMap((path) => path.nodes)
      expect(new Set(nodes).size).toBe(nodes.length)
      const ids = graph.touchpoints.map(({ id }) => id)
      expect(nodes.filter((id) => id.startsWith('t'))).toEqual(ids)
      const touches = graph.touchpoints.reduce((sum, one) => sum + one.touches, 0)
      const merged = graph.conversions.reduce((sum, one) => sum + one.events.length, 0)
      const others = graph.refunds.length + graph.spares.length + graph.otherEvents
      expect(touches + merged + others).toBe(graph.eventsHeld)
      for (const { events } of graph.conversions) {
        expect(events.filter(({ role }) => role === 'made')).toHaveLength(1)
      }
    }
  })
})

const tookOf = ({ timeMs, valueMinor, takenMinor }: RefundNode) => ({
  timeMs,
  valueMinor,
  takenMinor,
})
