// The range of a report. The ledger keeps conversions by the hour, so its ends are days or hours in
// UTC, and the end that is named belongs to the range: `--to 2026-11-30` takes all of that day.
import { InvalidArgumentError } from '@commander-js/extra-typings'

/** A named day or hour, as `YYYY-MM-DD hh:00:00`: its begin, and where the next one begins. */
export interface Span {
  readonly begin: string
  readonly after: string
}

const HOUR_MS = 3_600_000
/** What a DateTime of ClickHouse holds in whole years; 9999-12-31 is not among it. */
const [YEAR_MIN, YEAR_MAX] = [1970, 2105]
const SPAN = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d)(?::00(?::00)?)?Z?)?$/

/** Of `2026-11-13`, `2026-11-13T18` or `2026-11-13 18:00`. Throws InvalidArgumentError. */
export function toSpan(text: string): Span {
  const [, year, month, day, hour] = SPAN.exec(text) ?? []
  const beginMs = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour ?? 0))
  const begin = Number.isNaN(beginMs) ? '' : hourText(beginMs)
  const isHeld = Number(year) >= YEAR_MIN && Number(year) <= YEAR_MAX
  // A day that there is not becomes another one.
  if (!begin.startsWith(`${year}-${month}-${day} ${hour ?? '00'}`) || !isHeld) {
    throw new InvalidArgumentError(
      `Expected a day or a full hour of ${YEAR_MIN} to ${YEAR_MAX}, in UTC: 2026-11-13T18.`,
    )
  }
  return { begin, after: hourText(beginMs + (hour === undefined ? 24 : 1) * HOUR_MS) }
}

const hourText = (timeMs: number): string =>
  new Date(timeMs).toISOString().replace('T', ' ').slice(0, 19)
