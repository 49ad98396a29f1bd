// Event times: ISO 8601 with zone, or epoch milliseconds. Read by hand, because Date.parse accepts
// more than the contract (24:00, other forms, missing zones) and is slower. Days from the calendar
// date after Howard Hinnant, "chrono-compatible low-level date algorithms" (days_from_civil).
// DETAILS, "Records", Timestamps.

/** 2000-01-01T00:00:00Z, the first accepted time. */
export const TIME_MS_MIN = 946_684_800_000
/** 2100-01-01T00:00:00Z, the first time no longer accepted. */
export const TIME_MS_END = 4_102_444_800_000

/** `YYYY-MM-DDThh:mmZ` to `YYYY-MM-DDThh:mm:ss.nnnnnnnnn±hh:mm`. */
const ISO_LENGTH_MIN = 17
const ISO_LENGTH_MAX = 35

const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const
/**
 * Days before 0000-03-01 of the proleptic Gregorian calendar are counted from here to 1970-01-01.
 */
const EPOCH_DAYS = 719_468

/** Two digits at `i` as a number; anything else is at least 100. */
const pair = (text: Buffer, i: number): number => {
  const tens = text[i]! - 0x30
  const ones = text[i + 1]! - 0x30
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

let lastDate = 0
let lastDays = -1

/** `epochDays`, remembered for the last date: times in a log are close together. */
const memoizedDays = (year: number, month: number, day: number): number => {
  const date = (year * 128 + month) * 128 + day
  if (date !== lastDate) {
    lastDays = epochDays(year, month, day)
    lastDate = date
  }
  return lastDays
}

/** Minutes of the zone `Z` or `±hh:mm` from `i` to `end`; NaN if there is none. */
const zoneMinutes = (text: Buffer, i: number, end: number): number => {
  const sign = text[i]
  if (sign === 0x5a) return end === i + 1 ? 0 : NaN
  if ((sign !== 0x2b && sign !== 0x2d) || end !== i + 6 || text[i + 3] !== 0x3a) return NaN
  const hours = pair(text, i + 1)
  const minutes = pair(text, i + 4)
  if (hours > 23 || minutes > 59) return NaN
  return sign === 0x2d ? -(hours * 60 + minutes) : hours * 60 + minutes
}

/**
 * The seconds, their fraction and the zone from `at` to `end`, in ms; NaN if they are not
 * well-formed.
 */
const restMs = (text: Buffer, at: number, end: number): number => {
  if (text[at] !== 0x3a) return -60_000 * zoneMinutes(text, at, end)
  const seconds = pair(text, at + 1)
  if (seconds > 59) return NaN
  let i = at + 3
  let ms = 0
  if (text[i] === 0x2e) {
    const start = ++i
    let unit = 100
    for (
      let digit = text[i]! - 0x30;
      i < end && digit >= 0 && digit <= 9;
      digit = text[++i]! - 0x30
    ) {
      ms += digit * unit
      unit = Math.trunc(unit / 10)
    }
    if (i === start || i - start > 9) return NaN
  }
  return seconds * 1000 + ms - 60_000 * zoneMinutes(text, i, end)
}

/** As `parseTimestamp`, for the ASCII text from `start` to `end`. */
export const parseIsoBytes = (text: Buffer, start: number, end: number): number => {
  if (end - start < ISO_LENGTH_MIN || end - start > ISO_LENGTH_MAX) return -1
  if (text[start + 4] !== 0x2d || text[start + 7] !== 0x2d) return -1
  if (text[start + 10] !== 0x54 || text[start + 13] !== 0x3a) return -1
  const century = pair(text, start)
  const yearOfCentury = pair(text, start + 2)
  const hour = pair(text, start + 11)
  const minute = pair(text, start + 14)
  if (century < 19 || century > 21 || yearOfCentury > 99 || hour > 23 || minute > 59) return -1
  const days = memoizedDays(
    century * 100 + yearOfCentury,
    pair(text, start + 5),
    pair(text, start + 8),
  )
  if (days < 0) return -1
  const timeMs = ((days * 24 + hour) * 60 + minute) * 60_000 + restMs(text, start + 16, end)
  return timeMs >= TIME_MS_MIN && timeMs < TIME_MS_END ? timeMs : -1
}

/** A Buffer, as records are, so that the compiler meets one kind of array only. */
const scratch = Buffer.alloc(ISO_LENGTH_MAX)

const parseIso = (text: string): number => {
  if (text.length > ISO_LENGTH_MAX) return -1
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    scratch[i] = c < 0x80 ? c : 0
  }
  return parseIsoBytes(scratch, 0, text.length)
}

/**
 * Epoch ms of a wire timestamp (`YYYY-MM-DDThh:mm[:ss[.1-9 digits]]` with `Z` or `±hh:mm`, cut to
 * ms; or an integer of epoch ms), from 2000-01-01 to before 2100-01-01; -1 for anything else.
 */
export const parseTimestamp = (value: unknown): number => {
  if (typeof value === 'string') return parseIso(value)
  if (typeof value !== 'number' || !Number.isInteger(value)) return -1
  return value >= TIME_MS_MIN && value < TIME_MS_END ? value : -1
}
