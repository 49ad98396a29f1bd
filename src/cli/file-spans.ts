// Batches of file records as spans of a log: the running number of a record in event-time order is
// its offset, its event time its record time.
import { FILE_HEADER, ROW_HEADER } from '../adapters/files/rejected-file.ts'
import type { FileBatch, FileInput } from '../adapters/files/file-input.ts'
import type { CoreRecord } from '../core/partition.ts'
import type { SourceRecord } from '../ports/record-source.ts'
import type { JudgedSpan } from '../runtime/partition-options.ts'
import type { EventParser } from '../schema/parse-event.ts'

export function fileSpan(
  input: FileInput,
  batch: FileBatch,
  from: number,
  parser: EventParser,
): JudgedSpan {
  const { values, timesMs } = batch
  const records: CoreRecord[] = values.map((value, i) => ({
    offset: from + i,
    timeMs: timesMs[i]!,
    content: value instanceof Uint8Array ? parser.parse(value) : parser.parseObject(value),
  }))
  return {
    from,
    to: from + values.length,
    records,
    source: (i) => sourceRecord(input, batch, i, from + i),
  }
}

function sourceRecord(input: FileInput, batch: FileBatch, i: number, offset: number): SourceRecord {
  const value = batch.values[i]!
  return {
    offset,
    timeMs: batch.timesMs[i]!,
    key: null,
    value: value instanceof Uint8Array ? value : Buffer.from(JSON.stringify(value)),
    headers: {
      [FILE_HEADER]: Buffer.from(input.files[batch.files[i]!]!.label),
      [ROW_HEADER]: Buffer.from(String(batch.rows[i]!)),
    },
  }
}
