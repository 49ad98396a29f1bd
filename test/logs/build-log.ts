// Turns moves into a log: what each record is, and how it refers to the records before it.
import { REJECTION_REASONS } from '../../src/core/event.ts'
import { DEFAULT_SETTINGS, HEARTBEAT_ACTION, REFUND_ACTION } from '../../src/core/settings.ts'
import type { Settings } from '../../src/core/settings.ts'
import { goalOf } from '../oracle/journey-order.ts'
import type { LogEvent, LogRecord } from '../oracle/log.ts'
import {
  chooseContent,
  chooseConversion,
  chooseRefund,
  chooseTouchAction,
} from './choose-content.ts'
import { START_MS, chooseEventTime, chooseRecordTime, chooseRefundTime } from './choose-times.ts'
import type { TimeContext } from './choose-times.ts'
import { createDraw, drawMoves, pick, pickWeighted } from './moves.ts'
import type { Move } from './moves.ts'

export interface LogOptions {
  /** Times sit on the edges of these settings; default: the default settings. */
  readonly settings?: Settings
  /** Number of records, both ends included; default 5..200, mostly below 60. */
  readonly records?: { readonly min: number; readonly max: number }
  /** At most so many persons; default 8. */
  readonly persons?: number
  /** Ticks appended, one inactivity gap and a bit apart; default 0. */
  readonly endTicks?: number
}

const KINDS = [
  [58, 'touch'],
  [4, 'heartbeat'],
  [14, 'purchase'],
  [6, 'other goal'],
  [12, 'refund'],
  [6, 'copy'],
  [3, 'tick'],
  [2, 'rejected'],
] as const

/** A log of the seed; the same for the same seed, options and version of this file. */
export function generateLog(seed: number, options: LogOptions = {}): LogRecord[] {
  const draw = createDraw(seed)
  const { min, max } = options.records ?? { min: 5, max: draw(0, 9) === 0 ? 200 : 60 }
  const personsMax = options.persons ?? 8
  const persons = Math.min(draw(1, personsMax), draw(1, personsMax))
  return buildLog(drawMoves(draw, draw(min, max)), { ...options, persons })
}

export function buildLog(moves: readonly Move[], options: LogOptions = {}): LogRecord[] {
  const settings = options.settings ?? DEFAULT_SETTINGS
  const log: LogRecord[] = []
  let recordTimeMs = START_MS
  let streamTimeMs = START_MS
  for (const move of moves) {
    const userHash = `person-${move.person % (options.persons ?? 8)}`
    const anchors = eventsOf(log, userHash).map((e) => e.timeMs)
    const context = { settings, anchors, recordTimeMs, streamTimeMs }
    recordTimeMs = chooseRecordTime(context, move)
    streamTimeMs = Math.max(streamTimeMs, recordTimeMs)
    // Kafka leaves gaps between offsets (transaction markers, compaction).
    const offset =
      log.length === 0 ? move.detail % 3 : log.at(-1)!.offset + (move.sale % 19 === 18 ? 3 : 1)
    const timeMs = recordTimeMs
    const kind = pickWeighted(KINDS, move.what)
    if (kind === 'tick') {
      log.push({ offset, timeMs, kind: 'tick' })
    } else if (kind === 'rejected') {
      log.push({ offset, timeMs, kind: 'rejected', reason: pick(REJECTION_REASONS, move.detail) })
    } else {
      const now = { ...context, recordTimeMs, streamTimeMs }
      log.push({
        offset,
        timeMs,
        kind: 'event',
        event: buildEvent({ kind, move, now, userHash, log }),
      })
    }
  }
  appendTicks(log, options.endTicks ?? 0, streamTimeMs + settings.inactivityGapMs)
  return log
}

function appendTicks(log: LogRecord[], count: number, fromMs: number): void {
  for (let i = 1; i <= count; i++) {
    log.push({ offset: (log.at(-1)?.offset ?? -1) + 1, timeMs: fromMs + i * 360_000, kind: 'tick' })
  }
}

interface EventPlan {
  readonly kind: 'touch' | 'heartbeat' | 'purchase' | 'other goal' | 'refund' | 'copy'
  readonly move: Move
  readonly now: TimeContext
  readonly userHash: string
  readonly log: readonly LogRecord[]
}

function buildEvent({ kind, move, now, userHash, log }: EventPlan): LogEvent {
  const eventId = `event-${log.length}`
  const { settings } = now
  const timeMs = chooseEventTime(now, move)
  const own = eventsOf(log, userHash)
  const manyValues = settings.dimensionValuesMax < 100
  const base = (action: string): LogEvent => {
    const content = chooseContent(action, move, { manyValues, previous: own.at(-1) })
    return Object.assign(content, { eventId, userHash, timeMs })
  }
  switch (kind) {
    case 'heartbeat':
      return base(HEARTBEAT_ACTION)
    case 'purchase':
    case 'other goal': {
      const action = conversionAction(kind === 'purchase', move, settings)
      return { ...base(action), ...chooseConversion(move, { userHash, action, settings }) }
    }
    case 'refund': {
      const sold = own.filter((e) => goalOf(e.action, settings)?.closes && e.transactionId !== '')
      if (sold.length === 0 && move.detail % 4 > 0) return base(chooseTouchAction(move))
      const order = sold.length > 0 ? pick(sold.slice(-3), move.sale) : undefined
      const refund = { ...base(REFUND_ACTION), ...chooseRefund(move, order) }
      return order ? { ...refund, timeMs: chooseRefundTime(now, move, order.timeMs) } : refund
    }
    case 'copy':
      return copyOf(log, move, { userHash, timeMs }) ?? base(chooseTouchAction(move))
    case 'touch':
      return base(chooseTouchAction(move))
  }
}

function conversionAction(purchase: boolean, move: Move, settings: Settings): string {
  const actions = settings.goals
    .filter((goal) => (goal.name === 'purchase') === purchase)
    .flatMap((goal) => goal.actions)
  return pick(actions, move.about)
}

/**
 * An earlier event again: byte for byte, with another time, with another content, or its id used by
 * another person (which is no duplicate).
 */
function copyOf(
  log: readonly LogRecord[],
  move: Move,
  fresh: { userHash: string; timeMs: number },
): LogEvent | undefined {
  const recent = log.slice(-15).flatMap((record) => (record.kind === 'event' ? [record.event] : []))
  if (recent.length === 0) return undefined
  const original = pick(recent, move.detail)
  const { timeMs, userHash } = fresh
  switch (move.sale % 4) {
    case 0:
      return original
    case 1:
      return { ...original, timeMs }
    case 2:
      return { ...original, channel: 'email', campaign: 'copied' }
    default:
      return { ...original, timeMs, userHash }
  }
}

/** The person's last events, whatever became of them. */
function eventsOf(log: readonly LogRecord[], userHash: string): LogEvent[] {
  const events: LogEvent[] = []
  for (let i = log.length - 1; i >= 0 && events.length < 20; i--) {
    const record = log[i]!
    if (record.kind === 'event' && record.event.userHash === userHash) events.unshift(record.event)
  }
  return events
}
