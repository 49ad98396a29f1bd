// The core against the oracle: booked increments equal f of whole sets, row for row, version for version.
import { describe, expect, it } from 'vitest'
import { generateLog } from '../logs/build-log.ts'
import { settingsFor } from '../logs/settings-for.ts'
import { runOracle, toLedgerRow } from '../oracle/oracle.ts'
import type { OracleRun } from '../oracle/oracle.ts'
import { IDENTITY, publishedRows, runCore } from './run-core.ts'

const SEEDS = Number(process.env['TRIBUTARY_TEST_SEEDS'] ?? 2000)

export function oracleRows(run: OracleRun): Map<string, string[]> {
  return new Map(
    [...run.rows].map(([table, rows]) => [
      table as string,
      [...rows.values()].map((row) => JSON.stringify(toLedgerRow(row, IDENTITY))).sort(),
    ]),
  )
}

describe('the core', () => {
  it(`books what the oracle books, to the last unit, hour and version (${SEEDS} logs)`, () => {
    for (let seed = 0; seed < SEEDS; seed++) {
      const settings = settingsFor(seed)
      const log = generateLog(seed, { settings, endTicks: seed % 4 })
      const expected = runOracle(log, settings)
      const actual = runCore(log, settings)
      expect(actual.outcomes, `outcomes of seed ${seed}`).toEqual(expected.outcomes)
      expect(publishedRows(actual.partition), `rows of seed ${seed}`).toEqual(oracleRows(expected))
    }
  })
})
