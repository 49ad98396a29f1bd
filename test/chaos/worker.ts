// `tributary run`, as it is shipped, with a probe that kills it where the environment says.
import { stdoutLog } from '../../src/adapters/telemetry/log-stream.ts'
import { runWorker } from '../../src/cli/run-worker.ts'
import { loadConfig } from '../../src/config/load.ts'
import { EXIT, TributaryError } from '../../src/ports/errors.ts'
import { FATAL_VARIABLE, fatalProbe } from './fatal-probe.ts'

/** As `run` lingers for sockets of clients. */
const LINGER_MS = 1_000

try {
  const probe = fatalProbe(process.env[FATAL_VARIABLE] ?? '')
  await runWorker(loadConfig(), { output: stdoutLog(), traces: false, probe })
} catch (error) {
  process.exitCode = error instanceof TributaryError ? error.exitCode : EXIT.unexpected
} finally {
  setTimeout(() => process.exit(), LINGER_MS).unref()
}
