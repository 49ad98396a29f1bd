// Watches from beside whether the services answer, so that `/readyz` and the scrape can tell at
// once what was seen last instead of asking on the way. One question at a time to each: what does
// not answer in time counts as down, and is asked again only when that question has ended.
import type { ProcessTelemetry } from '../adapters/telemetry/telemetry.ts'

export type ServiceName = 'kafka' | 'redis' | 'clickhouse'

export interface ServiceState {
  readonly isUp: boolean
  /** Why it is down; '' when it is up. */
  readonly message: string
}

export type ServiceStates = Readonly<Record<ServiceName, ServiceState>>

/** Resolve when the service answered and serves us; reject with the reason. */
export type Questions = Readonly<Record<ServiceName, () => Promise<unknown>>>

export interface WatchOptions {
  readonly log: ProcessTelemetry['log']
  /** From the end of one question to the next. */
  readonly everyMs: number
  readonly timeoutMs: number
}

export interface ServiceWatch {
  states(): ServiceStates
  stop(): void
}

const UP: ServiceState = { isUp: true, message: '' }

/** Begins with all of them up: `run` has just asked them itself. */
export function watchServices(questions: Questions, options: WatchOptions): ServiceWatch {
  const states = { kafka: UP, redis: UP, clickhouse: UP }
  const timers = new Map<ServiceName, NodeJS.Timeout>()
  let isStopped = false

  const note = (name: ServiceName, state: ServiceState) => {
    const before = states[name]
    states[name] = state
    if (isStopped || before.isUp === state.isUp) return
    if (state.isUp) options.log('info', 'service_up', `${name} answers again`, { service: name })
    else options.log('warn', 'service_down', state.message, { service: name })
  }
  const ask = async (name: ServiceName) => {
    const late = setTimeout(() => {
      note(name, { isUp: false, message: `no answer within ${options.timeoutMs / 1_000} s` })
    }, options.timeoutMs)
    try {
      await questions[name]()
      note(name, UP)
    } catch (error) {
      note(name, { isUp: false, message: error instanceof Error ? error.message : String(error) })
    } finally {
      clearTimeout(late)
    }
    if (!isStopped)
      timers.set(
        name,
        setTimeout(() => void ask(name), options.everyMs),
      )
  }
  for (const name of ['kafka', 'redis', 'clickhouse'] as const) void ask(name)
  return {
    states: () => states,
    stop: () => {
      isStopped = true
      for (const timer of timers.values()) clearTimeout(timer)
    },
  }
}
