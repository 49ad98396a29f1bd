// A log with long silences in it, so that what lies before them is forgotten and what comes after
// meets journeys that remember nothing, or only a part.
import type { Settings } from '../../src/core/settings.ts'
import type { LogRecord } from '../oracle/log.ts'
import { createDraw } from './moves.ts'

const HOUR_MS = 3_600_000

/** Stream time after which nothing is left of an event, if nothing else comes: DESIGN section 4. */
export function oblivionMs(settings: Settings): number {
  const { lookbackMs, inactivityGapMs, transactionWindowMs, latenessMs } = settings
  const reach = Math.max(lookbackMs, inactivityGapMs, 72 * HOUR_MS)
  return inactivityGapMs + reach + transactionWindowMs + latenessMs + 1
}

/**
 * The log with silences before some of its records (every eighth or so): of a share of the time
 * after which all is forgotten, or a little more. Later records move with their events.
 */
export function withQuietSpells(
  log: readonly LogRecord[],
  seed: number,
  settings: Settings,
): LogRecord[] {
  const draw = createDraw(seed ^ 0x9317)
  const all = oblivionMs(settings)
  let shiftMs = 0
  return log.map((record) => {
    if (draw(0, 7) === 0) shiftMs += Math.floor((all * draw(1, 11)) / 10)
    const timeMs = record.timeMs + shiftMs
    if (record.kind !== 'event') return { ...record, timeMs }
    return { ...record, timeMs, event: { ...record.event, timeMs: record.event.timeMs + shiftMs } }
  })
}
