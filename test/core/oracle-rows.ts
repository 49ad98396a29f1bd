// The core against the oracle: booked increments equal f of whole sets, row for row, hour for hour
// and version for version. `TEST_LOGS=10` runs ten times as many logs.
import { expect, it } from 'vitest'
import type { Settings } from '../../src/core/settings.ts'
import { generateLog } from '../logs/build-log.ts'
import type { LogOptions } from '../logs/build-log.ts'
import type { LogRecord } from '../oracle/log.ts'
import { runOracle, toLedgerRow } from '../oracle/oracle.ts'
import type { OracleRun } from '../oracle/oracle.ts'
import { IDENTITY, publishedRows, runCore } from './run-core.ts'
import type { CoreRun } from './run-core.ts'

export function oracleRows(run: OracleRun, identity = IDENTITY): Map<string, string[]> {
  return new Map(
    [...run.rows].map(([table, rows]) => [
      table as string,
      [...rows.values()].map((row) => JSON.stringify(toLedgerRow(row, identity))).sort(),
    ]),
  )
}

/** Runs the log through both and demands equal outcomes, rows, booked hours and versions. */
export function expectOracle(
  log: readonly LogRecord[],
  settings: Settings,
  label: string,
): CoreRun {
  const expected = runOracle(log, settings)
  const run = runCore(log, settings)
  expect(run.outcomes, `outcomes of ${label}`).toEqual(expected.outcomes)
  const rows = publishedRows(run.partition)
  const wanted = oracleRows(expected)
  // A diff of two equal maps of thousands of rows costs more than making them.
  if (JSON.stringify([...rows]) !== JSON.stringify([...wanted])) {
    expect(rows, `rows of ${label}`).toEqual(wanted)
  }
  return run
}

const BATCH = 50

export interface Seeds {
  readonly logs: number
  /** The settings of a seed, and what else its log is made with. */
  readonly settingsOf: (seed: number) => Settings
  readonly optionsOf?: (seed: number) => LogOptions
}

/** Tests of some logs each, so that progress shows and a failure names its neighbourhood. */
export function itBooksWhatTheOracleBooks({ logs, settingsOf, optionsOf }: Seeds): void {
  const all = logs * Number(process.env['TEST_LOGS'] ?? 1)
  for (let from = 0; from < all; from += BATCH) {
    const to = Math.min(all, from + BATCH)
    it(`books what the oracle books, to the last unit: logs ${from} to ${to - 1}`, () => {
      for (let seed = from; seed < to; seed++) {
        const settings = settingsOf(seed)
        const options = { endTicks: seed % 4, ...optionsOf?.(seed), settings }
        expectOracle(generateLog(seed, options), settings, `seed ${seed}`)
      }
    })
  }
}
