// Touchpoints with the touches they are runs of. Which touch begins one is the anatomy's decision;
// here it is only found again: two touchpoints of one time and one (channel, campaign) never
// follow each other.
import { ACTION, CAMPAIGN, CHANNEL, LIVE, NO_VALUE } from '../dictionary.ts'
import { actionOf, highHalf, isTouch, lowHalf } from '../journey.ts'
import type { TouchpointNode } from './journey-graph.ts'
import type { Reading } from './reading.ts'

export interface PlacedTouchpoint {
  readonly node: TouchpointNode
  /** Position of its first touch. */
  readonly at: number
}

export const touchpointId = (number: number): string => `t${number + 1}`

export function placeTouchpoints(reading: Reading): PlacedTouchpoint[] {
  const { journey, anatomy } = reading
  const runs: number[][] = []
  for (let at = 0; at < journey.count; at++) {
    if (!isTouch(journey.kindAction[at]!)) continue
    const next = runs.length
    const begins =
      anatomy.touchpointMs[next] === journey.timeMs[at] &&
      anatomy.touchpointKey[next] === journey.channelCampaign[at]
    if (begins) runs.push([at])
    else runs.at(-1)!.push(at)
  }
  if (runs.length !== anatomy.touchpointMs.length) {
    throw new Error('the touches of the journey make other touchpoints than its anatomy says')
  }
  return runs.map((touches, number) => ({
    node: touchpointNode(reading, number, touches),
    at: touches[0]!,
  }))
}

function touchpointNode(
  { journey, anatomy, dictionary }: Reading,
  number: number,
  touches: readonly number[],
): TouchpointNode {
  const key = anatomy.touchpointKey[number]!
  const actions = new Map<string, number>()
  const liveEvents = new Set<string>()
  for (const at of touches) {
    const action = dictionary.name(ACTION, actionOf(journey.kindAction[at]!))
    actions.set(action, (actions.get(action) ?? 0) + 1)
    const live = lowHalf(journey.liveVariant[at]!)
    if (live !== NO_VALUE) liveEvents.add(dictionary.name(LIVE, live))
  }
  return {
    id: touchpointId(number),
    channel: dictionary.name(CHANNEL, lowHalf(key)),
    campaign: dictionary.name(CAMPAIGN, highHalf(key)),
    firstTouchMs: anatomy.touchpointMs[number]!,
    lastTouchMs: journey.timeMs[touches.at(-1)!]!,
    touches: touches.length,
    actions: [...actions].map(([action, count]) => ({ action, count })),
    liveEvents: [...liveEvents],
  }
}
