// Six weeks of the shop: every hour has visits, more in the evening and towards the end; two
// Fridays have a live show, a small one in week three and the main one in week six, three days
// before the end. The timeline is a list of slots; each carries its share of all records.

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const DAYS = 42

export interface Show {
  /** `live-2026-11-13`. */
  readonly id: string
  readonly startMs: number
  readonly endMs: number
  /** Products are offered cheaper from these minutes on, for DROP_MINUTES. */
  readonly dropMinutes: readonly number[]
}

export const DROP_MINUTES = 4

/** A stretch of time and where the running number of records should stand at its end. */
export interface Slot {
  readonly startMs: number
  readonly lengthMs: number
  readonly recordsUntil: number
  /** The show whose viewers join in this slot; null: visits of the shop. */
  readonly show: Show | null
}

/** Visits by the hour of the day (UTC). */
const HOUR_WEIGHTS = [3, 2, 1, 1, 1, 2, 4, 6, 7, 8, 8, 9, 10, 9, 8, 8, 9, 11, 13, 15, 16, 14, 9, 5]
/** Viewers who join, per five minutes from five minutes before the show on. */
const JOIN_WEIGHTS = [6, 14, 20, 16, 18, 12, 10, 9, 12, 8, 7, 6, 8, 4, 2, 1]
const SHOW_MINUTES = (JOIN_WEIGHTS.length - 1) * 5

/** Shows: day of the story, and per cent of all records. */
const SHOWS = [
  { day: 18, percent: 7, dropMinutes: [20, 50] },
  { day: 39, percent: 40, dropMinutes: [15, 40, 60] },
]

interface WeightedSlot extends Omit<Slot, 'recordsUntil'> {
  readonly weight: number
}

/** The slots in order of time, for `events` records in all. */
export function createTimeline(startMs: number, events: number): Slot[] {
  const hours = hourSlots(startMs)
  const hoursWeight = sum(hours)
  const hoursPercent = 100 - SHOWS.reduce((total, { percent }) => total + percent, 0)
  const shows = SHOWS.flatMap(({ day, percent, dropMinutes }) => {
    const beginMs = startMs + day * DAY + 18 * HOUR
    const id = `live-${new Date(beginMs).toISOString().slice(0, 10)}`
    const endMs = beginMs + SHOW_MINUTES * MINUTE
    return joinSlots(
      { id, startMs: beginMs, endMs, dropMinutes },
      (hoursWeight * percent) / hoursPercent,
    )
  })
  const slots = [...hours, ...shows].sort((a, b) => a.startMs - b.startMs)
  const total = sum(slots)
  let weight = 0
  return slots.map((slot) => {
    weight += slot.weight
    const recordsUntil = slot === slots.at(-1) ? events : Math.floor((events * weight) / total)
    return { startMs: slot.startMs, lengthMs: slot.lengthMs, show: slot.show, recordsUntil }
  })
}

function hourSlots(startMs: number): WeightedSlot[] {
  return Array.from({ length: DAYS * 24 }, (_, hour) => ({
    startMs: startMs + hour * HOUR,
    lengthMs: HOUR,
    // Twice as busy at the end as at the beginning.
    weight: (HOUR_WEIGHTS[hour % 24] ?? 1) * (DAYS + Math.floor(hour / 24)),
    show: null,
  }))
}

function joinSlots(show: Show, weight: number): WeightedSlot[] {
  const total = JOIN_WEIGHTS.reduce((all, each) => all + each * 5, 0)
  return Array.from({ length: JOIN_WEIGHTS.length * 5 }, (_, minute) => ({
    startMs: show.startMs + (minute - 5) * MINUTE,
    lengthMs: MINUTE,
    weight: (weight * (JOIN_WEIGHTS[Math.floor(minute / 5)] ?? 0)) / total,
    show,
  }))
}

function sum(slots: readonly WeightedSlot[]): number {
  return slots.reduce((total, { weight }) => total + weight, 0)
}
