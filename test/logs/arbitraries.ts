// The same logs for fast-check, which shrinks a failing one to the fewest and plainest records.
import fc from 'fast-check'
import type { Settings } from '../../src/core/settings.ts'
import type { LogRecord } from '../oracle/log.ts'
import { buildLog } from './build-log.ts'
import { movesArbitrary } from './moves.ts'
import { settingsFor } from './settings-for.ts'

export interface LogCase {
  readonly settings: Settings
  readonly log: readonly LogRecord[]
}

/** A log together with settings on whose edges its times sit. */
export function logCaseArbitrary(
  options: { recordsMax?: number; endTicks?: number; settings?: Settings } = {},
): fc.Arbitrary<LogCase> {
  const moves = movesArbitrary({ minLength: 1, maxLength: options.recordsMax ?? 60 })
  return fc
    .tuple(fc.nat(299), fc.integer({ min: 1, max: 8 }), moves)
    .map(([seed, persons, list]) => {
      const settings = options.settings ?? settingsFor(seed)
      const endTicks = options.endTicks ?? 0
      return { settings, log: buildLog(list, { settings, persons, endTicks }) }
    })
}
