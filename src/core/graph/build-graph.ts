// From a decoded journey to its graph. Pure; nothing is decided here that the core has not decided
// in its anatomy.
import { KIND_OTHER } from '../journey-layout.ts'
import { isTouch, kindOf } from '../journey.ts'
import type { Journey } from '../journey.ts'
import { conversionNodes, spareEvents } from './conversions.ts'
import type { JourneyGraph } from './journey-graph.ts'
import { pathNodes, pathSteps } from './paths.ts'
import { readJourney } from './reading.ts'
import type { GraphContext } from './reading.ts'
import { refundNodes } from './refunds.ts'
import { spanText } from './span-text.ts'
import { placeTouchpoints } from './touchpoints.ts'

/** The graph of a journey as it stands at the context's stream time. */
export function buildGraph(journey: Journey, context: GraphContext): JourneyGraph {
  const reading = readJourney(journey, context)
  const placed = placeTouchpoints(reading)
  return {
    streamTimeMs: context.streamTimeMs,
    forgotten: reading.forgotten,
    candidateRule: candidateRule(context),
    touchpoints: placed.map(({ node }) => node),
    conversions: conversionNodes(reading),
    steps: pathSteps(reading, placed),
    paths: pathNodes(reading, placed),
    refunds: refundNodes(reading),
    spares: spareEvents(reading),
    eventsHeld: journey.count,
    otherEvents: otherEvents(journey),
  }
}

function candidateRule({ settings }: GraphContext): string {
  const of = settings.creditScope === 'path' ? 'of its own path only' : 'of earlier paths too'
  return `goes to touchpoints begun at most ${spanText(settings.lookbackMs)} before the conversion, ${of}.`
}

function otherEvents(journey: Journey): number {
  let count = 0
  for (let at = 0; at < journey.count; at++) {
    const kindAction = journey.kindAction[at]!
    if (kindOf(kindAction) === KIND_OTHER && !isTouch(kindAction)) count++
  }
  return count
}
