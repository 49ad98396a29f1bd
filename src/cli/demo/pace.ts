// How fast the log is played, so that a person can watch: each record is worth some milliseconds,
// fewer between the shows (weeks in seconds) than during one.
import { setTimeout as delay } from 'node:timers/promises'
import { setImmediate as turn } from 'node:timers/promises'

/** Records per second. */
export interface Rates {
  readonly during: number
  readonly between: number
}

/** A main show takes some forty seconds, the three weeks before it four. */
export const WATCHABLE: Rates = { during: 500, between: 4000 }
export const UNLIMITED: Rates = { during: Infinity, between: Infinity }

/** What was missed on a slow machine is not caught up beyond this. */
const BEHIND_MAX_MS = 500

export interface Pace {
  /** Takes note of a record; ms of play gathered since the last wait. */
  add(isOfShow: boolean): number
  /**
   * Resolves when the records noted are due, at least one turn of the event loop later, or on
   * abort.
   */
  wait(signal: AbortSignal): Promise<void>
}

export function createPace({ during, between }: Rates): Pace {
  let dueMs = performance.now()
  let gatheredMs = 0
  return {
    add(isOfShow) {
      const worthMs = 1000 / (isOfShow ? during : between)
      dueMs += worthMs
      gatheredMs += worthMs
      return gatheredMs
    },
    async wait(signal) {
      gatheredMs = 0
      const nowMs = performance.now()
      dueMs = Math.max(dueMs, nowMs - BEHIND_MAX_MS)
      if (dueMs > nowMs) await delay(dueMs - nowMs, undefined, { signal }).catch(() => undefined)
      else await turn()
    },
  }
}
