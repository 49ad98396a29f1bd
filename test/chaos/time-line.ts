// A log without end: small generated logs, each with persons of its own, that begin one after the
// other along a line of time, so that at any moment some dozens of them go on and few persons are
// due at one record (test/oracle/README.md, limits). Duplicates, late, out of order and refused
// records, refunds and ticks are in them.
import type { Settings } from '../../src/core/settings.ts'
import { generateLog } from '../logs/build-log.ts'
import { START_MS } from '../logs/choose-times.ts'
import { movedBy, ownedBy } from '../logs/owned-by.ts'
import type { LogRecord } from '../oracle/log.ts'

export const DAY_MS = 86_400_000
/** Far enough behind for a run of hours; events of the first logs lie up to two years before. */
export const FIRST_MS = Date.UTC(2003, 0, 1)
/** From the beginning of one log to the beginning of the next. */
const STEP_MS = 3 * DAY_MS
/** Record times step back by up to ten minutes. */
const SLACK_MS = 600_000
const PERSONS = 4

interface Going {
  readonly records: readonly LogRecord[]
  at: number
  /** The highest record time so far: a record behind it stays where it is in its log. */
  latestMs: number
}

/** Records by record time; those that step back within their log still do. Offsets mean nothing. */
export function* timeLine(seed: number, settings: Settings): Generator<LogRecord, never> {
  const going: Going[] = []
  let begun = 0
  for (;;) {
    let first = earliest(going)
    while (first === null || FIRST_MS + begun * STEP_MS - SLACK_MS <= first.latestMs) {
      going.push(logOf(seed, begun++, settings))
      first = earliest(going)
    }
    yield first.records[first.at]!
    first.at++
    const next = first.records[first.at]
    if (next === undefined) going.splice(going.indexOf(first), 1)
    else first.latestMs = Math.max(first.latestMs, next.timeMs)
  }
}

function earliest(going: readonly Going[]): Going | null {
  let first: Going | null = null
  for (const one of going) if (first === null || one.latestMs < first.latestMs) first = one
  return first
}

function logOf(seed: number, number: number, settings: Settings): Going {
  const laterMs = FIRST_MS + number * STEP_MS - START_MS
  const log = generateLog(seed * 100_000 + number, { settings, persons: PERSONS })
  const records = log.map((record) => ownedBy(movedBy(record, laterMs), `${number}-`))
  return { records, at: 0, latestMs: records[0]!.timeMs }
}
