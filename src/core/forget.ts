// Forgetting by whole paths, front first: what is dropped can no longer change any number, because
// no event that is still accepted can reach it (DESIGN section 4, "Forgetting").
import type { Anatomy } from './anatomy.ts'
import { ENDED_OPEN } from './anatomy.ts'
import { POST_LIVE_MS } from './anatomy.ts'
import { MADE_BIT, USED_BIT } from './journey-layout.ts'
import type { Journey } from './journey.ts'
import { extensionAt } from './event-extension.ts'
import type { Group } from './transaction-groups.ts'
import type { Settings } from './settings.ts'

/** How far back an event can matter to one that is still accepted. */
export const reachMs = (settings: Settings): number =>
  Math.max(settings.lookbackMs, settings.inactivityGapMs, POST_LIVE_MS)

/** Events at the front that can be forgotten together, once stream time is beyond `atMs`. */
export interface Front {
  readonly events: number
  readonly isPath: boolean
  readonly atMs: number
}

/**
 * The front of the journey: its first path, if that has ended, or, where no path is left, its first
 * event. Null while the first path is open.
 */
export function frontOf(journey: Journey, anatomy: Anatomy, settings: Settings): Front | null {
  const path = anatomy.paths[0]
  if (path?.end === ENDED_OPEN || journey.count === 0) return null
  const lastEvent = path?.lastEvent ?? 0
  const reached = journey.timeMs[lastEvent]! + reachMs(settings)
  let keptUntil = reached
  for (const group of anatomy.groups) {
    if (!isTransaction(group) || group.firstMs > reached) continue
    keptUntil = Math.max(keptUntil, deadAt(journey, group, settings))
  }
  return {
    events: lastEvent + 1,
    isPath: path !== undefined,
    atMs: keptUntil + settings.latenessMs,
  }
}

/** Drops the front, marking what is left of transactions that it held a part of. */
export function dropFront(journey: Journey, anatomy: Anatomy, front: Front): void {
  for (const group of anatomy.groups) {
    if (group.members[0]! >= front.events) continue
    for (const at of group.members) {
      if (at < front.events) continue
      const flags = extensionAt(journey, at) + 3
      journey.extensions[flags]! |= at === group.maker ? USED_BIT | MADE_BIT : USED_BIT
    }
  }
  journey.dropFront(front.events)
  if (front.isPath) journey.forgottenPaths++
}

const isTransaction = (group: Group): boolean =>
  group.transactionHi !== 0 || group.transactionLo !== 0

/** Until T - lateness passes this, a new event can still join the transaction or refund it. */
function deadAt(journey: Journey, group: Group, settings: Settings): number {
  const made = group.maker < 0 ? group.firstMs : journey.timeMs[group.maker]!
  return Math.max(group.firstMs, made) + settings.transactionWindowMs
}
