// Event times: ISO 8601 with zone, or epoch milliseconds. Read by hand, because Date.parse accepts
// more than the contract (24:00, other forms, missing zones) and is slower. Days from the calendar
// date after Howard Hinnant, "chrono-compatible low-level date algorithms" (days_from_civil).
// DETAILS, "Records", Timestamps.

/** 2000-01-01T00:00:00Z, the first accepted time. */
export const TIME_MS_MIN = 946_684_800_000
/** 2100-01-01T00:00:00Z, the first time no longer accepted. */
export const TIME_MS_END = 4_102_444_800_000

const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const
/**
 * Days before 0000-03-01 of the proleptic Gregorian calendar are counted from here to 1970-01-01.
 */
const EPOCH_DAYS = 719_468

/** Two digits at `i` as a number; anything else is at least 100. */
const pair = (text: string, i: number): number => {
  const tens = text.charCodeAt(i) - 0x30
  const ones = text.charCodeAt(i + 1) - 0x30
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : 100
}

/** Days from 1970-01-01 to a date, -1 if there is no such date (years 1900 to 2199 only). */
const epochDays = (year: number, month: number, day: number): number => {
  if (month < 1 || month > 12 || day < 1) return -1
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  if (day > DAYS_IN_MONTH[month - 1]! + (month === 2 && leap ? 1 : 0)) return -1
  const y = month > 2 ? year : year - 1
  const era = Math.trunc(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.trunc((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  const dayOfEra =
    yearOfEra * 365 + Math.trunc(yearOfEra / 4) - Math.trunc(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - EPOCH_DAYS
}

/** Minutes of the zone `Z` or `±hh:mm` that ends `text` at `i`; NaN if there is none. */
const zoneMinutes = (text: string, i: number): number => {
  const sign = text.charCodeAt(i)
  if (sign === 0x5a) return text.length === i + 1 ? 0 : NaN
  if ((sign !== 0x2b && sign !== 0x2d) || text.length !== i + 6) return NaN
  if (text.charCodeAt(i + 3) !== 0x3a) return NaN
  const hours = pair(text, i + 1)
  const minutes = pair(text, i + 4)
  if (hours > 23 || minutes > 59) return NaN
  return sign === 0x2d ? -(hours * 60 + minutes) : hours * 60 + minutes
}

const parseIso = (text: string): number => {
  if (text.length < 17 || text.length > 35) return -1
  if (text.charCodeAt(4) !== 0x2d || text.charCodeAt(7) !== 0x2d) return -1
  if (text.charCodeAt(10) !== 0x54 || text.charCodeAt(13) !== 0x3a) return -1
  const century = pair(text, 0)
  const yearOfCentury = pair(text, 2)
  const hour = pair(text, 11)
  const minute = pair(text, 14)
  if (century < 19 || century > 21 || yearOfCentury > 99 || hour > 23 || minute > 59) return -1
  const days = epochDays(century * 100 + yearOfCentury, pair(text, 5), pair(text, 8))
  if (days < 0) return -1
  let seconds = 0
  let ms = 0
  let i = 16
  if (text.charCodeAt(i) === 0x3a) {
    seconds = pair(text, 17)
    if (seconds > 59) return -1
    i = 19
    if (text.charCodeAt(i) === 0x2e) {
      const start = ++i
      let digit = text.charCodeAt(i) - 0x30
      for (; digit >= 0 && digit <= 9; digit = text.charCodeAt(++i) - 0x30) {
        if (i - start < 3) ms = ms * 10 + digit
      }
      const count = i - start
      if (count < 1 || count > 9) return -1
      if (count < 3) ms *= count === 1 ? 100 : 10
    }
  }
  const zone = zoneMinutes(text, i)
  return ((days * 24 + hour) * 60 + minute - zone) * 60_000 + seconds * 1000 + ms
}

/**
 * Epoch ms of a wire timestamp (`YYYY-MM-DDThh:mm[:ss[.1-9 digits]]` with `Z` or `±hh:mm`, cut to
 * ms; or an integer of epoch ms), from 2000-01-01 to before 2100-01-01; -1 for anything else.
 */
export const parseTimestamp = (value: unknown): number => {
  const timeMs =
    typeof value === 'string'
      ? parseIso(value)
      : typeof value === 'number' && Number.isInteger(value)
        ? value
        : -1
  return timeMs >= TIME_MS_MIN && timeMs < TIME_MS_END ? timeMs : -1
}
