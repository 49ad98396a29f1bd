// What is tested against the golden cases: each subject gives a log's totals over booked hours.
import type { Settings } from '../../src/core/settings.ts'
import { TABLES } from '../../src/core/tables.ts'
import type { LedgerRow } from '../../src/core/tables.ts'
import { publishedRows, runCore } from '../core/run-core.ts'
import { addRow, newFigures, withoutZeros } from '../oracle/figures.ts'
import type { Dimensions, Figures } from '../oracle/figures.ts'
import type { LogRecord } from '../oracle/log.ts'
import { runOracle, totals } from '../oracle/oracle.ts'

export interface Subject {
  readonly name: string
  readonly totals: (log: readonly LogRecord[], settings: Settings) => Figures
}

export const SUBJECTS: readonly Subject[] = [
  { name: 'the oracle', totals: (log, settings) => totals(runOracle(log, settings).rows) },
  {
    name: 'the core',
    totals: (log, settings) => sumPublished(publishedRows(runCore(log, settings).partition)),
  },
]

/**
 * Rows as JSON texts of published rows, per table: booked hour, dimensions, lineage, partition,
 * measures, ver.
 */
function sumPublished(tables: ReadonlyMap<string, readonly string[]>): Figures {
  const sums = newFigures()
  for (const spec of TABLES) {
    for (const published of tables.get(spec.name)!) {
      const row = JSON.parse(published) as LedgerRow
      const dimensions: Dimensions = row.slice(1, 1 + spec.dimensions.length)
      const measures = row.slice(3 + spec.dimensions.length, -1).map((text) => BigInt(String(text)))
      addRow(sums, spec.name, JSON.stringify(dimensions), { dimensions, measures })
    }
  }
  return withoutZeros(sums)
}
