// The tables `live_minutes` and `activity`: every applied event counts, at its own time.
import type { Settings } from '../../src/core/settings.ts'
import type { AppliedEvent } from './admit.ts'
import type { Conversion } from './conversions.ts'
import { book, formatHour, formatMinute } from './figures.ts'
import type { Figures } from './figures.ts'

const POST_LIVE_MS = 72 * 3_600_000

/** Actions that have a measure of their own. */
const MEASURE_OF_ACTION: ReadonlyMap<string, string> = new Map([
  ['tag_view', 'tag_views'],
  ['tag_click', 'tag_clicks'],
  ['add_to_cart', 'add_to_carts'],
  ['comment', 'comments'],
])

/** `ordered` is one person's set, so a row gets at most one viewer of it. */
export function bookLiveEvents(
  figures: Figures,
  ordered: readonly AppliedEvent[],
  settings: Settings,
): void {
  const seen = new Set<string>()
  ordered.forEach((event, index) => {
    if (event.liveEvent === '') return
    const dimensions = [event.liveEvent, formatMinute(event.timeMs), event.variant, '']
    const key = JSON.stringify(dimensions)
    const isNew = !ordered
      .slice(0, index)
      .some(
        (e) => e.liveEvent === event.liveEvent && e.timeMs >= event.timeMs - settings.lookbackMs,
      )
    const measure = MEASURE_OF_ACTION.get(event.sentAction)
    book(figures, 'live_minutes', dimensions, {
      events: 1n,
      viewers: seen.has(key) ? 0n : 1n,
      new_viewers: isNew ? 1n : 0n,
      ...(measure === undefined ? {} : { [measure]: 1n }),
    })
    seen.add(key)
  })
}

/** Orders of a live event, and post-live orders: conversions of the goal `purchase`. */
export function bookLiveOrders(
  figures: Figures,
  ordered: readonly AppliedEvent[],
  conversions: readonly Conversion[],
): void {
  for (const conversion of conversions) {
    if (conversion.goal.name !== 'purchase') continue
    const { liveEvent, variant, currency, grossMinor, refundedMinor } = conversion
    const minute = formatMinute(conversion.event.timeMs)
    if (liveEvent !== '') {
      book(figures, 'live_minutes', [liveEvent, minute, variant, currency], {
        orders: 1n,
        units: BigInt(conversion.units),
        gmv_minor: grossMinor,
        refunds_minor: refundedMinor,
      })
      continue
    }
    const latest = latestLiveEventBefore(ordered, conversion.event)
    if (latest === undefined) continue
    book(figures, 'live_minutes', [latest, minute, '', currency], {
      post_live_orders: 1n,
      post_live_gmv_minor: grossMinor,
      refunds_minor: refundedMinor,
    })
  }
}

/** Of the last event before it in journey order that has one, if that is at most 72 h older. */
function latestLiveEventBefore(
  ordered: readonly AppliedEvent[],
  order: AppliedEvent,
): string | undefined {
  const last = ordered.slice(0, ordered.indexOf(order)).findLast((e) => e.liveEvent !== '')
  return last && order.timeMs - last.timeMs <= POST_LIVE_MS ? last.liveEvent : undefined
}

export function bookActivity(figures: Figures, events: readonly AppliedEvent[]): void {
  const seen = new Set<string>()
  for (const { timeMs, channel, campaign, action } of events) {
    const dimensions = [formatHour(timeMs), channel, campaign, action]
    const key = JSON.stringify(dimensions)
    book(figures, 'activity', dimensions, { events: 1n, persons: seen.has(key) ? 0n : 1n })
    seen.add(key)
  }
}
