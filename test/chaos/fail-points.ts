// Where workers are killed: the fail-points of the proof, each with the points of the protocol that
// it stands for. One of them lies outside of the worker: its commit has been applied, and the
// answer is lost on the way (test/services/proxy.ts).
import type { ProbePoint } from '../../src/ports/clock.ts'
import type { Draw } from '../logs/moves.ts'

export const REPLY_LOST = 'commit applied, reply lost'

export const FAIL_POINTS = {
  fetch: ['read', 'read-done'],
  classify: ['judge', 'judged'],
  'dead letters': ['dead-letters', 'dead-letters-sent'],
  'commit sent': ['commit', 'commit-sent', 'committed'],
  [REPLY_LOST]: [],
  'flush snapshot': ['snapshot'],
  'insert sent': ['insert', 'insert-sent'],
  'insert landed': ['inserted'],
  'dirty clear': ['cleared', 'claimed'],
  verify: ['verify', 'verified'],
  forget: ['forget', 'forgotten'],
  acquire: ['acquire', 'owned', 'acquired'],
  'before the first read': ['seek'],
  rebalance: ['assign', 'assigned'],
  'graceful stop': ['stop', 'drained', 'flushed', 'left'],
} as const satisfies Record<string, readonly ProbePoint[]>

export type FailPoint = keyof typeof FAIL_POINTS
export const FAIL_POINT_NAMES = Object.keys(FAIL_POINTS) as FailPoint[]

/** One kill that is planned. */
export interface Kill {
  readonly at: FailPoint
  /** '': the fail-point lies outside of the worker. */
  readonly point: ProbePoint | ''
  /** The worker dies when it comes by for the so-manyth time. */
  readonly passing: number
  /** So long after it has come by, ms: then a request is on its way, or was just answered. */
  readonly lingerMs: number
}

/** Passed a few times per acquire only: a worker that is killed at a later one may live long. */
const RARE = new Set<FailPoint>(['acquire', 'before the first read', 'rebalance', 'graceful stop'])
const LINGER_MS_MAX = 25

export function planKill(at: FailPoint, draw: Draw): Kill {
  const points: readonly ProbePoint[] = FAIL_POINTS[at]
  const point = points.length === 0 ? '' : points[draw(0, points.length - 1)]!
  const passing = at === 'graceful stop' ? 1 : draw(1, RARE.has(at) ? 3 : 8)
  const lingerMs = point.endsWith('-sent') ? draw(0, LINGER_MS_MAX) : 0
  return { at, point, passing, lingerMs }
}
