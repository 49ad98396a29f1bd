// The paths that a worker serves: `/metrics` for Prometheus, `/livez` (restart me if this fails),
// `/readyz` (is the work being done; `?verbose` tells the state of every check as JSON) and
// `/buildinfo` (what runs here).
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
  /** Told as it is. */
  readonly build: object
  readonly metrics: () => Promise<{ readonly body: string; readonly contentType: string }>
  /** '' while the worker lives; else why it has ended. */
  readonly ended: () => string
  readonly readiness: () => readonly HealthCheck[]
}

export function healthRoutes({ build, metrics, ended, readiness }: Watched): Routes {
  return {
    '/metrics': async () => ({ status: 200, ...(await metrics()) }),
    '/livez': () => {
      const why = ended()
      return why === '' ? textAnswer(200, 'ok') : textAnswer(503, why)
    },
    '/readyz': (query) => readyAnswer(readiness(), query.has('verbose')),
    '/buildinfo': () => jsonAnswer(200, build),
  }
}

function readyAnswer(checks: readonly HealthCheck[], verbose: boolean): Answer {
  const failed = checks.filter(({ state }) => state === 'failed')
  const degraded = checks.filter(({ state }) => state === 'degraded')
  const status = failed.length === 0 ? 200 : 503
  const word = failed.length > 0 ? 'failed' : degraded.length > 0 ? 'degraded' : 'ok'
  if (verbose) {
    return jsonAnswer(status, { status: word, checks })
  }
  const lines = [...failed, ...degraded].map(({ name, message }) => `${name}: ${message}`)
  return textAnswer(status, [word, ...lines].join('\n'))
}

const jsonAnswer = (status: number, told: object): Answer => ({
  status,
  contentType: 'application/json; charset=utf-8',
  body: `${JSON.stringify(told, null, 2)}\n`,
})
