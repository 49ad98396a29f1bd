// Is the work being done? Not before the worker has joined its group, not while it stops, not while
// a partition is halted, Redis or Kafka down. ClickHouse down, or a partition that is just being
// taken over, is worth knowing: `degraded`.
import type { HealthCheck } from '../adapters/http/health.ts'
import type { PartitionStatus, WorkerStatus } from '../runtime/worker-options.ts'
import type { ServiceName, ServiceStates } from './run-services.ts'

export interface RunState {
  /** null: the worker is not there yet. */
  readonly worker: WorkerStatus | null
  /** null: the services have not been asked yet. */
  readonly services: ServiceStates | null
  /** The process was asked to stop. */
  readonly isStopping: boolean
}

export function readiness({ worker, services, isStopping }: RunState): readonly HealthCheck[] {
  return [
    workerCheck(worker, isStopping),
    ...(['kafka', 'redis', 'clickhouse'] as const).map((name) => serviceCheck(name, services)),
    ...(worker?.partitions ?? []).map(partitionCheck),
  ]
}

function workerCheck(worker: WorkerStatus | null, isStopping: boolean): HealthCheck {
  const name = 'worker'
  if (isStopping || worker?.isStopping === true) return failed(name, 'stopping')
  if (worker === null) return failed(name, 'starting')
  return worker.isMember ? ok(name) : failed(name, 'not a member of the group yet')
}

function serviceCheck(name: ServiceName, services: ServiceStates | null): HealthCheck {
  if (services === null) return failed(name, 'not asked yet')
  const { isUp, message } = services[name]
  if (isUp) return ok(name)
  return { name, state: name === 'clickhouse' ? 'degraded' : 'failed', message }
}

function partitionCheck({ partition, state, reason, message }: PartitionStatus): HealthCheck {
  const name = `partition ${partition}`
  const words = [state, reason, message].filter((word) => word !== '').join(': ')
  if (state === 'halted' || WAITS_FOR.has(reason)) return failed(name, words)
  return state === 'running' ? ok(name) : { name, state: 'degraded', message: words }
}

/** Redis or Kafka has kept a partition waiting for long, whatever else it answers. */
const WAITS_FOR: ReadonlySet<PartitionStatus['reason']> = new Set(['store', 'dead_letters', 'log'])

const ok = (name: string): HealthCheck => ({ name, state: 'ok', message: '' })

const failed = (name: string, message: string): HealthCheck => ({ name, state: 'failed', message })
