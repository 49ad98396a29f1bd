// Short stories of one person in which every time lies on an edge: an earlier event plus one or two
// of the durations of the settings, a millisecond more or less. Here what is kept just long enough,
// or forgotten just in time, decides a number.
import { expect, it } from 'vitest'
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts'
import type { Goal, Settings } from '../../src/core/settings.ts'
import { createDraw } from '../logs/moves.ts'
import type { Draw } from '../logs/moves.ts'
import type { LogEvent, LogRecord } from '../oracle/log.ts'
import { expectOracle } from './oracle-rows.ts'

const STORIES = 2000
const BATCH = 500
const HOUR = 3_600_000
const DAY = 24 * HOUR
const START = Date.UTC(2026, 0, 5, 10, 30)

const purchase = (sources: Goal['sources']): Goal => ({ ...DEFAULT_SETTINGS.goals[0]!, sources })
const lead = DEFAULT_SETTINGS.goals[1]!
const short = (changes: Partial<Settings>): Settings => ({
  ...DEFAULT_SETTINGS,
  goals: [purchase('all'), lead],
  ...changes,
})
const SETTINGS: readonly Settings[] = [
  DEFAULT_SETTINGS,
  short({
    lookbackMs: HOUR,
    inactivityGapMs: 2 * HOUR,
    transactionWindowMs: HOUR,
    latenessMs: HOUR,
  }),
  short({
    goals: [purchase(['checkout']), lead],
    lookbackMs: 5 * DAY,
    inactivityGapMs: 4 * DAY,
    transactionWindowMs: 10 * DAY,
    latenessMs: DAY,
  }),
  short({
    creditScope: 'path',
    lookbackMs: 9 * DAY,
    inactivityGapMs: 9 * DAY,
    transactionWindowMs: 2 * DAY,
    pathTouchpointsMax: 2,
  }),
]

const pick = <T>(draw: Draw, list: readonly T[]): T => list[draw(0, list.length - 1)]!

/** A duration of the settings, the sum of two, or none; a millisecond more or less, or exactly. */
function edge(draw: Draw, settings: Settings): number {
  const { lookbackMs, inactivityGapMs, transactionWindowMs, latenessMs } = settings
  const reach = Math.max(lookbackMs, inactivityGapMs, 72 * HOUR)
  const all = [0, 0, lookbackMs, inactivityGapMs, transactionWindowMs, latenessMs, reach, 72 * HOUR]
  const sum = pick(draw, all) + (draw(0, 1) === 0 ? pick(draw, all) : 0)
  return sum + pick(draw, [-1, 0, 0, 1])
}

function content(draw: Draw): Partial<LogEvent> {
  const live = draw(0, 3) === 0 ? { liveEvent: 'show' } : {}
  const sale = {
    source: pick(draw, ['pixel', 'checkout', 'checkout']),
    transactionId: pick(draw, ['', 'a', 'a', 'b']),
    valueMinor: draw(1, 5000),
    currency: 'USD',
  }
  switch (draw(0, 9)) {
    case 0:
      return { action: 'heartbeat', ...live }
    case 1:
      return { action: 'lead' }
    case 2:
    case 3:
    case 4:
      return { ...sale, action: 'purchase' }
    case 5:
    case 6:
      return { ...sale, action: 'refund' }
    default:
      return { ...live, channel: pick(draw, ['email', 'search']) }
  }
}

function story(seed: number, settings: Settings): LogRecord[] {
  const draw = createDraw(seed)
  const log: LogRecord[] = []
  const anchors = [START]
  let nowMs = START
  const count = draw(4, 10)
  for (let offset = 0; offset < count; offset++) {
    const timeMs = pick(draw, anchors.slice(-4)) + edge(draw, settings)
    if (draw(0, 3) === 0) {
      nowMs = Math.max(nowMs, timeMs)
      log.push({ offset, timeMs: nowMs, kind: 'tick' })
      continue
    }
    // Some events come as late as they may.
    nowMs = Math.max(nowMs, timeMs + (draw(0, 4) === 0 ? settings.latenessMs : 0))
    anchors.push(timeMs)
    const event = { ...PLAIN, ...content(draw), eventId: `e${offset}`, timeMs }
    log.push({ offset, timeMs: nowMs, kind: 'event', event })
  }
  return log
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

for (let from = 0; from < STORIES; from += BATCH) {
  it(`books on every edge what the oracle books: stories ${from} to ${from + BATCH - 1}`, () => {
    let forgetful = 0
    for (let seed = from; seed < from + BATCH; seed++) {
      const settings = SETTINGS[seed % SETTINGS.length]!
      const { partition } = expectOracle(story(seed, settings), settings, `story ${seed}`)
      forgetful += Number(partition.seen.forgottenEvents > 0)
    }
    expect(forgetful).toBeGreaterThan(BATCH / 5)
  })
}
