import { createHash } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { createGenerator } from '../../../src/adapters/generator/generator.ts'
import {
  demoOptions,
  generatorOptions,
  type GeneratorOptions,
} from '../../../src/adapters/generator/options.ts'
import type { CoreEvent } from '../../../src/core/event.ts'
import { DEFAULT_SETTINGS } from '../../../src/core/settings.ts'
import { createEventParser } from '../../../src/schema/parse-event.ts'

// Demos, benches and reports of problems name a seed. If the log of a seed changed between
// versions, none of them could be compared or repeated; so a change here is a decision, noted in
// the CHANGELOG.
it('keeps the log of a seed for ever', () => {
  const hash = createHash('sha256')
  for (const { timeMs, value } of createGenerator(generatorOptions({ events: 10_000 }))) {
    hash.update(`${timeMs} ${value}\n`)
  }
  expect(hash.digest('hex')).toBe(
    'f990948ebdd18a83f1215839830cac44aee6ac809dc7f2b357b0e8e12e792493',
  )
})

it('gives other logs for other seeds, also for neighbouring ones', () => {
  const first = (seed: number) =>
    [...createGenerator(generatorOptions({ events: 5, seed }))].map(({ timeMs }) => timeMs).join()
  const logs = Array.from({ length: 200 }, (_, seed) => first(seed - 100))
  expect(new Set(logs).size).toBe(200)
})

const LATENESS_MS = DEFAULT_SETTINGS.latenessMs

/** What became of the records of a log, as far as one can see from outside. */
function sort(options: GeneratorOptions) {
  const parser = createEventParser(DEFAULT_SETTINGS)
  const counts = { valid: 0, invalid: 0, copies: 0, late: 0, tooLate: 0, ahead: 0 }
  const ids = new Set<string>()
  const events: CoreEvent[] = []
  for (const { timeMs, value } of createGenerator(options)) {
    const event = parser.parse(Buffer.from(value))
    if (typeof event === 'string') {
      counts.invalid++
      continue
    }
    counts.valid++
    const id = `${event.idHi} ${event.idLo}`
    if (ids.has(id)) counts.copies++
    else if (timeMs - event.timeMs > LATENESS_MS) counts.tooLate++
    else if (timeMs - event.timeMs > 2000) counts.late++
    else if (event.timeMs - timeMs > 300_000) counts.ahead++
    if (!ids.has(id)) events.push(event)
    ids.add(id)
  }
  return { counts, events }
}

describe('shares', () => {
  const events = 20_000
  /** Four standard deviations of a share of all records. */
  const tolerance = (share: number) => 4 * Math.sqrt((share * (1 - share)) / events) + 1e-4

  it.each([
    { late: 0, duplicate: 0, invalid: 0 },
    { late: 0.02, duplicate: 0.01, invalid: 0.005 },
    { late: 0.3, duplicate: 0.2, invalid: 0.1 },
    { late: 0, duplicate: 0.5, invalid: 0 },
  ])('are those asked for: %j', (asked) => {
    const { counts } = sort(generatorOptions({ events, ...asked }))
    expect(Math.abs(counts.invalid / events - asked.invalid)).toBeLessThan(tolerance(asked.invalid))
    expect(Math.abs(counts.copies / events - asked.duplicate)).toBeLessThan(
      tolerance(asked.duplicate),
    )
    const late = (counts.late + counts.tooLate) / events
    expect(Math.abs(late - asked.late)).toBeLessThan(tolerance(asked.late))
    const beyond = counts.tooLate / events
    expect(Math.abs(beyond - asked.late / 5)).toBeLessThan(tolerance(asked.late / 5))
  })

  it('refunds as many orders as asked for, some in part, and a few that never were', () => {
    const options = generatorOptions({ events, refund: 0.4, late: 0, invalid: 0 })
    const { events: all } = sort(options)
    const id = (event: CoreEvent) => `${event.transactionHi} ${event.transactionLo}`
    const orders = new Set(all.filter(({ action }) => action === 'purchase').map(id))
    const refunds = all.filter(({ action }) => action === 'refund')
    const matched = refunds.filter((refund) => orders.has(id(refund)))
    const whole = matched.filter(({ valueMinor }) => valueMinor === -1)
    expect(matched.length / orders.size).toBeCloseTo(0.4, 1)
    expect((refunds.length - matched.length) / orders.size).toBeCloseTo(0.04, 1)
    expect(refunds.length).toBeGreaterThan(matched.length)
    expect(whole.length / matched.length).toBeGreaterThan(0.2)
    expect(
      sort(generatorOptions({ events, refund: 0 })).events.map(({ action }) => action),
    ).not.toContain('refund')
  })
})

describe('the demo', () => {
  let counts: ReturnType<typeof sort>['counts']
  let events: CoreEvent[]
  beforeAll(() => void ({ counts, events } = sort(demoOptions())))

  it('has a show whose every minute is busy, with orders in two layouts', () => {
    const minutes = new Map<number, number>()
    for (const { liveEvent, timeMs } of events) {
      const minute = Math.floor(timeMs / 60_000)
      if (liveEvent === 'live-2026-11-13') minutes.set(minute, (minutes.get(minute) ?? 0) + 1)
    }
    const from = Date.UTC(2026, 10, 13, 18) / 60_000
    for (let minute = from; minute < from + 75; minute++) {
      expect(minutes.get(minute) ?? 0).toBeGreaterThan(30)
    }
  })

  it('has more clicks on product tags in variant B', () => {
    const rate = (variant: string) => {
      const of = (name: string) =>
        events.filter((event) => event.variant === variant && event.action === name).length
      return of('tag_click') / of('tag_view')
    }
    expect(rate('A')).toBeGreaterThan(0.1)
    expect(rate('B')).toBeGreaterThan(1.3 * rate('A'))
  })

  it('has orders of the show, orders after it, and orders told by several sources', () => {
    const orders = new Map<string, CoreEvent[]>()
    for (const event of events.filter(({ action }) => action === 'purchase')) {
      const id = `${event.transactionHi} ${event.transactionLo}`
      orders.set(id, [...(orders.get(id) ?? []), event])
    }
    const all = [...orders.values()]
    const live = all.filter((copies) => copies.some(({ liveEvent }) => liveEvent !== ''))
    expect(all.length).toBeGreaterThan(600)
    expect(live.length).toBeGreaterThan(200)
    expect(all.filter((copies) => copies.length > 1).length).toBeGreaterThan(all.length / 2)
    expect(new Set(all.flat().map(({ source }) => source))).toEqual(
      new Set(['pixel', 'checkout', 'crm']),
    )
    expect(new Set(all.flat().map(({ currency }) => currency))).toEqual(
      new Set(['EUR', 'USD', 'JPY']),
    )
  })

  it('has some of every trouble', () => {
    for (const count of Object.values(counts)) expect(count).toBeGreaterThan(10)
  })

  it('is about no more persons than its public, and most of them', () => {
    const persons = new Set(events.map(({ person0, person1 }) => `${person0} ${person1}`))
    expect(persons.size).toBeGreaterThan(2500)
    expect(persons.size).toBeLessThanOrEqual(demoOptions().persons)
  })
})

it('refuses options out of bounds, all at once', () => {
  expect(() => generatorOptions({ events: 1.5, late: 2, persons: 0 })).toThrow(
    /events is .*; persons is .*; late is a share .*; late, duplicate and invalid together/,
  )
  expect(() => generatorOptions({ late: 0.5, duplicate: 0.4 })).toThrow(/together are at most 0.8/)
})
