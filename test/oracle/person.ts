// f: every published number of one person, as a pure function of the set of the person's events
// and of whether the last path has lapsed. Nothing is remembered between two calls.
import type { Settings } from '../../src/core/settings.ts'
import type { AppliedEvent } from './admit.ts'
import { bookCredits, bookUnmatchedRefunds } from './book-credits.ts'
import { bookActivity, bookLiveEvents, bookLiveOrders } from './book-live.ts'
import { bookPaths } from './book-paths.ts'
import { findSales } from './conversions.ts'
import type { Sales } from './conversions.ts'
import { newFigures } from './figures.ts'
import type { Figures } from './figures.ts'
import { inJourneyOrder } from './journey-order.ts'
import { lastTouchMs, stitchPaths } from './paths.ts'
import type { Path } from './paths.ts'

export interface Journey {
  readonly ordered: readonly AppliedEvent[]
  readonly sales: Sales
  readonly paths: readonly Path[]
}

export function readJourney(
  events: readonly AppliedEvent[],
  lapsed: boolean,
  settings: Settings,
): Journey {
  const ordered = inJourneyOrder(events)
  const sales = findSales(ordered, settings)
  return { ordered, sales, paths: stitchPaths(ordered, sales.conversions, settings, lapsed) }
}

/** f(set, lapsed). All events, of which there may be none, are of one person. */
export function figuresOf(
  events: readonly AppliedEvent[],
  lapsed: boolean,
  settings: Settings,
): Figures {
  if (events.length === 0) return newFigures()
  return figuresOfJourney(readJourney(events, lapsed, settings), settings)
}

/** f of a journey that has been read; it has an event. */
export function figuresOfJourney({ ordered, sales, paths }: Journey, settings: Settings): Figures {
  const figures = newFigures()
  bookPaths(figures, paths, ordered[0]!.userHash)
  bookCredits(figures, paths, settings)
  bookUnmatchedRefunds(figures, sales)
  bookLiveEvents(figures, ordered, settings)
  bookLiveOrders(figures, ordered, sales.conversions)
  bookActivity(figures, ordered)
  return figures
}

/** The last path lapses when stream time is past this; Infinity if that path has no touch. */
export function lapseTimeMs(events: readonly AppliedEvent[], settings: Settings): number {
  return lapseTimeOf(readJourney(events, false, settings), settings)
}

/** The same of a journey that has been read with its last path open. */
export function lapseTimeOf({ paths }: Journey, settings: Settings): number {
  const last = lastTouchMs(paths.at(-1)!)
  return last === undefined ? Number.POSITIVE_INFINITY : last + settings.inactivityGapMs
}
