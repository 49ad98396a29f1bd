// Other orders of arrival for the same applied set A (DESIGN section 1: same A, same final stream
// time, lapses worked off => same totals over booked hours).
import type { Settings } from '../../src/core/settings.ts'
import { createAdmission } from '../oracle/admit.ts'
import type { LogRecord } from '../oracle/log.ts'
import { createDraw, shuffled } from './moves.ts'

const DAY_MS = 24 * 3_600_000

/** The settings with every way out of A closed: nothing is late, refused or mapped to `(other)`. */
export function orderFreeSettings(settings: Settings): Settings {
  return {
    ...settings,
    latenessMs: 20_000 * DAY_MS,
    journeyEventsMax: 1_000_000,
    dimensionValuesMax: 1_000_000,
  }
}

/**
 * The log in another order of arrival, for `orderFreeSettings`: of copies of an id only the first
 * is kept, event times are kept, record times stay where they are in the log but never so far
 * behind their event that it would be clamped. Ends with ticks at one time that is the same for
 * every seed, past every lapse: two shuffles of one log have the same A and the same final stream
 * time.
 */
export function shuffleArrival(
  log: readonly LogRecord[],
  seed: number,
  settings: Settings,
): LogRecord[] {
  const kept = withoutCopies(log)
  const draw = createDraw(seed)
  let recordTimeMs = Number.NEGATIVE_INFINITY
  const records = shuffled(kept, draw).map((record, i): LogRecord => {
    const eventTimeMs = record.kind === 'event' ? record.event.timeMs : recordTimeMs
    recordTimeMs = Math.max(recordTimeMs, kept[i]!.timeMs, eventTimeMs)
    return { ...record, offset: i, timeMs: recordTimeMs }
  })
  const times = kept.map((r) => Math.max(r.timeMs, r.kind === 'event' ? r.event.timeMs : r.timeMs))
  const endMs = Math.max(0, ...times) + settings.inactivityGapMs + 1
  const ticks = [0, 1].map((i): LogRecord => {
    return { offset: records.length + i, timeMs: endMs, kind: 'tick' }
  })
  return [...records, ...ticks]
}

/**
 * The log in another order of arrival under its own settings, forgetting included: two events
 * change places, again and again, as long as the same set stays applied with the same times.
 * Record times and everything that is no event stay in place. Ends with ticks past every lapse, as
 * does seed 0, which keeps the order.
 */
export function shuffleWithinLateness(
  log: readonly LogRecord[],
  seed: number,
  settings: Settings,
): LogRecord[] {
  const draw = createDraw(seed)
  const wanted = appliedSet(log, settings)
  let current = [...log]
  const places = log.flatMap((record, i) => (record.kind === 'event' ? [i] : []))
  for (let swaps = seed === 0 || places.length < 2 ? 0 : 2 * places.length; swaps > 0; swaps--) {
    const at = draw(0, places.length - 1)
    const near = Math.max(0, Math.min(places.length - 1, at + draw(-6, 6)))
    const swapped = withSwappedEvents(current, places[at]!, places[near]!)
    if (appliedSet(swapped, settings) === wanted) current = swapped
  }
  const end = log.at(-1)
  if (!end) return []
  const lastMs = Math.max(...log.map((record) => record.timeMs)) + 5 * 60_000
  const timeMs = lastMs + settings.inactivityGapMs + 1
  return [
    ...current,
    { offset: end.offset + 1, timeMs, kind: 'tick' },
    { offset: end.offset + 2, timeMs, kind: 'tick' },
  ]
}

/** A as text: who, which id, which time, which content; and how often each outcome came. */
function appliedSet(log: readonly LogRecord[], settings: Settings): string {
  const admission = createAdmission(settings)
  const outcomes: string[] = []
  for (const record of log) {
    admission.advance(record)
    outcomes.push(admission.admit(record).outcome)
  }
  const applied = [...admission.persons.values()].flat().map((event) => JSON.stringify(event))
  return JSON.stringify([outcomes.toSorted(), applied.toSorted()])
}

function withSwappedEvents(log: readonly LogRecord[], i: number, j: number): LogRecord[] {
  const a = log[i]!
  const b = log[j]!
  if (a.kind !== 'event' || b.kind !== 'event') return [...log]
  return log.with(i, { ...a, event: b.event }).with(j, { ...b, event: a.event })
}

function withoutCopies(log: readonly LogRecord[]): LogRecord[] {
  const seen = new Set<string>()
  return log.filter((record) => {
    if (record.kind !== 'event') return true
    const key = JSON.stringify([record.event.userHash, record.event.eventId])
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}
