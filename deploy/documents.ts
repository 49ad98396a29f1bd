// Writes the documents of this folder that are made from the worker's catalogues, and what the Helm
// chart holds of them; with --check only tells whether they are up to date. Run by `npm run
// generate`.
import { format, resolveConfig } from 'prettier'
import { markdownTable } from '../schemas/markdown-table.ts'
import { writeDocuments } from '../schemas/write-documents.ts'
import {
  COUNTERS,
  GAUGES,
  HISTOGRAMS,
  IN_FLIGHT,
  PLAIN,
  SOLD,
  SUPPRESSED,
} from '../src/adapters/telemetry/catalogue.ts'
import type { MetricSpec } from '../src/adapters/telemetry/catalogue.ts'
import { PROCESS_EVENTS, WORKER_EVENTS } from '../src/adapters/telemetry/events.ts'
import { ERROR_MEANINGS, UNEXPECTED } from '../src/ports/error-meanings.ts'
import { ERROR_CODES, EXIT } from '../src/ports/errors.ts'
import type { ErrorCode } from '../src/ports/errors.ts'
import { LOG_FIELDS } from '../src/ports/telemetry.ts'
import { chartDocuments } from './helm/documents.ts'

const code = (text: string): string => `\`${text}\``

const metricTable = (...groups: readonly Readonly<Record<string, MetricSpec>>[]): string =>
  markdownTable(
    ['metric', 'type', 'labels', 'meaning'],
    groups
      .flatMap((group) => Object.values(group))
      .map(({ name, type, labels, help }) => [code(name), type, labels.map(code).join(' '), help]),
  )

const metrics = (): string => `# Metrics

Written by \`npm run generate\` from \`src/adapters/telemetry/catalogue.ts\`. Served at \`/metrics\`,
with prom-client's \`process_…\` and \`nodejs_…\` (the event loop: \`nodejs_eventloop_lag_p99_seconds\`).
Labels are bounded: partitions, closed lists, currencies of ISO 4217.

Checkable in every scrape of a worker, summed over partitions:

\`\`\`text
tributary_consumed_records_total
  = tributary_records_total + tributary_reread_records_total + tributary_records_in_flight
\`\`\`

## Counted as it happens

${metricTable(COUNTERS, { IN_FLIGHT })}

## Sales

What this process booked, to see a shop move; what is true stands in \`bi_conversions\`. Minor units: cents, yen.

${metricTable(SOLD)}

## Read from the worker at each scrape

A partition that is no longer this worker's is not shown.

${metricTable(GAUGES)}

## Of the process

${metricTable(PLAIN, { SUPPRESSED })}

## Durations

Histograms, 1 ms to 16 s, doubling.

${metricTable(HISTOGRAMS)}
`

const errorRows = (): string[][] => [
  ...(Object.keys(ERROR_CODES) as ErrorCode[]).map((one) => {
    const { meaning, cure } = ERROR_MEANINGS[one]
    return [code(one), String(ERROR_CODES[one]), meaning, cure]
  }),
  [code(UNEXPECTED.code), String(EXIT.unexpected), UNEXPECTED.meaning, UNEXPECTED.cure],
]

const events = (): string => `# Log events and error codes

Written by \`npm run generate\` from \`src/adapters/telemetry/events.ts\` and \`src/ports/\`. The log is on
stdout, one JSON object a line, with \`level\`, \`time\`, \`event\`, \`topic\`, \`msg\` and the fields
below. No line holds a user_hash, a key or a value. Of one warning and partition five lines a minute
are shown; the next says how many were held back, and \`tributary_log_lines_suppressed_total\` counts
them. Errors are never held back.

## Events

${markdownTable(
  ['event', 'level', 'meaning'],
  Object.entries({ ...PROCESS_EVENTS, ...WORKER_EVENTS }).map(([name, { level, meaning }]) => [
    code(name),
    level,
    meaning,
  ]),
)}

## Fields

${markdownTable(
  ['field', 'what it holds'],
  Object.entries(LOG_FIELDS).map(([name, meaning]) => [code(name), meaning]),
)}

## Error codes

With \`--json\`, in \`process_failed\`, and in the words on stderr. The exit code is the process's.

${markdownTable(['code', 'exit', 'meaning', 'what to do'], errorRows())}
`

const options = await resolveConfig(import.meta.filename)
const sources = [['METRICS.md', metrics()], ['EVENTS.md', events()], ...chartDocuments()] as const
const formatted = sources.map(async ([name, text]) => {
  return [name, await format(text, { ...options, filepath: name })] as const
})
writeDocuments(import.meta.dirname, await Promise.all(formatted))
