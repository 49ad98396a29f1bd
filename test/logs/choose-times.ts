// Times of generated records. They sit on the edges on purpose: exactly at a gap, a window or a
// limit of the settings, one millisecond before it and one after, measured from an earlier event
// of the person.
import type { Settings } from '../../src/core/settings.ts'
import { pick, pickWeighted } from './moves.ts'
import type { Move } from './moves.ts'

export const START_MS = Date.UTC(2026, 0, 5, 10, 30)
const CLAMP_MS = 5 * 60_000
const POST_LIVE_MS = 72 * 3_600_000
/** Edges further away than this are not looked for, and no event is older than the year 2001. */
const AGE_MS_MAX = 300 * 24 * 3_600_000
const EVENT_MS_MIN = Date.UTC(2001, 0, 1)

/** What the log knows so far when a time is chosen. */
export interface TimeContext {
  readonly settings: Settings
  /** Times of the person's earlier events, the latest record last. */
  readonly anchors: readonly number[]
  readonly recordTimeMs: number
  readonly streamTimeMs: number
}

/** The durations at which something changes. */
function edges(settings: Settings): number[] {
  const { touchpointGapMs, inactivityGapMs, lookbackMs, transactionWindowMs } = settings
  const durations = [touchpointGapMs, inactivityGapMs, lookbackMs, transactionWindowMs]
  const all = [...durations, settings.latenessMs, POST_LIVE_MS, 60_000, touchpointGapMs]
  return [0, ...all.map((durationMs) => Math.min(durationMs, AGE_MS_MAX))]
}

/** A duration of the settings, or one millisecond beside it. */
function edge(settings: Settings, number: number): number {
  const list = edges(settings)
  return pick(list, number) + pick([0, 1, -1], Math.floor(number / list.length))
}

/** The record time of the next record; may step back, as on a topic with producers' times. */
export function chooseRecordTime(context: TimeContext, move: Move): number {
  const { settings, anchors, recordTimeMs } = context
  const { touchpointGapMs, inactivityGapMs, transactionWindowMs } = settings
  const share = (1 + (move.detail % 100)) / 100
  const ahead = (durationMs: number): number => recordTimeMs + Math.ceil(durationMs * share)
  const style = pickWeighted(
    [
      [40, 'minutes'],
      [15, 'gap'],
      [10, 'same'],
      [14, 'hours'],
      [9, 'edge'],
      [4, 'days'],
      [3, 'lapse'],
      [1, 'forget'],
      [3, 'back'],
    ] as const,
    move.pace,
  )
  switch (style) {
    case 'same':
      return recordTimeMs
    case 'minutes':
      return ahead(Math.max(touchpointGapMs, 60_000) / 2)
    case 'gap':
      return ahead(touchpointGapMs * 3)
    case 'hours':
      return ahead(inactivityGapMs / 20)
    case 'days':
      return ahead(inactivityGapMs / 2)
    case 'lapse':
      return ahead(inactivityGapMs * 2)
    case 'forget':
      return ahead(inactivityGapMs * 4 + transactionWindowMs + AGE_MS_MAX / 5)
    case 'back':
      return recordTimeMs - (move.detail % 600) * 1000
    case 'edge': {
      const anchor = pick(anchors.length > 0 ? anchors : [recordTimeMs], move.detail)
      const edgeMs = anchor + edge(settings, Math.floor(move.detail / 7))
      return Math.max(edgeMs, recordTimeMs)
    }
  }
}

export function chooseEventTime(context: TimeContext, move: Move): number {
  return Math.max(EVENT_MS_MIN, eventTime(context, move))
}

/** The time of a refund of an order: in its window, on its edges, or any time. */
export function chooseRefundTime(context: TimeContext, move: Move, orderTimeMs: number): number {
  const windowMs = Math.min(context.settings.transactionWindowMs, AGE_MS_MAX)
  const share = (1 + (move.detail % 100)) / 100
  const afterMs = pick(
    [Math.floor(windowMs * share), windowMs, windowMs + 1, 0, 60_000, 60_000, undefined],
    move.about,
  )
  const timeMs = orderTimeMs + (afterMs ?? Number.POSITIVE_INFINITY)
  return timeMs <= context.recordTimeMs ? timeMs : chooseEventTime(context, move)
}

/** Mostly now, else late, too late, on an edge, or ahead of its record. */
function eventTime(context: TimeContext, move: Move): number {
  const { settings, anchors, recordTimeMs, streamTimeMs } = context
  const share = (1 + (move.detail % 100)) / 100
  const lateness = Math.min(settings.latenessMs, AGE_MS_MAX)
  const style = pickWeighted(
    [
      [45, 'now'],
      [10, 'recent'],
      [15, 'late'],
      [3, 'at lateness'],
      [1, 'too late'],
      [3, 'ahead'],
      [6, 'same'],
      [15, 'edge'],
    ] as const,
    move.age,
  )
  switch (style) {
    case 'now':
      return recordTimeMs
    case 'recent':
      return recordTimeMs - Math.floor(settings.touchpointGapMs * 2 * share)
    case 'late':
      return streamTimeMs - Math.floor(lateness * share)
    case 'at lateness':
      return streamTimeMs - lateness + pick([0, 1, -1], move.detail)
    case 'too late':
      return streamTimeMs - lateness - Math.ceil(lateness * share)
    case 'ahead':
      return recordTimeMs + CLAMP_MS + pick([0, 1, -1, 86_400_000], move.detail)
    case 'same':
      return pick(anchors.length > 0 ? anchors : [recordTimeMs], move.detail)
    case 'edge': {
      const anchor = pick(anchors.length > 0 ? anchors : [recordTimeMs], move.detail)
      const sign = move.detail % 2 === 0 ? 1 : -1
      const edgeMs = anchor + sign * edge(settings, Math.floor(move.detail / 11))
      return edgeMs > recordTimeMs + CLAMP_MS ? recordTimeMs : edgeMs
    }
  }
}
