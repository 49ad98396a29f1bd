// The world of a run: how many there are of everything, how fast, and how much at a time.
import type { Draw } from '../logs/moves.ts'
import { SETTINGS_KINDS } from './sim-settings.ts'
import type { PlannedWorld } from './plan.ts'

/** Later than any record that a generated log can hold. */
const START_MS = Date.UTC(2040, 0, 1)

/** Most runs are small: then most of the work is the faults'. */
export function planWorld(draw: Draw): PlannedWorld {
  const among = <T>(list: readonly T[]): T => list[draw(0, list.length - 1)]!
  const isSmall = draw(0, 9) > 0
  return {
    partitions: isSmall ? 1 : among([1, 2, 2, 3]),
    workers: isSmall ? among([1, 2, 2]) : among([1, 2, 3]),
    records: isSmall ? draw(2, 8) : draw(10, 28),
    settings: draw(0, SETTINGS_KINDS - 1),
    startMs: START_MS,
    horizonMs: isSmall ? among([800, 1_600]) : among([2_500, 4_000]),
    readMax: among([2, 4, 8, 16, 50]),
    slowPerMille: among([0, 100, 300, 600]),
    slowMs: among([5, 40, 200]),
    sessionMs: among([300, 600, 1_200]),
    flushEveryMs: among([250, 600, 1_200]),
    commitJourneysMax: among([4_000, 4_000, 18, 20]),
    unflushedRowsMax: among([500_000, 500_000, 20, 100]),
    cachedJourneysMax: among([1_000_000, 1_000_000, 1, 3]),
    hasTicks: draw(0, 5) === 0,
    hasTopicIds: draw(0, 2) > 0,
    onHalt: among(['partition', 'partition', 'exit']),
  }
}
