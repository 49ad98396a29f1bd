// How far the reading of files has come: one bar, or lines off a terminal, per pass.
import type { FileProgress } from '../adapters/files/file-input.ts'
import { createProgress } from './progress.ts'
import type { Progress } from './progress.ts'

const MB = 1_000_000

/**
 * Takes every report of the reader; ends its bar with the last record. `applied`: what becomes of
 * the records that have been read.
 */
export function createFileProgress(
  quiet: boolean,
  applied: 'applied' | 'produced' = 'applied',
): (progress: FileProgress) => void {
  let phase: FileProgress['phase'] | null = null
  let shown: Progress | null = null
  return (progress) => {
    if (progress.phase !== phase) {
      shown?.stop()
      phase = progress.phase
      shown = createProgress({ ...measureOf(progress, { ...VERBS, applying: applied }), quiet })
    }
    shown?.update(doneOf(progress))
    if (progress.phase === 'applying' && progress.records === progress.recordsTotal) shown?.stop()
  }
}

const VERBS = { checking: 'checked', sorting: 'sorted', applying: 'applied' } as const

function measureOf(
  { phase, recordsTotal, bytesTotal }: FileProgress,
  verbs: Readonly<Record<FileProgress['phase'], string>>,
) {
  return recordsTotal === null
    ? { total: Math.ceil(bytesTotal / MB), unit: `MB ${verbs[phase]}` }
    : { total: recordsTotal, unit: `records ${verbs[phase]}` }
}

const doneOf = ({ records, recordsTotal, bytes }: FileProgress): number =>
  recordsTotal === null ? Math.round(bytes / MB) : records
