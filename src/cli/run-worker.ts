// One worker's life in this process: metrics and health first, so that whoever watches sees it
// start; then the connections, then the group; and all of it backwards when it is asked to stop, or
// cannot go on.
import { healthRoutes } from '../adapters/http/health.ts'
import { serveHttp } from '../adapters/http/server.ts'
import { noProbe } from '../adapters/process/system.ts'
import { createTelemetry } from '../adapters/telemetry/telemetry.ts'
import { startTracing } from '../adapters/telemetry/tracing.ts'
import type { LogStream } from '../adapters/telemetry/log-stream.ts'
import type { ProcessTelemetry } from '../adapters/telemetry/telemetry.ts'
import type { Config } from '../config/config.ts'
import type { Probe } from '../ports/clock.ts'
import { TributaryError } from '../ports/errors.ts'
import { Worker } from '../runtime/worker.ts'
import type { WorkerEnd } from '../runtime/worker-options.ts'
import { readBuildInfo } from './build-info.ts'
import type { BuildInfo } from './build-info.ts'
import { openParts } from './run-parts.ts'
import { readiness } from './run-readiness.ts'
import type { ServiceWatch } from './run-services.ts'
import { watchServices } from './run-services.ts'
import { endOnDefects, logFailure, stopSignal } from './run-signals.ts'

const WATCH = { everyMs: 3_000, timeoutMs: 5_000 }

export interface Run {
  /** Where the log goes. */
  readonly output: LogStream
  /** Spans are sent to where OTEL_… says. */
  readonly traces: boolean
  /** For a program that embeds this one and injects faults. */
  readonly probe?: Probe
}

/** What there is so far, for those who watch. */
interface Life {
  worker: Worker | null
  services: ServiceWatch | null
  end: string
}

/**
 * Runs until SIGTERM or SIGINT, then resolves. @throws TributaryError when it could not begin, when
 * it cannot go on (TRIBUTARY_HALTED, TRIBUTARY_WORKER_ENDED), or did not stop in time
 */
export async function runWorker(
  config: Config,
  { output, traces, probe = noProbe }: Run,
): Promise<void> {
  const life: Life = { worker: null, services: null, end: '' }
  const build = await readBuildInfo()
  const tracing = traces
    ? await startTracing({ topic: config.kafka.topic, group: config.kafka.group, ...build })
    : null
  const telemetry = createTelemetry({
    tracing,
    topic: config.kafka.topic,
    level: config.logLevel,
    destination: output,
    version: build.version,
    revision: build.revision,
    worker: () => life.worker?.status() ?? null,
    services: () => upOf(life.services),
  })
  const { log } = telemetry
  const { signal, release } = stopSignal(log)
  endOnDefects(log)
  try {
    const http = await serveHttp(config.http, routesOf(life, { telemetry, signal, build }))
    try {
      log('info', 'http_listening', `metrics and health at ${http.url}`, { url: http.url })
      await live(config, { life, telemetry, signal, probe })
    } finally {
      await http.close()
    }
  } catch (error) {
    logFailure(log, error)
    throw error
  } finally {
    await tracing?.close()
    release()
  }
}

const routesOf = (
  life: Life,
  {
    telemetry: { metrics },
    signal,
    build,
  }: Pick<Surroundings, 'telemetry' | 'signal'> & { readonly build: BuildInfo },
) =>
  healthRoutes({
    metrics,
    build,
    ended: () => life.end,
    readiness: () =>
      readiness({
        worker: life.worker?.status() ?? null,
        services: life.services?.states() ?? null,
        isStopping: signal.aborted,
      }),
  })

const upOf = (services: ServiceWatch | null): Record<string, boolean> =>
  Object.fromEntries(
    Object.entries(services?.states() ?? {}).map(([name, { isUp }]) => [name, isUp]),
  )

interface Surroundings {
  readonly life: Life
  readonly telemetry: ProcessTelemetry
  readonly signal: AbortSignal
  readonly probe: Probe
}

async function live(
  config: Config,
  { life, telemetry, signal, probe }: Surroundings,
): Promise<void> {
  const asked = new Promise<null>((resolve) => {
    signal.addEventListener('abort', () => resolve(null), { once: true })
  })
  const opening = openParts(config, telemetry, probe)
  const parts = await Promise.race([opening, asked])
  if (parts === null) {
    // Nothing has begun yet; what still comes is closed again.
    opening.then((late) => late.close()).catch(() => undefined)
    return
  }
  const { log } = telemetry
  const worker = new Worker(parts.worker)
  life.worker = worker
  life.services = watchServices(parts.questions, { log, ...WATCH })
  try {
    const end = await untilEnd(worker, asked).finally(() => life.services?.stop())
    life.end = end?.message ?? ''
    await stopWithin(config.stopTimeoutMs, worker)
    if (end !== null) throw endError(end)
  } finally {
    await parts.close()
  }
}

/** null: it was asked to stop. */
async function untilEnd(worker: Worker, asked: Promise<null>): Promise<WorkerEnd | null> {
  try {
    await Promise.race([worker.start(), asked])
  } catch (error) {
    await worker.stop().catch(() => undefined)
    throw error
  }
  return Promise.race([worker.ended, asked])
}

async function stopWithin(ms: number, worker: Worker): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const message = `the worker did not stop within ${ms / 1_000} s`
    const error = new TributaryError('TRIBUTARY_WORKER_ENDED', message, {
      hint: 'Nothing is lost: whoever takes its partitions over does the rest again.',
    })
    timer = setTimeout(() => reject(error), ms)
  })
  try {
    await Promise.race([worker.stop(), late])
  } finally {
    clearTimeout(timer)
  }
}

function endError({ why, message }: WorkerEnd): TributaryError {
  if (why === 'halted') {
    return new TributaryError('TRIBUTARY_HALTED', message, {
      hint: 'deploy/README.md says for each halt what it means and which `tributary admin` leads on.',
    })
  }
  return new TributaryError('TRIBUTARY_WORKER_ENDED', message, {
    hint: 'Nothing is lost; start it again.',
  })
}
