// The fast path: an event newer than everything in its journey, no conversion and no refund, that
// ends no path. It reads only the header and as much of the tail as `lateness`, the hour and the
// live event need, and appends in place. A property test shows that it does what the general path
// does.
import { bookEventRows } from './book-event.ts'
import type { AppliedEvent, Standing } from './book-event.ts'
import { START_STATE } from './dictionary.ts'
import {
  ENDED_PATH_BIT,
  EVENT_WITH_ID_WORDS,
  EVENT_WORDS,
  EXTENSION_WORDS,
  HEADER_WORDS,
  HOUR_MS,
  H_COUNTS,
  H_EXTENSIONS,
  H_FLAGS,
  H_FORGET_AT,
  H_LAST_TOUCH,
  H_LAST_TOUCHPOINT,
  KIND_OTHER,
  LAYOUT_VERSION,
  MINUTE_MS,
  PATH_LAPSED,
  PATH_NONE,
  PATH_OPEN,
  PATH_STATE_SHIFT,
  hourOf,
  timeHigh,
  timeLow,
  timeOf,
} from './journey-layout.ts'
import type { JourneyTable } from './journey-table.ts'
import { actionOf, isTouch, kindOf, lowHalf } from './journey.ts'
import type { PackedEvent } from './journey.ts'
import type { Delta } from './ledger.ts'
import { bookObservedStep } from './rows.ts'
import type { Settings } from './settings.ts'

/** Ids are dropped this many at a time, so that the words behind them seldom move. */
export const IDS_DROPPED_MIN = 8

export interface AppendContext {
  readonly settings: Settings
  readonly delta: Delta
  readonly streamTimeMs: number
}

/**
 * Appends the event and books it, or returns false with nothing changed: then the general path must
 * take it.
 */
export function appendEvent(
  journeys: JourneyTable,
  entry: number,
  event: PackedEvent & AppliedEvent,
  context: AppendContext,
): boolean {
  const { settings, delta } = context
  if (kindOf(event.kindAction) !== KIND_OTHER) return false
  if (journeys.length(entry) > 0) {
    if (!canAppend(journeys, entry, event, settings)) return false
  } else if (isTouch(event.kindAction)) beginJourney(journeys, entry)
  else return false
  const words = journeys.page(entry)
  const base = journeys.base(entry)
  bookEventRows(delta, event, readTail(journeys, entry, event, settings.lookbackMs))
  if (isTouch(event.kindAction)) extendPath(words, base, event, settings, delta)
  append(journeys, entry, event)
  dropOldIds(journeys, entry, context.streamTimeMs - settings.latenessMs)
  return true
}

const pathStateOf = (words: Int32Array, base: number): number =>
  (words[base + H_FLAGS]! >>> PATH_STATE_SHIFT) & 3

const lastTouchOf = (words: Int32Array, base: number): number =>
  timeOf(words[base + H_LAST_TOUCH]!, words[base + H_LAST_TOUCH + 1]!)

function beginJourney(journeys: JourneyTable, entry: number): void {
  journeys.resize(entry, HEADER_WORDS)
  const words = journeys.page(entry)
  const base = journeys.base(entry)
  words.fill(0, base, base + HEADER_WORDS)
  words[base + H_FLAGS] = LAYOUT_VERSION
  words[base + H_FORGET_AT + 1] = -1
}

/** Word position of the newest event. Without an id it has the shorter form. */
function newestEvent(words: Int32Array, base: number, length: number): number {
  const withId = words[base + H_COUNTS]! >>> 16
  return base + length - (withId > 0 ? EVENT_WITH_ID_WORDS : EVENT_WORDS)
}

function canAppend(
  journeys: JourneyTable,
  entry: number,
  event: PackedEvent,
  settings: Settings,
): boolean {
  const words = journeys.page(entry)
  const base = journeys.base(entry)
  const newest = newestEvent(words, base, journeys.length(entry))
  if (event.timeMs <= timeOf(words[newest]!, words[newest + 1]!)) return false
  const flags = words[base + H_FLAGS]!
  const state = pathStateOf(words, base)
  if (!isTouch(event.kindAction)) {
    // It would move the end of a lapsed path that is the front, and with it the time of forgetting.
    return state !== PATH_LAPSED || (flags & ENDED_PATH_BIT) !== 0
  }
  if (state === PATH_NONE) return true
  const gap = event.timeMs - lastTouchOf(words, base)
  if (state === PATH_LAPSED) return gap > settings.inactivityGapMs
  if (gap > settings.inactivityGapMs) return false
  return (
    flags >>> 16 < settings.pathTouchpointsMax || isSameTouchpoint(words, base, event, settings)
  )
}

function isSameTouchpoint(
  words: Int32Array,
  base: number,
  event: PackedEvent,
  settings: Settings,
): boolean {
  return (
    words[base + H_LAST_TOUCHPOINT] === event.channelCampaign &&
    event.timeMs - lastTouchOf(words, base) <= settings.touchpointGapMs
  )
}

/**
 * Adds a touch to the last path, or begins a new one, and books the step if it is a new touchpoint.
 */
