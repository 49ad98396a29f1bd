// What the graph says of a journey, case by case: what its nodes hold, why credit went where it
// went, how paths ended, what became of refunds, and what it admits not to know.
import { describe, expect, it } from 'vitest'
import type { ConversionNode, JourneyGraph } from '../../../src/core/graph/journey-graph.ts'
import { spanText } from '../../../src/core/graph/span-text.ts'
import { DEFAULT_SETTINGS } from '../../../src/core/settings.ts'
import type { Settings } from '../../../src/core/settings.ts'
import type { LogEvent, LogRecord } from '../../oracle/log.ts'
import { runCore } from '../run-core.ts'
import { heldGraphs } from './whole-journeys.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const START = Date.UTC(2026, 9, 5)

type Told = Partial<LogEvent> & { readonly at: number }

/** The graph of one person's events; `at` is ms after the start, a number alone is a tick. */
function graphOf(told: readonly (Told | number)[], settings: Partial<Settings> = {}): JourneyGraph {
  const log = told.map((one, offset): LogRecord => {
    if (typeof one === 'number') return { offset, timeMs: START + one, kind: 'tick' }
    const { at, ...rest } = one
    const event: LogEvent = {
      eventId: `e${offset}`,
      userHash: 'anna',
      timeMs: START + at,
      channel: 'ig',
      campaign: '',
      action: 'view',
      liveEvent: '',
      variant: '',
      source: '',
      transactionId: '',
      valueMinor: -1,
      currency: '',
      quantity: -1,
      ...rest,
    }
    return { offset, timeMs: START + at, kind: 'event', event }
  })
  const run = runCore(log, { ...DEFAULT_SETTINGS, ...settings })
  return [...heldGraphs(run).values()][0]!
}

const view = (at: number, channel = 'ig', campaign = ''): Told => ({ at, channel, campaign })
const order = (at: number, valueMinor: number, rest: Partial<LogEvent> = {}): Told => ({
  at,
  action: 'purchase',
  valueMinor,
  currency: 'EUR',
  transactionId: 'A',
  ...rest,
})
const refund = (at: number, valueMinor: number, rest: Partial<LogEvent> = {}): Told => ({
  ...order(at, valueMinor),
  action: 'refund',
  currency: valueMinor < 0 ? '' : 'EUR',
  ...rest,
})
const lead = (at: number): Told => ({ at, action: 'lead' })

const reasons = ({ credits }: ConversionNode) =>
  Object.fromEntries(credits.map(({ model, why }) => [model, why]))

const shares = ({ credits }: ConversionNode, model: string) =>
  credits.find((credit) => credit.model === model)!.parts.map(({ micro }) => micro)

describe('touchpoints and steps', () => {
  const graph = graphOf([
    view(0, 'ig', 'drop'),
    { ...view(5 * MINUTE, 'ig', 'drop'), action: 'tag_click', liveEvent: 'show' },
    { ...view(6 * MINUTE, 'ig', 'drop'), action: 'heartbeat' },
    view(7 * MINUTE, 'ig', 'drop'),
    lead(8 * MINUTE),
    view(2 * HOUR, 'email'),
    order(3 * HOUR, 5990),
  ])

  it('tell what the runs of touches held', () => {
    expect(graph.touchpoints).toEqual([
      {
        id: 't1',
        channel: 'ig',
        campaign: 'drop',
        firstTouchMs: START,
        lastTouchMs: START + 7 * MINUTE,
        touches: 3,
        actions: [
          { action: 'view', count: 2 },
          { action: 'tag_click', count: 1 },
        ],
        liveEvents: ['show'],
      },
      expect.objectContaining({ id: 't2', channel: 'email', touches: 1, liveEvents: [] }),
    ])
    expect(graph.otherEvents).toBe(1)
  })

  it('lead through the path to its conversion, and aside to one that closes nothing', () => {
    expect(graph.steps).toEqual([
      { from: 't1', to: 't2', delayMs: 2 * HOUR, isTransition: true },
      { from: 't1', to: 'c1', delayMs: 8 * MINUTE, isTransition: false },
      { from: 't2', to: 'c2', delayMs: HOUR, isTransition: true },
    ])
    expect(graph.paths).toEqual([
      { end: 'converted', why: 'ended by c2', nodes: ['t1', 'c1', 't2', 'c2'] },
    ])
  })
})

