// Looking at the newest events of a packed journey, back to front, without decoding it.
import { EVENT_WITH_ID_WORDS, H_COUNTS, timeOf } from './journey-layout.ts'
import type { JourneyTable } from './journey-table.ts'

/** Whether the journey holds an event with this id whose time is at or after `idsSinceMs`. */
export function isDuplicate(
  journeys: JourneyTable,
  entry: number,
  idHi: number,
  idLo: number,
  idsSinceMs: number,
): boolean {
  const length = journeys.length(entry)
  if (length === 0) return false
  const words = journeys.page(entry)
  const base = journeys.base(entry)
  let at = base + length
  for (let left = words[base + H_COUNTS]! >>> 16; left > 0; left--) {
    at -= EVENT_WITH_ID_WORDS
    if (words[at + 5] === idLo && words[at + 4] === idHi) {
      return timeOf(words[at]!, words[at + 1]!) >= idsSinceMs
    }
    if (timeOf(words[at]!, words[at + 1]!) < idsSinceMs) return false
  }
  return false
}
