// Plays a log into the run: records in spans, as a Kafka topic of one partition would give them,
// keys and all; spans are cut by the pace and decide nothing.
import { FILE_HEADER, ROW_HEADER } from '../../adapters/files/rejected-file.ts'
import type { GeneratedRecord } from '../../adapters/generator/generator.ts'
import type { CoreEvent } from '../../core/event.ts'
import type { Settings } from '../../core/settings.ts'
import type { SourceRecord } from '../../ports/record-source.ts'
import { judgeSpan } from '../../runtime/judge-span.ts'
import { createRecordParser } from '../../schema/record.ts'
import type { LocalRun } from '../local-run.ts'
import type { Pace } from './pace.ts'

const SPAN_RECORDS_MAX = 1000
/** A span holds at most so much play. */
const SPAN_MS_MAX = 40
const LABEL = Buffer.from('demo')

export interface FeedOptions {
  readonly topic: string
  readonly settings: Settings
  readonly pace: Pace
  readonly signal: AbortSignal
  /** Told of each valid event that goes in. */
  readonly onEvent: (event: CoreEvent, record: SourceRecord) => void
}

/** Resolves when all records are applied, or after the span at hand when the signal aborts. */
export async function feed(
  run: LocalRun,
  log: Iterable<GeneratedRecord>,
  options: FeedOptions,
): Promise<void> {
  const { topic, settings, pace, signal, onEvent } = options
  const parser = createRecordParser(settings, {
    partitioner: 'none',
    counts: [{ fromOffset: 0, count: 1 }],
  })
  let from = 0
  let records: SourceRecord[] = []
  const apply = async (): Promise<void> => {
    const to = from + records.length
    const span = judgeSpan({ topic, partition: 0, from, to, records }, parser)
    await run.apply(span)
    for (const [i, { content }] of span.records.entries()) {
      if (typeof content !== 'string') onEvent(content, records[i]!)
    }
    from = to
    records = []
    await pace.wait(signal)
  }
  for (const record of log) {
    records.push(toSourceRecord(record, from + records.length))
    const playMs = pace.add(record.value.includes('"live_event_id"'))
    if (playMs >= SPAN_MS_MAX || records.length === SPAN_RECORDS_MAX) await apply()
    if (signal.aborted) return
  }
  if (records.length > 0) await apply()
}

function toSourceRecord({ timeMs, key, value }: GeneratedRecord, offset: number): SourceRecord {
  return {
    offset,
    timeMs,
    key: Buffer.from(key),
    value: Buffer.from(value),
    headers: { [FILE_HEADER]: LABEL, [ROW_HEADER]: Buffer.from(String(offset + 1)) },
  }
}