describe('conversions', () => {
  it('tell who told of them and whose word counts', () => {
    const graph = graphOf([
      view(0),
      order(HOUR, 5700, { source: 'pixel', campaign: 'drop' }),
      order(2 * HOUR, 5990, { source: 'crm', liveEvent: 'show', variant: 'B' }),
      order(3 * HOUR, -1, { source: 'erp', currency: '', quantity: 2 }),
      refund(4 * HOUR, 1000),
    ])
    const [conversion] = graph.conversions
    expect(conversion).toMatchObject({
      id: 'c1',
      timeMs: START + HOUR,
      grossMinor: 5990,
      refundedMinor: 1000,
      netMinor: 4990,
      currency: 'EUR',
      quantity: 2,
      campaign: 'drop',
      liveEvent: 'show',
      variant: 'B',
      // SHA-256 of "A".
      transaction: '559aead08264d579',
    })
    expect(conversion!.events).toMatchObject([
      { source: 'pixel', role: 'made', valueMinor: 5700, isValue: false },
      { source: 'crm', role: 'copy', valueMinor: 5990, isValue: true },
      { source: 'other', role: 'copy', valueMinor: -1, isValue: false },
    ])
    expect(graph.refunds).toMatchObject([{ of: 'c1', takenMinor: 1000, why: '' }])
  })

  it('are made by named sources; others fill in, or stand alone and are not counted', () => {
    const goals = DEFAULT_SETTINGS.goals.map((goal) =>
      goal.name === 'purchase' ? { ...goal, sources: ['checkout'] } : goal,
    )
    const graph = graphOf(
      [
        view(0),
        order(HOUR, 5700, { source: 'pixel', campaign: 'drop' }),
        order(2 * HOUR, 5990, { source: 'checkout', campaign: 'late' }),
        order(3 * HOUR, 100, { source: 'pixel', transactionId: 'B' }),
      ],
      { goals },
    )
    expect(graph.conversions).toMatchObject([{ timeMs: START + 2 * HOUR, campaign: 'late' }])
    expect(graph.conversions[0]!.events.map(({ role }) => role)).toEqual(['filled in', 'made'])
    expect(graph.spares).toEqual([
      {
        timeMs: START + 3 * HOUR,
        action: 'purchase',
        why: 'its source only fills in, and no source that makes conversions has told of it',
      },
    ])
  })

  it('name the show that a later purchase belongs to', () => {
    const graph = graphOf([
      { ...view(0), liveEvent: 'show' },
      order(72 * HOUR, 100),
      order(72 * HOUR + 1, 100, { transactionId: 'B' }),
    ])
    expect(graph.conversions.map(({ postLiveOf }) => postLiveOf)).toEqual(['show', ''])
  })

  it('may stand in no path', () => {
    const graph = graphOf([lead(0)])
    expect(graph.paths).toEqual([])
    expect(graph.steps).toEqual([])
    expect(graph.conversions[0]!.credits[0]).toEqual({
      model: 'first_touch',
      why: 'no touchpoint within 30 d before it',
      parts: [
        { to: '(unattributed)', micro: 1_000_000, netMinor: 0, refundMinor: 0, hasWeight: false },
      ],
    })
  })
})

