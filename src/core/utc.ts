// Calendar text in UTC from integers, without Date: the civil-from-days algorithm of Howard
// Hinnant, https://howardhinnant.github.io/date_algorithms.html (days since 1970-01-01, from 1970
// on).

const DAY_MS = 86_400_000

const pad = (value: number): string => (value < 10 ? `0${value}` : String(value))

/** `YYYY-MM-DD` of a day number. */
export function formatDay(day: number): string {
  const z = day + 719_468
  const era = Math.floor(z / 146_097)
  const dayOfEra = z - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  )
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shifted = Math.floor((5 * dayOfYear + 2) / 153)
  const dayOfMonth = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1
  const month = shifted < 10 ? shifted + 3 : shifted - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return `${year}-${pad(month)}-${pad(dayOfMonth)}`
}

/** `YYYY-MM-DD hh:mm:ss` of an epoch time in ms, from 1970 on. */
export function formatTime(timeMs: number): string {
  const day = Math.floor(timeMs / DAY_MS)
  const seconds = Math.floor((timeMs - day * DAY_MS) / 1000)
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor(seconds / 60) % 60
  return `${formatDay(day)} ${pad(hours)}:${pad(minutes)}:${pad(seconds % 60)}`
}
