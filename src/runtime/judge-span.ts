// From records to what the core takes: validated events, rejections and ticks.
import { EPOCH_2000_MS } from '../core/journey-layout.ts'
import type { CoreRecord } from '../core/partition.ts'
import type { SourceRecord, Span } from '../ports/record-source.ts'
import { TICK_HEADER } from '../ports/tick-sink.ts'
import type { RecordParser } from '../schema/record.ts'
import type { JudgedSpan } from './partition-options.ts'

export function judgeSpan(span: Span, parser: RecordParser): JudgedSpan {
  return {
    from: span.from,
    to: span.to,
    records: span.records.map((record) => judgeRecord(record, span.partition, parser)),
    source: (i) => span.records[i]!,
  }
}

function judgeRecord(record: SourceRecord, partition: number, parser: RecordParser): CoreRecord {
  const { offset } = record
  // Kafka says -1 where there is no time. An event is clamped to its record's, and journeys keep
  // times from 2000 on: no record is taken for older than an event can be.
  const timeMs = Math.max(EPOCH_2000_MS, record.timeMs)
  const content = isTick(record) ? 'tick' : parser.parse(record, partition)
  return { offset, timeMs, content }
}

function isTick({ headers, value }: SourceRecord): boolean {
  const isEmpty = value === null || value.length === 0
  return isEmpty && headers !== undefined && Object.hasOwn(headers, TICK_HEADER)
}
