// Paths with how they ended and why, and the steps along them.
import { ENDED_CONVERTED, ENDED_OPEN } from '../anatomy.ts'
import type { Path } from '../anatomy.ts'
import { isTouch } from '../journey.ts'
import { formatTime } from '../utc.ts'
import { conversionId } from './conversions.ts'
import type { PathNode, Step } from './journey-graph.ts'
import type { Reading } from './reading.ts'
import { spanText } from './span-text.ts'
import { touchpointId } from './touchpoints.ts'
import type { PlacedTouchpoint } from './touchpoints.ts'

export function pathNodes(reading: Reading, placed: readonly PlacedTouchpoint[]): PathNode[] {
  const { paths, conversions } = reading.anatomy
  return paths.map((path, number) => {
    const firstEvent = number === 0 ? 0 : paths[number - 1]!.lastEvent + 1
    const touchpoints = placed
      .slice(path.from, path.to)
      .map(({ node, at }) => ({ id: node.id, at }))
    const made = conversions.map(({ at }, c) => ({ id: conversionId(c), at }))
    const inside = made.filter(({ at }) => at >= firstEvent && at <= path.lastEvent)
    const nodes = [...touchpoints, ...inside].sort((a, b) => a.at - b.at).map(({ id }) => id)
    return { ...endOf(reading, path, placed), nodes }
  })
}

function endOf(
  reading: Reading,
  path: Path,
  placed: readonly PlacedTouchpoint[],
): Pick<PathNode, 'end' | 'why'> {
  if (path.end === ENDED_CONVERTED) {
    return { end: 'converted', why: `ended by ${conversionId(path.conversion)}` }
  }
  const { inactivityGapMs } = reading.settings
  const lastTouchMs = placed[path.to - 1]!.node.lastTouchMs
  if (path.end === ENDED_OPEN) {
    const lapseMs = lastTouchMs + inactivityGapMs
    const isDue = reading.streamTimeMs > lapseMs
    const why = isDue
      ? `due to lapse since ${formatTime(lapseMs)}: the next records settle it`
      : `lapses without a touch until ${formatTime(lapseMs)}`
    return { end: 'open', why }
  }
  return { end: 'lapsed', why: lapseOf(reading, path, lastTouchMs) }
}

/** A lapsed path ends just before the touch or closing conversion that follows, if one does. */
function lapseOf({ journey, anatomy, settings }: Reading, path: Path, lastTouchMs: number): string {
  const gap = spanText(settings.inactivityGapMs)
  if (path === anatomy.paths.at(-1)) return `no touch for more than ${gap}`
  const next = path.lastEvent + 1
  const waited = journey.timeMs[next]! - lastTouchMs
  if (waited <= settings.inactivityGapMs) {
    return `cut at ${settings.pathTouchpointsMax} touchpoints`
  }
  const what = isTouch(journey.kindAction[next]!) ? 'touch' : 'conversion'
  return `the next ${what} came ${spanText(waited)} after its last touch, more than ${gap}`
}

/**
 * Steps between the nodes of each path; what does not close the path hangs off its last
 * touchpoint.
 */
export function pathSteps(reading: Reading, placed: readonly PlacedTouchpoint[]): Step[] {
  const { anatomy, goals } = reading
  const steps: Step[] = []
  for (const path of anatomy.paths) {
    for (let i = path.from + 1; i < path.to; i++) {
      const delayMs = anatomy.touchpointMs[i]! - anatomy.touchpointMs[i - 1]!
      const [from, to] = [touchpointId(i - 1), touchpointId(i)]
      steps.push({ from, to, delayMs, isTransition: true })
    }
  }
  anatomy.conversions.forEach((conversion, c) => {
    const path = anatomy.paths.find(({ lastEvent }) => conversion.at <= lastEvent)
    if (path === undefined) return
    const before = placed.findLastIndex(
      ({ at }, i) => i >= path.from && i < path.to && at < conversion.at,
    )
    if (before < 0) return
    steps.push({
      from: touchpointId(before),
      to: conversionId(c),
      delayMs: conversion.timeMs - anatomy.touchpointMs[before]!,
      isTransition: goals.closes[conversion.goal]!,
    })
  })
  return steps
}
