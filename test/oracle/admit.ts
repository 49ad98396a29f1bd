// DESIGN section 3, "Per record, in this order", steps 1 and 4 to 7: stream time, clamping, late,
// duplicate, overflow, and the mapping of dimensions beyond their cap to `(other)`. The oracle
// forgets nothing, so `overflow` counts every event a person ever had: it is right only for logs
// in which the persons that come near `journeyEventsMax` have forgotten nothing.
import type { Outcome } from '../../src/core/event.ts'
import type { Goal, Settings } from '../../src/core/settings.ts'
import { createDictionary } from './dictionary.ts'
import { goalOf, kindOf } from './journey-order.ts'
import type { Kind } from './journey-order.ts'
import { hashHex } from './log.ts'
import type { LogEvent, LogRecord } from './log.ts'

const CLAMP_MS = 5 * 60_000

/** An event as it was applied: clamped time, dimensions after the dictionary. */
export interface AppliedEvent extends LogEvent {
  /** First 8 bytes of SHA-256(event_id) as hexadecimal. */
  readonly id: string
  /** The action as sent: it decides what the event means; `action` may have become `(other)`. */
  readonly sentAction: string
  readonly kind: Kind
  /** The goal of a conversion. */
  readonly goal: Goal | undefined
}

export interface Admitted {
  readonly outcome: Outcome
  readonly reason: string
  /** Present when the outcome is `applied`. */
  readonly applied?: AppliedEvent
}

export interface Admission {
  /** Step 1; returns the stream time T. */
  advance(record: LogRecord): number
  /** Steps 3 to 7 for the record that has just advanced T. */
  admit(record: LogRecord): Admitted
  /** Every person's applied events, in the order of the log. */
  readonly persons: ReadonlyMap<string, readonly AppliedEvent[]>
}

export function createAdmission(settings: Settings): Admission {
  const persons = new Map<string, AppliedEvent[]>()
  const dictionary = createDictionary(settings.dimensionValuesMax)
  let streamTimeMs = Number.NEGATIVE_INFINITY

  const admitEvent = (event: LogEvent, recordTimeMs: number): Admitted => {
    const timeMs = event.timeMs > recordTimeMs + CLAMP_MS ? recordTimeMs : event.timeMs
    if (timeMs < streamTimeMs - settings.latenessMs) return { outcome: 'late', reason: '' }
    const id = hashHex(event.eventId, 8)
    const held = persons.get(event.userHash) ?? []
    const known = held.some((e) => e.id === id && e.timeMs >= streamTimeMs - settings.latenessMs)
    if (known) return { outcome: 'duplicate', reason: '' }
    const kind = kindOf(event.action, settings)
    const room = kind === 'conversion' || kind === 'refund' ? 2 : 1
    if (held.length >= settings.journeyEventsMax * room) return { outcome: 'overflow', reason: '' }
    const goal = kind === 'conversion' ? goalOf(event.action, settings) : undefined
    const mapped = dictionary.map(event)
    const applied = { id, sentAction: event.action, kind, goal, ...mapped, timeMs }
    persons.set(event.userHash, [...held, applied])
    return { outcome: 'applied', reason: '', applied }
  }

  return {
    persons,
    advance(record) {
      streamTimeMs = Math.max(streamTimeMs, record.timeMs)
      return streamTimeMs
    },
    admit(record) {
      if (record.kind === 'tick') return { outcome: 'tick', reason: '' }
      if (record.kind === 'rejected') return { outcome: 'rejected', reason: record.reason }
      return admitEvent(record.event, record.timeMs)
    },
  }
}