describe('the reasons of credit', () => {
  it('name the rule and the candidates it chose', () => {
    const graph = graphOf([
      view(0, 'ig'),
      view(7 * DAY, 'email', 'a'),
      view(7 * DAY + HOUR, 'email', 'b'),
      view(14 * DAY, '(direct)'),
      order(14 * DAY + HOUR, 1000),
    ])
    expect(reasons(graph.conversions[0]!)).toEqual({
      first_touch: 'all to t1, the first of 4 candidates',
      last_touch: 'all to t4, the last of 4 candidates',
      last_non_direct: 'all to t3, the last that is not direct',
      linear: 'equally to 4 candidates',
      time_decay:
        'half the weight per 7 d before t4: t1 is 14 d older and weighs 25 %, …, ' +
        't3 is 6 d 23 h older and weighs 50 %',
      position_based: '40 % t1, 20 % shared by 2, 40 % t4',
      w_shaped: 'no lead on its path, so by position: 40 % t1, 20 % shared by 2, 40 % t4',
      shapley: 'equally to 3 channels (ig, email, (direct)), then equally within each',
    })
  })

  it.each([
    ['t2, in the middle', [0, 1, 1.5, 2, 3], '30 % each t1, t2, t4, 10 % t3'],
    ['t2, with two others', [0, 1, 1.5, 2, 3, 4], '30 % each t1, t2, t5, 10 % shared by 2'],
    ['t2, without a rest', [0, 1, 1.5, 2], 'a third each to t1, t2, t3'],
    ['t1, the first', [0, 0.5, 1, 2], '60 % t1, 30 % t3, 10 % t2'],
    ['t2, the last', [0, 1, 1.5], 'two thirds t2, one third t1'],
  ])('say for which candidate a lead counts: %s', (name, hours, split) => {
    const channels = ['ig', 'email', 'tiktok', 'search', 'blog']
    const told = hours.map((hour) =>
      hour % 1 > 0 ? lead(hour * HOUR) : view(hour * HOUR, channels[hour]),
    )
    const graph = graphOf([...told, order(9 * HOUR, 1000)])
    const conversion = graph.conversions.at(-1)!
    const leadAt = hours.find((hour) => hour % 1 > 0)! * 60
    const clock = `0${Math.floor(leadAt / 60)}:${leadAt % 60}`
    expect(reasons(conversion)['w_shaped']).toBe(
      `lead at 2026-10-05 ${clock}:00 counts for ${name.slice(0, 2)}: ${split}`,
    )
    // What the words say is what was divided.
    const percents = [...split.matchAll(/(\d+) % (?:each )?(t\d)/g)]
    for (const [, percent, id] of percents) {
      const place = conversion.candidates.indexOf(id!)
      expect(shares(conversion, 'w_shaped')[place]).toBe(Number(percent) * 10_000)
    }
  })

  it('are short where there is little to choose from', () => {
    const one = graphOf([view(0), order(HOUR, 1000)]).conversions[0]!
    expect(new Set(Object.values(reasons(one)))).toEqual(
      new Set(['all to t1 in every model: the only candidate']),
    )
    const two = graphOf([view(0, 'direct'), view(HOUR, '(direct)'), order(DAY, 1000)])
    expect(reasons(two.conversions[0]!)).toMatchObject({
      last_non_direct: 'all candidates are direct: all to t2, the last',
      position_based: 'half to t1, half to t2',
      shapley: 'equally to 2 channels (direct, (direct))',
    })
    const same = graphOf([view(0), view(DAY), order(2 * DAY, 1000)])
    expect(reasons(same.conversions[0]!)).toMatchObject({
      last_non_direct: 'all to t2, the last, which is not direct',
      shapley: 'one channel, ig: equally to its candidates',
    })
  })

  it('say which touchpoints are candidates at all', () => {
    const told = [view(0), order(HOUR, 1000), order(2 * HOUR, 500, { transactionId: 'B' })]
    const anywhere = graphOf(told)
    expect(anywhere.conversions[1]!.candidates).toEqual(['t1'])
    expect(anywhere.candidateRule).toMatch('at most 30 d before the conversion, of earlier paths')
    const inPath = graphOf(told, { creditScope: 'path' })
    expect(inPath.conversions[1]!.credits[0]!.why).toBe(
      'no touchpoint of its path within 30 d before it',
    )
    expect(inPath.candidateRule).toMatch('of its own path only')
  })
})

describe('the end of a path', () => {
  const ends = (graph: JourneyGraph) => graph.paths.map(({ end, why }) => `${end}: ${why}`)

  it('is a lapse before a touch that comes too late, or a conversion', () => {
    expect(ends(graphOf([view(0), view(31 * DAY)]))).toEqual([
      'lapsed: the next touch came 31 d after its last touch, more than 30 d',
      'open: lapses without a touch until 2026-12-05 00:00:00',
    ])
    expect(ends(graphOf([view(0), order(31 * DAY, 1000)]))).toEqual([
      'lapsed: the next conversion came 31 d after its last touch, more than 30 d',
      'converted: ended by c1',
    ])
  })

  it('is a lapse by stream time once it has been settled', () => {
    expect(ends(graphOf([view(0), 30 * DAY]))).toEqual([
      'open: lapses without a touch until 2026-11-04 00:00:00',
    ])
    expect(ends(graphOf([view(0), 30 * DAY + 1]))).toEqual(['lapsed: no touch for more than 30 d'])
  })

  it('is a cut at the most touchpoints that a path may have', () => {
    const told = [view(0), view(HOUR), view(2 * HOUR)]
    expect(ends(graphOf(told, { pathTouchpointsMax: 2 }))[0]).toBe('lapsed: cut at 2 touchpoints')
  })
})

