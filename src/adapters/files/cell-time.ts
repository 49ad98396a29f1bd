// Times in cells of CSV and Parquet: what the contract takes in NDJSON, epoch milliseconds as
// digits, and `YYYY-MM-DD[ T]hh:mm[:ss[.fraction]]` without a zone, in the zone of `--tz`.
import { parseTimestamp } from '../../schema/timestamp.ts'
import type { OffsetOfWall } from './time-zone.ts'

const EPOCH_MS = /^[1-9]\d{11,12}$/
const WALL = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d)(?::\d\d(?:\.\d{1,9})?)?$/

/** Epoch ms, or -1 for what is no valid time. */
export function parseCellTime(text: string, offsetOfWall: OffsetOfWall): number {
  const timeMs = parseTimestamp(text)
  if (timeMs !== -1) return timeMs
  if (EPOCH_MS.test(text)) return parseTimestamp(Number(text))
  const wall = WALL.exec(text)
  if (wall === null) return -1
  const [, year, month, day, hour, minute] = wall.map(Number)
  const offset = offsetOfWall(Date.UTC(year!, month! - 1, day, hour, minute))
  return parseTimestamp(`${text.slice(0, 10)}T${text.slice(11)}${zoneText(offset)}`)
}

/** `±hh:mm`. */
const zoneText = (offsetMinutes: number): string => {
  const minutes = Math.abs(offsetMinutes)
  const hh = String(Math.trunc(minutes / 60)).padStart(2, '0')
  const mm = String(minutes % 60).padStart(2, '0')
  return `${offsetMinutes < 0 ? '-' : '+'}${hh}:${mm}`
}
