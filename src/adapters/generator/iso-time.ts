// Epoch milliseconds as ISO 8601 in UTC, some ten times as fast as Date, which otherwise would be
// half of the generator's time. Pure: it remembers texts of days, of which a log has few.

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** 00 to 59. */
const TWO_DIGITS = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'))
const two = (number: number): string => TWO_DIGITS[number] as string

const dayTexts = new Map<number, string>()

/** What `new Date(ms).toISOString()` gives, for whole ms of the years 1970 to 9999. */
export function isoTime(ms: number): string {
  const day = Math.floor(ms / DAY)
  const rest = ms - day * DAY
  const millisecond = rest % 1000
  const zeros = millisecond < 10 ? '00' : millisecond < 100 ? '0' : ''
  const hours = two(Math.floor(rest / HOUR))
  const minutes = two(Math.floor(rest / MINUTE) % 60)
  const seconds = two(Math.floor(rest / 1000) % 60)
  return `${dayText(day)}${hours}:${minutes}:${seconds}.${zeros}${millisecond}Z`
}

/** `2026-10-05T`. */
function dayText(day: number): string {
  let text = dayTexts.get(day)
  if (text === undefined) {
    text = new Date(day * DAY).toISOString().slice(0, 11)
    dayTexts.set(day, text)
  }
  return text
}
