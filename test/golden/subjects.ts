// What is tested against the golden cases: each subject gives a log's totals over booked hours.
import type { Settings } from '../../src/core/settings.ts'
import { coreTotals, runCore } from '../core/run-core.ts'
import type { Figures } from '../oracle/figures.ts'
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
    totals: (log, settings) => coreTotals(runCore(log, settings).partition),
  },
]