function extendPath(
  words: Int32Array,
  base: number,
  event: PackedEvent,
  settings: Settings,
  delta: Delta,
): void {
  const state = pathStateOf(words, base)
  const isOpen = state === PATH_OPEN
  let flags = words[base + H_FLAGS]!
  if (!isOpen || !isSameTouchpoint(words, base, event, settings)) {
    const from = isOpen ? lowHalf(words[base + H_LAST_TOUCHPOINT]!) : START_STATE
    const to = lowHalf(event.channelCampaign)
    bookObservedStep(delta, from, to, 1)
    const touchpoints = isOpen ? (flags >>> 16) + 1 : 1
    flags = (flags & 0xffff) | (touchpoints << 16)
  }
  if (!isOpen) {
    if (state === PATH_LAPSED) flags |= ENDED_PATH_BIT
    // Events that waited for a path now belong to an open one, and an open front is not forgotten.
    if ((flags & ENDED_PATH_BIT) === 0) {
      words[base + H_FORGET_AT] = 0
      words[base + H_FORGET_AT + 1] = -1
    }
    flags = (flags & ~(3 << PATH_STATE_SHIFT)) | (PATH_OPEN << PATH_STATE_SHIFT)
  }
  words[base + H_FLAGS] = flags
  words[base + H_LAST_TOUCH] = timeLow(event.timeMs)
  words[base + H_LAST_TOUCH + 1] = timeHigh(event.timeMs)
  words[base + H_LAST_TOUCHPOINT] = event.channelCampaign
}

/** How the event stands among the newest of the journey, read backwards. */
function readTail(
  journeys: JourneyTable,
  entry: number,
  event: PackedEvent,
  lookbackMs: number,
): Standing {
  const words = journeys.page(entry)
  const base = journeys.base(entry)
  const live = lowHalf(event.liveVariant)
  const hourMs = hourOf(event.timeMs) * HOUR_MS
  const minuteMs = Math.floor(event.timeMs / MINUTE_MS) * MINUTE_MS
  const sinceMs = live === 0 ? hourMs : Math.min(hourMs, event.timeMs - lookbackMs)
  const first = base + HEADER_WORDS + words[base + H_EXTENSIONS]! * EXTENSION_WORDS
  const withId = first + (words[base + H_COUNTS]! & 0xffff) * EVENT_WORDS
  let isNewPerson = true
  let isNewInMinute = true
  let isNewViewer = true
  let at = newestEvent(words, base, journeys.length(entry))
  while (at >= first) {
    const time = timeOf(words[at]!, words[at + 1]!)
    if (time < sinceMs) break
    if (
      time >= hourMs &&
      words[at + 2] === event.channelCampaign &&
      actionOf(words[at + 1]!) === actionOf(event.kindAction)
    ) {
      isNewPerson = false
    }
    if (live !== 0 && lowHalf(words[at + 3]!) === live) {
      if (time >= event.timeMs - lookbackMs) isNewViewer = false
      if (time >= minuteMs && words[at + 3] === event.liveVariant) isNewInMinute = false
    }
    at -= at > withId ? EVENT_WITH_ID_WORDS : EVENT_WORDS
  }
  return { isNewPerson, isNewInMinute, isNewViewer }
}

function append(journeys: JourneyTable, entry: number, event: PackedEvent): void {
  const length = journeys.length(entry)
  journeys.resize(entry, length + EVENT_WITH_ID_WORDS)
  const words = journeys.page(entry)
  const base = journeys.base(entry)
  const at = base + length
  words[at] = timeLow(event.timeMs)
  words[at + 1] = timeHigh(event.timeMs) | event.kindAction
  words[at + 2] = event.channelCampaign
  words[at + 3] = event.liveVariant
  words[at + 4] = event.idHi
  words[at + 5] = event.idLo
  words[base + H_COUNTS]! += 1 << 16
}

/** Cuts the ids of events before `idsSinceMs` out, if they are enough to be worth it. */
function dropOldIds(journeys: JourneyTable, entry: number, idsSinceMs: number): void {
  const words = journeys.page(entry)
  const base = journeys.base(entry)
  const counts = words[base + H_COUNTS]!
  const withId = counts >>> 16
  if (withId <= IDS_DROPPED_MIN) return
  const start =
    base +
    HEADER_WORDS +
    words[base + H_EXTENSIONS]! * EXTENSION_WORDS +
    (counts & 0xffff) * EVENT_WORDS
  let old = 0
  while (old < withId) {
    const at = start + old * EVENT_WITH_ID_WORDS
    if (timeOf(words[at]!, words[at + 1]!) >= idsSinceMs) break
    old++
  }
  if (old < IDS_DROPPED_MIN) return
  for (let i = 0; i < old; i++) {
    const from = start + i * EVENT_WITH_ID_WORDS
    words.copyWithin(start + i * EVENT_WORDS, from, from + EVENT_WORDS)
  }
  const end = base + journeys.length(entry)
  words.copyWithin(start + old * EVENT_WORDS, start + old * EVENT_WITH_ID_WORDS, end)
  words[base + H_COUNTS] = (counts & 0xffff) + old + ((withId - old) << 16)
  journeys.resize(entry, journeys.length(entry) - 2 * old)
}