describe('a refund', () => {
  const orders = [view(0), order(DAY, 1000), lead(2 * DAY)]
  const why = (told: Told, ...more: readonly Told[]) =>
    graphOf([...orders, ...more, told]).refunds.at(-1)

  it('takes what it names, what is left, or everything', () => {
    expect(why(refund(3 * DAY, 400))).toMatchObject({ of: 'c1', takenMinor: 400, why: '' })
    expect(why(refund(3 * DAY, 700), refund(2 * DAY, 400))).toMatchObject({
      takenMinor: 600,
      why: 'names more than is left: takes what is left',
    })
    expect(why(refund(3 * DAY, -1))).toMatchObject({
      takenMinor: 1000,
      valueMinor: -1,
      why: 'names no amount: takes all that is left',
    })
  })

  it.each([
    ['names no transaction', refund(3 * DAY, 1, { transactionId: '' })],
    ['no order of its transaction', refund(3 * DAY, 1, { transactionId: 'B' })],
    ['is in another currency than its order', refund(2 * DAY, 1, { currency: 'USD' })],
    ['comes before its order', refund(HOUR, 1)],
    ['comes more than 1 d after its order', refund(2 * DAY + 1, 1)],
  ])('that matches nothing says why: %s', (reason, told) => {
    const graph = graphOf([...orders, told], { transactionWindowMs: DAY })
    expect(graph.refunds).toEqual([expect.objectContaining({ of: '', takenMinor: 0, why: reason })])
  })

  it('takes nothing from a conversion that closes no path', () => {
    const told = [view(0), { ...order(DAY, 1000), action: 'lead' }, refund(2 * DAY, 500)]
    expect(graphOf(told).refunds[0]!.why).toBe('lead closes no path and is not refunded')
  })
})

describe('what has been forgotten', () => {
  const settings: Partial<Settings> = {
    latenessMs: HOUR,
    inactivityGapMs: DAY,
    lookbackMs: 3 * DAY,
    transactionWindowMs: 5 * DAY,
    goals: DEFAULT_SETTINGS.goals.map((goal) =>
      goal.name === 'purchase' ? { ...goal, sources: ['checkout'] } : goal,
    ),
  }

  it('is counted, and dated by what is held and by what was old enough', () => {
    const told = [view(0), view(2 * DAY)]
    const graph = graphOf([...told, 3 * DAY + HOUR + 1], settings)
    expect(graph.forgotten).toEqual({ events: 1, paths: 1, untilMs: START + 1 })
    expect(graph.touchpoints).toHaveLength(1)
    expect(graphOf([view(0)], settings).forgotten).toEqual({ events: 0, paths: 0, untilMs: 0 })
  })

  it('hides the credit of a conversion that reached back to it', () => {
    const told = [view(0), view(2 * DAY), order(2 * DAY + HOUR, 1000, { source: 'checkout' })]
    const before = graphOf([...told, 4 * DAY], settings).conversions[0]!
    expect(before.candidates).toEqual(['t1', 't2'])
    expect(before.credits).toHaveLength(8)
    // The order's transaction is dead, its path is not yet old enough: only the first path has
    // gone.
    const later = { ...settings, transactionWindowMs: HOUR }
    const graph = graphOf([...told, 3 * DAY + 2 * HOUR], later)
    expect(graph.forgotten.paths).toBe(1)
    expect(graph.conversions).toMatchObject([
      { credits: [], unknown: 'touchpoints that it was credited to may have been forgotten' },
    ])
  })

  it('hides the numbers of a transaction that it took a part of', () => {
    const told = [
      view(0),
      order(MINUTE, 900, { source: 'pixel' }),
      view(2 * DAY),
      order(2 * DAY + HOUR, 1000, { source: 'checkout' }),
      order(2 * DAY + 2 * HOUR, 1100, { source: 'checkout' }),
    ]
    const longer = { ...settings, lookbackMs: 7 * DAY, creditScope: 'path' as const }
    const graph = graphOf([...told, 8 * DAY], longer)
    expect(graph.forgotten).toMatchObject({ events: 2, paths: 1 })
    expect(graph.conversions).toMatchObject([
      { credits: [], unknown: 'part of its transaction has been forgotten: it was booked before' },
    ])
    expect(graph.paths).toMatchObject([{ end: 'converted', why: 'ended by c1' }])
    expect(graph.spares).toMatchObject([{ timeMs: START + 2 * DAY + 2 * HOUR }])
  })

  it('may hold the order of a refund', () => {
    const told = [
      view(0),
      order(MINUTE, 900, { source: 'checkout' }),
      refund(4 * DAY, 900),
      refund(4 * DAY + 1, 900, { transactionId: '' }),
    ]
    const graph = graphOf([...told, 5 * DAY + 2 * HOUR], settings)
    expect(graph.conversions).toEqual([])
    expect(graph.refunds.map(({ why }) => why)).toEqual([
      'its order is not held and may have been forgotten',
      'names no transaction',
    ])
  })
})

describe('spans of time', () => {
  it.each([
    [0, '0 s'],
    [999, '0 s'],
    [1000, '1 s'],
    [61_999, '1 min 1 s'],
    [HOUR, '1 h'],
    [HOUR + 59_999, '1 h'],
    [DAY + HOUR + MINUTE, '1 d 1 h'],
    [400 * DAY + MINUTE, '400 d'],
  ])('of %s ms read %s', (ms, text) => {
    expect(spanText(ms)).toBe(text)
  })
})
