// How a worker's process is asked to end, and how it ends when something breaks that nobody
// expected. The first SIGTERM or SIGINT asks for a clean stop, the second ends the process at once
// (128 + the signal's number), which loses nothing: a worker may be killed anywhere.
import { constants } from 'node:os'
import type { ProcessTelemetry } from '../adapters/telemetry/telemetry.ts'
import { EXIT, TributaryError } from '../ports/errors.ts'

const SIGNALS = ['SIGTERM', 'SIGINT'] as const

/** Aborts at the first signal. Until `release`, nothing else answers to them. */
export function stopSignal(log: ProcessTelemetry['log']): {
  readonly signal: AbortSignal
  readonly release: () => void
} {
  const controller = new AbortController()
  const asked = (signal: (typeof SIGNALS)[number]) => {
    if (controller.signal.aborted) process.exit(128 + constants.signals[signal])
    log('info', 'stop_requested', 'finishing what is under way; again to end at once', { signal })
    controller.abort()
  }
  for (const signal of SIGNALS) process.on(signal, asked)
  const release = () => {
    for (const signal of SIGNALS) process.off(signal, asked)
  }
  return { signal: controller.signal, release }
}

/** A defect anywhere, also in a promise that nobody waits for: one log line, exit 1. */
export function endOnDefects(log: ProcessTelemetry['log']): void {
  process.on('uncaughtException', (error) => {
    logFailure(log, error)
    process.exit(EXIT.unexpected)
  })
}

/**
 * Why the process ends, as one line of the log. Of a defect the stack's places; not the text that a
 * parser choked on, which may be anybody's data.
 */
export function logFailure(log: ProcessTelemetry['log'], error: unknown): void {
  if (error instanceof TributaryError) {
    const { code, message, exitCode } = error
    return log('error', 'process_failed', message, { code, exit_code: exitCode })
  }
  const defect = error instanceof Error ? error : new Error(String(error))
  const places = (defect.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  log('error', 'process_failed', defect instanceof SyntaxError ? defect.name : defect.message, {
    code: 'TRIBUTARY_UNEXPECTED',
    exit_code: EXIT.unexpected,
    stack: places.map((line) => line.trim()).join('\n'),
  })
}
