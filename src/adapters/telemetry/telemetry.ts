// Telemetry of a worker process: log lines by pino (one JSON object a line), figures by prom-client
// in a registry of its own. Log lines hold what the runtime names (topic, partition, offsets,
// reasons) and sentences; no error object is ever handed to pino, since a vendor's carries the
// command that failed, and with it keys and values.
import { pino } from 'pino'
import { Counter, Histogram, Registry, collectDefaultMetrics } from 'prom-client'
import { OUTCOMES } from '../../core/event.ts'
import { COUNTS } from '../../ports/telemetry.ts'
import type { LogEvent, LogFields, LogLevel, Telemetry } from '../../ports/telemetry.ts'
import { COUNTERS, HISTOGRAMS, IN_FLIGHT, PLAIN, SOLD, SUPPRESSED } from './catalogue.ts'
import type { MetricSpec } from './catalogue.ts'
import type { ProcessEvent } from './events.ts'
import type { LogStream } from './log-stream.ts'
import { RateLimit } from './rate-limit.ts'
import type { Tracing } from './tracing.ts'
import { collected, registerWorkerGauges } from './worker-gauges.ts'
import type { WorkerFigures } from './worker-gauges.ts'

const UNREASONED = OUTCOMES.filter((outcome) => outcome !== 'rejected')
/** Orders without a value. */
const NO_CURRENCY = '(none)'

export interface TelemetryOptions {
  readonly topic: string
  readonly level: LogLevel
  /** Where log lines go. */
  readonly destination: LogStream
  readonly version: string
  /** Of the source it was built from; '': not known. */
  readonly revision: string
  /** null: no traces. */
  readonly tracing: Pick<Tracing, 'took'> | null
  /** Asked at each scrape; null while there is no worker. */
  readonly worker: () => WorkerFigures | null
  /** Service name -> did it answer; asked at each scrape. */
  readonly services: () => Readonly<Record<string, boolean>>
}

export interface ProcessTelemetry extends Omit<Telemetry, 'log'> {
  readonly log: (
    level: LogLevel,
    event: LogEvent | ProcessEvent,
    message: string,
    fields?: LogFields,
  ) => void
  /**
   * The figures in Prometheus' text format, with its content type. Counters of the partitions that
   * are ours begin at 0, so that the first overflow is seen to be an increase; but for those by
   * reason of rejection, since there are many and they are watched as a rate.
   */
  readonly metrics: () => Promise<{ readonly body: string; readonly contentType: string }>
}

export function createTelemetry(options: TelemetryOptions): ProcessTelemetry {
  const { topic, tracing } = options
  const registry = new Registry()
  const counters = mapValues(COUNTERS, (spec) => counterOf(registry, spec))
  const histograms = mapValues(HISTOGRAMS, (spec) => histogramOf(registry, spec))
  const inFlight = new Map<number, number>()
  registerWorkerGauges(registry, topic, options.worker)
  registerInFlight(registry, options, inFlight)
  registerProcess(registry, options)
  return {
    log: createLog(options, counterOf(registry, SUPPRESSED)),
    outcomes: (partition, outcome, reason, records) =>
      counters.records.labels(topic, String(partition), outcome, reason).inc(records),
    count: (what, partition, amount = 1) =>
      counters[what].labels(topic, String(partition)).inc(amount),
    inFlight: (partition, change) =>
      void inFlight.set(partition, (inFlight.get(partition) ?? 0) + change),
    sold: soldCounters(registry, topic),
    took: (what, ms, facts) => {
      histograms[what].observe(ms / 1_000)
      tracing?.took(what, ms, facts)
    },
    metrics: async () => {
      for (const { partition } of options.worker()?.partitions ?? []) {
        const labels = [topic, String(partition)] as const
        for (const what of COUNTS) counters[what].labels(...labels).inc(0)
        for (const outcome of UNREASONED) counters.records.labels(...labels, outcome, '').inc(0)
      }
      return { body: await registry.metrics(), contentType: registry.contentType }
    },
  }
}

/** Errors are never held back; anything else of one kind is, beyond a few lines a minute. */
function createLog(
  { topic, level, destination }: TelemetryOptions,
  suppressed: Counter,
): ProcessTelemetry['log'] {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  )
  const limit = new RateLimit()
  return (at, event, message, fields = {}) => {
    if (!logger.isLevelEnabled(at)) return
    const held = at === 'warn' ? limit.admit(kindOf(event, fields), Date.now()) : 0
    if (held === null) return suppressed.labels(event).inc()
    logger[at]({ event, topic, ...fields, ...(held > 0 ? { suppressed: held } : {}) }, message)
  }
}

const kindOf = (event: string, { partition }: LogFields): string =>
  `${event}/${typeof partition === 'number' ? partition : ''}`

/** Those of our partitions, and those that a commit under way still holds of others. */
function registerInFlight(
  registry: Registry,
  { topic, worker }: TelemetryOptions,
  inFlight: ReadonlyMap<number, number>,
): void {
  collected(registry, IN_FLIGHT, (gauge) => {
    for (const { partition } of worker()?.partitions ?? []) {
      gauge.labels(topic, String(partition)).set(0)
    }
    for (const [partition, records] of inFlight) {
      if (records !== 0) gauge.labels(topic, String(partition)).set(records)
    }
  })
}

/** A counter only grows, so corrections are counted apart. */
function soldCounters(registry: Registry, topic: string): Telemetry['sold'] {
  const counters = mapValues(SOLD, (spec) => counterOf(registry, spec))
  return (currency, change) => {
    for (const what of Object.keys(counters) as (keyof typeof counters)[]) {
      const amount = change[what]
      if (amount === 0) continue
      const direction = amount > 0 ? 'up' : 'down'
      counters[what].labels(topic, currency || NO_CURRENCY, direction).inc(Math.abs(amount))
    }
  }
}

function registerProcess(
  registry: Registry,
  { version, revision, services }: Pick<TelemetryOptions, 'version' | 'revision' | 'services'>,
): void {
  collected(registry, PLAIN.build, (gauge) =>
    gauge.labels(version, revision, process.version).set(1),
  )
  collected(registry, PLAIN.service, (gauge) => {
    for (const [service, isUp] of Object.entries(services())) {
      gauge.labels(service).set(isUp ? 1 : 0)
    }
  })
  collectDefaultMetrics({ register: registry })
}

const counterOf = (registry: Registry, { name, help, labels }: MetricSpec): Counter =>
  new Counter({ name, help, labelNames: labels, registers: [registry] })

const histogramOf = (registry: Registry, { name, help, buckets = [] }: MetricSpec): Histogram =>
  new Histogram({ name, help, buckets: [...buckets], registers: [registry] })

function mapValues<K extends string, A, B>(
  record: Readonly<Record<K, A>>,
  map: (value: A) => B,
): Record<K, B> {
  const entries = Object.entries<A>(record).map(([key, value]) => [key, map(value)] as const)
  return Object.fromEntries(entries) as Record<K, B>
}
