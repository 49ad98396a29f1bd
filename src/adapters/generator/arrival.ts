// How an event reaches the log: mostly within a second; some late, some twice, some spoilt, a few
// with a clock that runs ahead. The classes do not overlap. Late within seven days means the record
// comes later (a phone that was offline); beyond, the event is dated back (a phone that was in a
// drawer), so that all records of a story fit on its timeline.
import type { GeneratorOptions } from './options.ts'
import type { Draws } from './random.ts'
import type { Draft } from './story.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const MILLION = 1_000_000
/** Clocks ahead by more than the five minutes that are tolerated, per million. */
const CLOCKS_AHEAD = 500

export interface PlannedRecord {
  /** Record time, epoch ms. */
  readonly timeMs: number
  readonly draft: Draft
  /** Copies of one event share their number, hence their id. */
  readonly eventNumber: number
  /** Which way it is spoilt (broken.ts); -1: it is not. */
  readonly flaw: number
}

export interface Arrivals {
  readonly send: (draft: Draft) => void
  /** Records sent so far, copies included. */
  readonly count: number
}

export function createArrivals(
  draws: Draws,
  plan: (record: PlannedRecord) => void,
  { late, duplicate, invalid }: GeneratorOptions,
): Arrivals {
  // Copies are made of ordinary events only; per event sent there are 1 / (1 - duplicate) records.
  const spoilt = Math.round((invalid / (1 - duplicate)) * MILLION)
  const lateOrSpoilt = spoilt + Math.round((late / (1 - duplicate)) * MILLION)
  const copied = Math.round((duplicate / (1 - duplicate - late - invalid)) * MILLION)
  let count = 0
  let eventNumber = 0
  let flaws = 0

  function push(timeMs: number, draft: Draft, flaw: number): void {
    count++
    plan({ timeMs, draft, eventNumber, flaw })
  }

  function send(draft: Draft): void {
    eventNumber++
    const recordMs = draft.timeMs + draws.between(20, 900)
    const fate = draws.below(MILLION)
    if (fate < spoilt) {
      push(recordMs, draft, flaws++)
    } else if (fate < lateOrSpoilt) {
      if (draws.chance(200_000)) push(recordMs, datedBack(draft, 7 * DAY + drawLong(draws)), -1)
      else push(recordMs + drawDelay(draws), draft, -1)
    } else {
      const ahead = draws.chance(CLOCKS_AHEAD) ? draws.between(6, 90) * MINUTE : 0
      const sent = ahead === 0 ? draft : datedBack(draft, -ahead)
      push(recordMs, sent, -1)
      if (draws.chance(copied)) push(recordMs + draws.between(SECOND, 10 * MINUTE), sent, -1)
    }
  }

  return {
    send,
    get count() {
      return count
    },
  }
}

const datedBack = (draft: Draft, ms: number): Draft => ({ ...draft, timeMs: draft.timeMs - ms })

/** Two minutes to two days; more than half within half an hour. */
function drawDelay(draws: Draws): number {
  const kind = draws.below(10)
  if (kind < 6) return draws.between(2 * MINUTE, 30 * MINUTE)
  return kind < 9 ? draws.between(30 * MINUTE, 6 * HOUR) : draws.between(6 * HOUR, 48 * HOUR)
}

function drawLong(draws: Draws): number {
  return draws.between(HOUR, 10 * DAY)
}
