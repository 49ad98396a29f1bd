// What the parts of the graph are read from: one decoded journey with its anatomy and its names,
// and what may be missing at its front.
import { Anatomy } from '../anatomy.ts'
import { CHANNEL } from '../dictionary.ts'
import type { Dictionary } from '../dictionary.ts'
import { reachMs } from '../forget.ts'
import { Goals } from '../goals.ts'
import { PATH_LAPSED } from '../journey-layout.ts'
import type { Journey } from '../journey.ts'
import type { Settings } from '../settings.ts'
import type { Forgotten } from './journey-graph.ts'

export interface GraphContext {
  readonly settings: Settings
  readonly dictionary: Dictionary
  readonly streamTimeMs: number
}

export interface Reading extends GraphContext {
  readonly journey: Journey
  readonly goals: Goals
  readonly anatomy: Anatomy
  readonly forgotten: Forgotten
  readonly isDirect: (channel: number) => boolean
}

/**
 * Events that ended paths are forgotten when they are older than this, unless an order keeps them.
 */
export const forgettingMs = ({ settings, streamTimeMs }: GraphContext): number =>
  streamTimeMs - settings.latenessMs - reachMs(settings)

export function readJourney(journey: Journey, context: GraphContext): Reading {
  const { settings, dictionary, streamTimeMs } = context
  const goals = new Goals(settings, dictionary)
  // A settled lapse stands while the last touch is the one it was settled with.
  const lapsedThroughMs = journey.pathState === PATH_LAPSED ? journey.lastTouchMs : 0
  const direct = new Set(settings.directChannels.map((name) => dictionary.find(CHANNEL, name)))
  return {
    settings,
    dictionary,
    streamTimeMs,
    journey,
    goals,
    anatomy: new Anatomy(journey, goals, settings, lapsedThroughMs),
    forgotten: forgottenOf(journey, context),
    isDirect: (channel) => direct.has(channel),
  }
}

/** What is held comes after what has been forgotten, and only what was old enough has been. */
function forgottenOf(journey: Journey, context: GraphContext): Forgotten {
  const { forgottenEvents: events, forgottenPaths: paths } = journey
  if (events === 0) return { events, paths, untilMs: 0 }
  const firstHeldMs = journey.count > 0 ? journey.timeMs[0]! : context.streamTimeMs
  return { events, paths, untilMs: Math.min(firstHeldMs, forgettingMs(context)) }
}
