// The worker's own figures as gauges, read once per scrape, so that nothing is kept twice. A
// partition that is no longer ours vanishes from the next scrape.
import { Gauge } from 'prom-client'
import type { Registry } from 'prom-client'
import { KINDS } from '../../core/dictionary.ts'
import { GAUGES, PLAIN } from './catalogue.ts'
import type { MetricSpec } from './catalogue.ts'

const STATES = ['acquiring', 'running', 'paused', 'halted'] as const

/** What is read of a partition; the runtime's status of one fits. -1: not known. */
export interface PartitionFigures {
  readonly partition: number
  readonly state: (typeof STATES)[number]
  readonly reason: string
  readonly next: number
  readonly low: number
  readonly high: number
  readonly streamTimeMs: number
  readonly unflushedRows: number
  readonly unflushedSinceMs: number
  readonly duePersons: number
  readonly dictionaryFill: readonly number[]
}

export interface WorkerFigures {
  readonly isMember: boolean
  readonly isStopping: boolean
  readonly flushedMs: number
  readonly partitions: readonly PartitionFigures[]
}

type Value = number | null

/** Label values beyond topic and partition, with the value; null: not known, so no sample. */
type Sample = readonly [value: Value, ...labels: string[]]

const SAMPLES: Readonly<
  Record<keyof typeof GAUGES, (of: PartitionFigures, nowMs: number) => readonly Sample[]>
> = {
  lag: ({ next, high }) => [[next < 0 || high < 0 ? null : Math.max(high - next, 0)]],
  lagSeconds: ({ next, high, streamTimeMs }, nowMs) => {
    if (next < 0 || high < 0) return []
    if (next >= high) return [[0]]
    return [[streamTimeMs > 0 ? Math.max(nowMs - streamTimeMs, 0) / 1_000 : null]]
  },
  next: ({ next }) => [[known(next)]],
  low: ({ low }) => [[known(low)]],
  high: ({ high }) => [[known(high)]],
  headroom: ({ next, low }) => [[next < 0 || low < 0 ? null : next - low]],
  streamTime: ({ streamTimeMs }) => [[streamTimeMs > 0 ? streamTimeMs / 1_000 : null]],
  unflushedRows: ({ unflushedRows }) => [[unflushedRows]],
  unflushedAge: ({ unflushedSinceMs: since }, nowMs) => [
    [since > 0 ? Math.max(nowMs - since, 0) / 1_000 : 0],
  ],
  duePersons: ({ duePersons }) => [[duePersons]],
  dictionary: ({ dictionaryFill }) =>
    dictionaryFill.map((fill, kind): Sample => [fill, KINDS[kind]!]),
  state: ({ state }) => STATES.map((one) => [one === state ? 1 : 0, one]),
  paused: ({ state, reason }) => (state === 'paused' ? [[1, reason]] : []),
  halted: ({ state, reason }) => (state === 'halted' ? [[1, reason]] : []),
}

const known = (offset: number): Value => (offset < 0 ? null : offset)

/** `read`: null before there is a worker, and after it. */
export function registerWorkerGauges(
  registry: Registry,
  topic: string,
  read: () => WorkerFigures | null,
): void {
  for (const name of Object.keys(GAUGES) as (keyof typeof GAUGES)[]) {
    collected(registry, GAUGES[name], (gauge) => {
      for (const figures of read()?.partitions ?? []) {
        for (const [value, ...labels] of SAMPLES[name](figures, Date.now())) {
          if (value !== null) gauge.labels(topic, String(figures.partition), ...labels).set(value)
        }
      }
    })
  }
  const single = (spec: MetricSpec, value: (figures: WorkerFigures) => number) =>
    collected(registry, spec, (gauge) => {
      const figures = read()
      gauge.set(figures === null ? 0 : value(figures))
    })
  single(PLAIN.assigned, ({ partitions }) => partitions.length)
  single(PLAIN.member, ({ isMember }) => (isMember ? 1 : 0))
  single(PLAIN.stopping, ({ isStopping }) => (isStopping ? 1 : 0))
  single(PLAIN.flushed, ({ flushedMs }) => flushedMs / 1_000)
}

/** A gauge whose samples are made anew at each scrape. */
export function collected(
  registry: Registry,
  { name, help, labels }: MetricSpec,
  collect: (gauge: Gauge) => void,
): void {
  const gauge = new Gauge({
    name,
    help,
    labelNames: labels,
    registers: [],
    collect() {
      this.reset()
      collect(this)
    },
  })
  registry.registerMetric(gauge)
}
