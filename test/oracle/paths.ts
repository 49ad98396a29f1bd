// DESIGN section 4: touchpoints and paths of a journey, read once from front to end.
import type { Settings } from '../../src/core/settings.ts'
import type { AppliedEvent } from './admit.ts'
import type { Conversion } from './conversions.ts'

export interface Touchpoint {
  /** The time of its first touch. */
  readonly timeMs: number
  readonly channel: string
  readonly campaign: string
  lastTouchMs: number
}

export interface Path {
  readonly touchpoints: Touchpoint[]
  /** Every conversion up to the path's end, in journey order; a closing one is the last. */
  readonly conversions: Conversion[]
  end: 'converted' | 'lapsed' | 'open'
}

export function lastTouchMs(path: Path): number | undefined {
  return path.touchpoints.at(-1)?.lastTouchMs
}

/** The path's closing conversion; undefined when it lapsed or is open. */
export function closingConversion(path: Path): Conversion | undefined {
  return path.end === 'converted' ? path.conversions.at(-1) : undefined
}

/**
 * The paths of a journey. The last one is open, or lapsed if `lapsed` says that stream time ended
 * it; it may have no touchpoint, and then is no path: it books nothing.
 */
export function stitchPaths(
  ordered: readonly AppliedEvent[],
  conversions: readonly Conversion[],
  settings: Settings,
  lapsed: boolean,
): Path[] {
  const paths: Path[] = [newPath()]
  const current = (): Path => paths.at(-1)!
  const endCurrent = (end: 'converted' | 'lapsed'): void => {
    current().end = end
    paths.push(newPath())
  }
  const lapseIfQuiet = (timeMs: number): void => {
    const last = lastTouchMs(current())
    if (last !== undefined && timeMs - last > settings.inactivityGapMs) endCurrent('lapsed')
  }
  for (const event of ordered) {
    if (event.kind === 'touch') {
      lapseIfQuiet(event.timeMs)
      if (extendsTouchpoint(current(), event, settings)) {
        current().touchpoints.at(-1)!.lastTouchMs = event.timeMs
        continue
      }
      if (current().touchpoints.length >= settings.pathTouchpointsMax) endCurrent('lapsed')
      current().touchpoints.push(newTouchpoint(event))
      continue
    }
    const conversion = conversions.find((c) => c.event === event)
    if (!conversion) continue
    if (conversion.goal.closes) lapseIfQuiet(event.timeMs)
    current().conversions.push(conversion)
    if (conversion.goal.closes) endCurrent('converted')
  }
  if (lapsed && lastTouchMs(current()) !== undefined) current().end = 'lapsed'
  return paths
}

function newPath(): Path {
  return { touchpoints: [], conversions: [], end: 'open' }
}

function newTouchpoint(touch: AppliedEvent): Touchpoint {
  const { timeMs, channel, campaign } = touch
  return { timeMs, channel, campaign, lastTouchMs: timeMs }
}

function extendsTouchpoint(path: Path, touch: AppliedEvent, settings: Settings): boolean {
  const last = path.touchpoints.at(-1)
  return (
    last !== undefined &&
    last.channel === touch.channel &&
    last.campaign === touch.campaign &&
    touch.timeMs - last.lastTouchMs <= settings.touchpointGapMs
  )
}
