// The paths that a worker serves: `/metrics` for Prometheus, `/livez` (restart me if this fails)
// and `/readyz` (is the work being done). `?verbose` tells the state of every check as JSON.
import { textAnswer } from './server.ts'
import type { Answer, Routes } from './server.ts'

/** `degraded`: worth knowing, but the work goes on. */
export interface HealthCheck {
  readonly name: string
  readonly state: 'ok' | 'degraded' | 'failed'
  /** A sentence for people; '' where there is nothing to say. */
  readonly message: string
}

export interface Watched {
  readonly metrics: () => Promise<{ readonly body: string; readonly contentType: string }>
  /** '' while the worker lives; else why it has ended. */
  readonly ended: () => string
  readonly readiness: () => readonly HealthCheck[]
}

export function healthRoutes({ metrics, ended, readiness }: Watched): Routes {
  return {
    '/metrics': async () => ({ status: 200, ...(await metrics()) }),
    '/livez': () => {
      const why = ended()
      return why === '' ? textAnswer(200, 'ok') : textAnswer(503, why)
    },
    '/readyz': (query) => readyAnswer(readiness(), query.has('verbose')),
  }
}

function readyAnswer(checks: readonly HealthCheck[], verbose: boolean): Answer {
  const failed = checks.filter(({ state }) => state === 'failed')
  const degraded = checks.filter(({ state }) => state === 'degraded')
  const status = failed.length === 0 ? 200 : 503
  const word = failed.length > 0 ? 'failed' : degraded.length > 0 ? 'degraded' : 'ok'
  if (verbose) {
    const body = `${JSON.stringify({ status: word, checks }, null, 2)}\n`
    return { status, contentType: 'application/json; charset=utf-8', body }
  }
  const lines = [...failed, ...degraded].map(({ name, message }) => `${name}: ${message}`)
  return textAnswer(status, [word, ...lines].join('\n'))
}
