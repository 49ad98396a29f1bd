// The world of a run: how many there are of everything, how fast, and how much at a time.
import { DEFAULT_LIMITS } from '../../src/runtime/partition-options.ts'
import type { Limits } from '../../src/runtime/partition-options.ts'
import type { Draw } from '../logs/moves.ts'
import type { PlannedWorld } from './plan.ts'
import { SETTINGS_KINDS } from './sim-settings.ts'

/** Later than any record that a generated log can hold. */
const START_MS = Date.UTC(2040, 0, 1)

/**
 * Most runs are small: then most of the work is the faults'. A tenth of large ones took a quarter
 * of the time; with a twentieth, all planted bugs together are caught after as many seeds.
 */
export function planWorld(draw: Draw): PlannedWorld {
  const among = <T>(list: readonly T[]): T => list[draw(0, list.length - 1)]!
  const isSmall = draw(0, 19) > 0
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

/** What the workers of such a world may hold and send at a time. */
export const limitsOf = (world: PlannedWorld): Limits => ({
  commitJourneysMax: world.commitJourneysMax,
  commitBytesMax: DEFAULT_LIMITS.commitBytesMax,
  unflushedRowsMax: world.unflushedRowsMax,
  cachedJourneysMax: world.cachedJourneysMax,
})
