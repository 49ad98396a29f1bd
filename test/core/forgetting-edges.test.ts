// What must be kept to the millisecond: chains of events so long that chance seldom makes them.
import { expect, it } from 'vitest'
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts'
import type { Settings } from '../../src/core/settings.ts'
import type { LogEvent, LogRecord } from '../oracle/log.ts'
import { expectOracle } from './oracle-rows.ts'

const DAY = 86_400_000
const START = Date.UTC(2026, 0, 5, 10, 30)

/**
 * Records at the time of their events, in ms after the start; a record without action is a tick.
 */
function story(...steps: readonly (readonly [afterMs: number, event?: Partial<LogEvent>])[]) {
  return steps.map(([afterMs, event], offset): LogRecord => {
    const timeMs = START + afterMs
    if (event === undefined) return { offset, timeMs, kind: 'tick' }
    return {
      offset,
      timeMs,
      kind: 'event',
      event: { ...PLAIN, eventId: `e${offset}`, timeMs, ...event },
    }
  })
}

const PLAIN: Omit<LogEvent, 'eventId' | 'timeMs'> = {
  userHash: 'anna',
  channel: 'email',
  campaign: '',
  action: 'view',
  liveEvent: '',
  variant: '',
  source: '',
  transactionId: '',
  valueMinor: -1,
  currency: '',
  quantity: -1,
}
const VIEW = { action: 'view' }
const sale = (transactionId: string, source = ''): Partial<LogEvent> => {
  return { action: 'purchase', transactionId, source, valueMinor: 5000, currency: 'USD' }
}
const refund = (transactionId: string): Partial<LogEvent> => {
  return { action: 'refund', transactionId, valueMinor: 1999, currency: 'USD' }
}

const forgotten = (log: readonly LogRecord[], settings: Settings): number =>
  expectOracle(log, settings, 'the story').partition.seen.forgottenEvents

it.each([
  ['exactly at its lookback', 0, 0],
  ['one millisecond beyond', 1, 2],
])('keeps a touch that a sale %s credits, while that can be refunded', (_, beyond, expected) => {
  const { lookbackMs, latenessMs } = DEFAULT_SETTINGS
  const second = lookbackMs + beyond
  const log = story(
    [0, VIEW],
    [0, sale('')],
    [second, sale('order')],
    // By now the first path would be forgotten, did the second sale not live.
    [second + latenessMs + DAY],
    [second + latenessMs + 2 * DAY, refund('order')],
  )
  expect(forgotten(log, DEFAULT_SETTINGS)).toBe(expected)
})

it('keeps what came first of a transaction as long as its conversion can be refunded', () => {
  const settings: Settings = {
    ...DEFAULT_SETTINGS,
    goals: [{ ...DEFAULT_SETTINGS.goals[0]!, sources: ['checkout'] }],
    lookbackMs: 5 * DAY,
    inactivityGapMs: 5 * DAY,
    transactionWindowMs: 10 * DAY,
    latenessMs: DAY,
  }
  const filledIn = story(
    [0, VIEW],
    [DAY, sale('order', 'pixel')],
    [10 * DAY, sale('order', 'checkout')],
    // Beyond the window after the first event, and within the one after the conversion.
    [13 * DAY],
    [16 * DAY, refund('order')],
    [22 * DAY],
  )
  expect(forgotten(filledIn, settings)).toBeGreaterThan(0)
  expect(forgotten(filledIn.slice(0, 5), settings)).toBe(0)
})

it.each([
  ['at', 0, 0],
  ['one millisecond past', 1, 1],
])('forgets a path %s the time from which nothing can reach it', (_, past, expected) => {
  const { inactivityGapMs, lookbackMs, latenessMs } = DEFAULT_SETTINGS
  const reach = Math.max(inactivityGapMs, lookbackMs)
  const log = story([0, VIEW], [reach + latenessMs + past])
  expect(forgotten(log, DEFAULT_SETTINGS)).toBe(expected)
})

it('keeps the show of a post-live order for 72 hours, however short all else is', () => {
  const HOUR = 3_600_000
  const settings: Settings = {
    ...DEFAULT_SETTINGS,
    lookbackMs: HOUR,
    inactivityGapMs: HOUR,
    transactionWindowMs: HOUR,
    latenessMs: HOUR,
  }
  const log = story(
    [0, { ...VIEW, liveEvent: 'show' }],
    [40 * HOUR],
    [72 * HOUR, sale('late')],
    [80 * HOUR],
  )
  expect(forgotten(log, settings)).toBeGreaterThan(0)
  expect(forgotten(log.slice(0, 3), settings)).toBe(0)
})
