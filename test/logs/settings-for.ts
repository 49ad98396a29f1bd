// Settings to go with generated logs: the defaults, and everything else that f depends on, varied.
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts'
import type { Goal, Settings } from '../../src/core/settings.ts'
import { createDraw } from './moves.ts'
import type { Draw } from './moves.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Every third seed gives the defaults; no seed makes journeys overflow. */
export function settingsFor(seed: number): Settings {
  const draw = createDraw(seed ^ 0x5e77)
  if (seed % 3 === 0) return DEFAULT_SETTINGS
  const from = <T>(list: readonly T[]): T => list[draw(0, list.length - 1)]!
  return {
    ...DEFAULT_SETTINGS,
    latenessMs: from([7 * DAY, HOUR, 6 * HOUR, 2 * DAY]),
    inactivityGapMs: from([30 * DAY, 2 * HOUR, DAY, 3 * DAY]),
    touchpointGapMs: from([30 * MINUTE, 5 * MINUTE, 0, 2 * HOUR]),
    lookbackMs: from([30 * DAY, 3 * HOUR, 2 * DAY, 60 * DAY]),
    transactionWindowMs: from([60 * DAY, 4 * HOUR, DAY, 5 * DAY]),
    halfLifeMs: from([7 * DAY, 7 * DAY, HOUR, 1_000_003]),
    creditScope: from(['lookback', 'path']),
    pathTouchpointsMax: from([512, 512, 1, 2, 3, 5]),
    dimensionValuesMax: from([10_000, 10_000, 10_000, 16]),
    goals: goalsFor(draw),
    touchActions: from(['default', 'default', ['view', 'tag_click', 'heartbeat']]),
    directChannels: from([DEFAULT_SETTINGS.directChannels, [], ['email', 'search']]),
  }
}

/**
 * Settings under which journeys overflow and nothing is ever forgotten, so that the oracle may
 * count all events of a person.
 */
export function overflowSettingsFor(seed: number): Settings {
  const draw = createDraw(seed ^ 0x0f10)
  return { ...settingsFor(seed), lookbackMs: 20_000 * DAY, journeyEventsMax: draw(1, 12) }
}

function goalsFor(draw: Draw): readonly Goal[] {
  const one = (name: string, rest: Partial<Goal> = {}): Goal => ({
    name,
    actions: [name],
    closes: false,
    sources: 'all',
    default: null,
    ...rest,
  })
  const yen = { valueMinor: 500, currency: 'JPY' }
  const variants: readonly (readonly Goal[])[] = [
    DEFAULT_SETTINGS.goals,
    [one('purchase', { closes: true, sources: ['checkout'] }), one('lead'), one('signup')],
    [
      one('purchase', {
        closes: true,
        sources: ['checkout', 'crm'],
        actions: ['purchase', 'order'],
      }),
      one('lead', { default: yen }),
    ],
    [
      one('purchase', { closes: true, default: { valueMinor: 4999, currency: 'USD' } }),
      one('subscribe', { closes: true, default: yen }),
      one('lead', { actions: ['lead', 'signup'] }),
    ],
    [one('purchase', { closes: true }), one('lead', { closes: true }), one('signup')],
    [one('purchase'), one('subscribe', { closes: true, sources: ['crm', ''] }), one('lead')],
  ]
  return variants[draw(0, variants.length - 1)]!
}
