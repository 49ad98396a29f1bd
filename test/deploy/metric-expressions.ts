// What a PromQL expression names, held against the catalogue: no metric and no label that a worker
// does not have. Whether it is PromQL at all is promtool's to say.
import { ALL_METRICS } from '../../src/adapters/telemetry/catalogue.ts'

/** Those that prom-client and Prometheus itself add, with their labels. */
const FOREIGN: Readonly<Record<string, readonly string[]>> = {
  up: [],
  nodejs_eventloop_lag_p99_seconds: [],
  nodejs_heap_size_used_bytes: [],
  process_cpu_seconds_total: [],
  process_resident_memory_bytes: [],
  process_start_time_seconds: [],
}
/** Every sample has these, from the scrape. */
const OF_THE_SCRAPE = ['job', 'instance']

const known = new Map<string, readonly string[]>(Object.entries(FOREIGN))
for (const spec of ALL_METRICS) {
  if (spec.type !== 'histogram') known.set(spec.name, spec.labels)
  else {
    for (const suffix of ['count', 'sum']) known.set(`${spec.name}_${suffix}`, spec.labels)
    known.set(`${spec.name}_bucket`, [...spec.labels, 'le'])
  }
}

const words = (text: string): string[] => text.match(/[a-z_][a-z0-9_]*/gi) ?? []

/** The metrics that it names. */
export const metricsIn = (expression: string): string[] =>
  words(expression.replace(/"[^"]*"/g, '')).filter((word) =>
    /^(tributary|nodejs|process)_|^up$/.test(word),
  )

/** What it names that is not there, as sentences. */
export function mistakesIn(expression: string): string[] {
  const metrics = metricsIn(expression)
  const unknown = metrics.filter((name) => !known.has(name))
  const labels = new Set([...metrics.flatMap((name) => known.get(name) ?? []), ...OF_THE_SCRAPE])
  const named = [
    ...[...expression.matchAll(/\{([^}]*)\}/g)].flatMap(([, matchers = '']) =>
      [...matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label]) => label!),
    ),
    ...[...expression.matchAll(/\b(?:by|on|without|ignoring)\s*\(([^)]*)\)/g)].flatMap(
      ([, list = '']) => words(list),
    ),
  ]
  return [
    ...(metrics.length === 0 ? ['names no metric'] : []),
    ...unknown.map((name) => `there is no metric ${name}`),
    ...named.filter((label) => !labels.has(label)).map((label) => `there is no label ${label}`),
  ]
}
