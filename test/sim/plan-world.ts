// The world of a run: how many there are of everything, how fast, and how much at a time.
import type { Draw } from '../logs/moves.ts'
import { SETTINGS_KINDS } from './sim-settings.ts'
import type { PlannedWorld } from './plan.ts'

/** Later than any record that a generated log can hold. */
const START_MS = Date.UTC(2040, 0, 1)

export function planWorld(draw: Draw): PlannedWorld {
  const among = <T>(list: readonly T[]): T => list[draw(0, list.length - 1)]!
  return {
    partitions: among([1, 1, 2, 2, 3]),
    workers: among([1, 2, 2, 3]),
    settings: draw(0, SETTINGS_KINDS - 1),
    startMs: START_MS,
    horizonMs: among([2_000, 4_000, 6_000]),
    readMax: among([2, 4, 8, 16, 50]),
    slowPerMille: among([0, 100, 300, 600]),
    slowMs: among([5, 40, 200]),
    sessionMs: among([400, 800, 1_500]),
    flushEveryMs: among([300, 600, 1_200]),
    commitJourneysMax: among([4_000, 4_000, 18, 20]),
    unflushedRowsMax: among([500_000, 500_000, 60, 200]),
    cachedJourneysMax: among([1_000_000, 1_000_000, 1, 3]),
    hasTicks: draw(0, 5) === 0,
    onHalt: among(['partition', 'partition', 'exit']),
  }
}
