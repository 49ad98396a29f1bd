// Wall-clock times of a zone -> UTC offsets, for CSV and Parquet times that carry no zone. Where a
// clock is set back, a time that occurs twice is the first; where it is set forward, a time that
// does not occur is taken with the offset before (Temporal's `compatible`). Offsets since 2000 are
// whole minutes.
import { TributaryError } from '../../ports/errors.ts'

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

/** Minutes east of UTC for a wall-clock time given as the epoch ms it would be in UTC. */
export type OffsetOfWall = (wallMs: number) => number

/** Throws TRIBUTARY_USAGE for a name that is no zone. */
export function offsetsOfZone(timeZone: string): OffsetOfWall {
  if (timeZone === 'UTC') return () => 0
  const offsetAt = offsetsOfInstants(timeZone)
  const days = new Map<number, number | null>()

  const exact: OffsetOfWall = (wallMs) => {
    const before = offsetAt(wallMs - DAY_MS)
    if (offsetAt(wallMs - before * MINUTE_MS) === before) return before
    const after = offsetAt(wallMs + DAY_MS)
    return offsetAt(wallMs - after * MINUTE_MS) === after ? after : before
  }

  /** The offset of a day far from any change of the clock; null: look closer. */
  const offsetOfDay = (day: number): number | null => {
    const offset = offsetAt(day * DAY_MS - DAY_MS)
    const noon = offsetAt(day * DAY_MS + DAY_MS / 2)
    return offset === noon && offset === offsetAt(day * DAY_MS + 2 * DAY_MS) ? offset : null
  }

  return (wallMs) => {
    const day = Math.floor(wallMs / DAY_MS)
    let offset = days.get(day)
    if (offset === undefined) {
      offset = offsetOfDay(day)
      days.set(day, offset)
    }
    return offset ?? exact(wallMs)
  }
}

/** Minutes east of UTC at an instant (epoch ms). */
function offsetsOfInstants(timeZone: string): (timeMs: number) => number {
  let format: Intl.DateTimeFormat
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'iso8601',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  } catch (error) {
    throw new TributaryError(
      'TRIBUTARY_USAGE',
      `--tz: ${JSON.stringify(timeZone)} is no time zone.`,
      {
        cause: error,
        hint: 'Use a name such as UTC, Europe/Berlin or America/New_York.',
      },
    )
  }
  return (timeMs) => {
    const part: Record<string, number> = {}
    for (const { type, value } of format.formatToParts(timeMs)) part[type] = Number(value)
    const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = part
    const wallMs = Date.UTC(year, month - 1, day, hour, minute, second)
    return Math.round((wallMs - timeMs) / MINUTE_MS)
  }
}
