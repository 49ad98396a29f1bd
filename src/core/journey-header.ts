// What the header of a packed journey says, without decoding the journey.
import { NOT_DUE } from './due-list.ts'
import {
  H_COUNTS,
  H_FLAGS,
  H_FORGET_AT,
  H_LAST_TOUCH,
  PATH_OPEN,
  PATH_STATE_SHIFT,
  timeOf,
} from './journey-layout.ts'
import type { JourneyTable } from './journey-table.ts'

/**
 * Stream time beyond which the person must be settled: its lapse or the time to forget its front.
 */
export function dueTime(words: Int32Array, base: number, inactivityGapMs: number): number {
  const isOpen = ((words[base + H_FLAGS]! >>> PATH_STATE_SHIFT) & 3) === PATH_OPEN
  const forgetHigh = words[base + H_FORGET_AT + 1]!
  const forgetAt = forgetHigh < 0 ? NOT_DUE : timeOf(words[base + H_FORGET_AT]!, forgetHigh)
  if (!isOpen) return forgetAt
  const lapse =
    timeOf(words[base + H_LAST_TOUCH]!, words[base + H_LAST_TOUCH + 1]!) + inactivityGapMs
  return forgetAt === NOT_DUE ? lapse : Math.min(lapse, forgetAt)
}

/** Events that the journey holds. */
export function eventCount(journeys: JourneyTable, entry: number): number {
  if (journeys.length(entry) === 0) return 0
  const counts = journeys.page(entry)[journeys.base(entry) + H_COUNTS]!
  return (counts & 0xffff) + (counts >>> 16)
}
