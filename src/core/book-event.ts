// What one applied event adds by itself: a row of `activity` and, in a live event, one of
// `live_minutes`. Distinct counts look at the neighbours in the journey; a late event may make its
// successor's `new_viewer` old.
import { MINUTE_MS, hourOf } from './journey-layout.ts'
import { actionOf, lowHalf } from './journey.ts'
import type { Journey } from './journey.ts'
import { LIVE_MINUTES } from './ledger.ts'
import type { Delta } from './ledger.ts'
import { LIVE, bookActivity, liveRow } from './rows.ts'

const SLOT_OF_ACTION: ReadonlyMap<string, number> = new Map([
  ['tag_view', LIVE.tagViews],
  ['tag_click', LIVE.tagClicks],
  ['add_to_cart', LIVE.addToCarts],
  ['comment', LIVE.comments],
])

/** An event that was applied. */
export interface AppliedEvent {
  readonly timeMs: number
  readonly kindAction: number
  readonly channelCampaign: number
  readonly liveVariant: number
  readonly action: string
}

/** How the event stands among the others of its journey. */
export interface Standing {
  /** No other event of the person has the same activity row. */
  readonly isNewPerson: boolean
  /** No other event of the person has the same live minute and variant. */
  readonly isNewInMinute: boolean
  /** No earlier event of the same live event within the lookback. */
  readonly isNewViewer: boolean
}

export function bookEventRows(delta: Delta, event: AppliedEvent, standing: Standing): void {
  bookActivity(
    delta,
    {
      touchpoint: event.channelCampaign,
      action: actionOf(event.kindAction),
      hour: hourOf(event.timeMs),
    },
    standing.isNewPerson,
  )
  if (lowHalf(event.liveVariant) === 0) return
  const table = delta.tables[LIVE_MINUTES]!
  const row = liveRow(delta, event.liveVariant, event.timeMs, 0)
  table.add(row, LIVE.events, 1)
  if (standing.isNewInMinute) table.add(row, LIVE.viewers, 1)
  if (standing.isNewViewer) table.add(row, LIVE.newViewers, 1)
  const slot = SLOT_OF_ACTION.get(event.action)
  if (slot !== undefined) table.add(row, slot, 1)
}

/** Books the event at position `at`, just inserted. */
export function bookInsertedEvent(
  delta: Delta,
  journey: Journey,
  at: number,
  event: AppliedEvent,
  lookbackMs: number,
): void {
  const previous = previousOfLive(journey, at)
  const isOf = (time: number, earlier: number): boolean =>
    earlier >= 0 && journey.timeMs[earlier]! >= time - lookbackMs
  bookEventRows(delta, event, {
    isNewPerson: !hasSibling(journey, at, hourOf, isSameActivity),
    isNewInMinute: !hasSibling(journey, at, minuteOf, isSameLive),
    isNewViewer: !isOf(event.timeMs, previous),
  })
  const next = nextOfLive(journey, at)
  if (next < 0) return
  const time = journey.timeMs[next]!
  if (!isOf(time, previous) && isOf(time, at)) {
    const row = liveRow(delta, journey.liveVariant[next]!, time, 0)
    delta.tables[LIVE_MINUTES]!.add(row, LIVE.newViewers, -1)
  }
}

const minuteOf = (timeMs: number): number => Math.floor(timeMs / MINUTE_MS)

const isSameActivity = (journey: Journey, a: number, b: number): boolean =>
  journey.channelCampaign[a] === journey.channelCampaign[b] &&
  actionOf(journey.kindAction[a]!) === actionOf(journey.kindAction[b]!)

const isSameLive = (journey: Journey, a: number, b: number): boolean =>
  journey.liveVariant[a] === journey.liveVariant[b]

/** Whether another event in the same span of time (hour, minute) is of the same row. */
function hasSibling(
  journey: Journey,
  at: number,
  spanOf: (timeMs: number) => number,
  isSame: (journey: Journey, a: number, b: number) => boolean,
): boolean {
  const span = spanOf(journey.timeMs[at]!)
  for (let i = at - 1; i >= 0 && spanOf(journey.timeMs[i]!) === span; i--) {
    if (isSame(journey, at, i)) return true
  }
  for (let i = at + 1; i < journey.count && spanOf(journey.timeMs[i]!) === span; i++) {
    if (isSame(journey, at, i)) return true
  }
  return false
}

function previousOfLive(journey: Journey, at: number): number {
  const live = lowHalf(journey.liveVariant[at]!)
  if (live === 0) return -1
  for (let i = at - 1; i >= 0; i--) if (lowHalf(journey.liveVariant[i]!) === live) return i
  return -1
}

function nextOfLive(journey: Journey, at: number): number {
  const live = lowHalf(journey.liveVariant[at]!)
  if (live === 0) return -1
  for (let i = at + 1; i < journey.count; i++) {
    if (lowHalf(journey.liveVariant[i]!) === live) return i
  }
  return -1
}
