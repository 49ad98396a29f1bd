// A kafkajs batch as the port's span: offsets and times as numbers, headers as bytes.
import type { Batch, IHeaders, KafkaMessage } from 'kafkajs'
import type { SourceRecord, Span } from '../../ports/record-source.ts'

/** kafkajs' batch knows the offset that was asked for; its types do not. */
type FetchedBatch = Batch & { readonly fetchedOffset: string | number }

export function toSpan(batch: Batch): Span {
  return {
    topic: batch.topic,
    partition: batch.partition,
    from: Number((batch as FetchedBatch).fetchedOffset),
    // Behind trailing control records too.
    to: Number(batch.lastOffset()) + 1,
    records: batch.messages.map(toRecord),
  }
}

function toRecord({ offset, timestamp, key, value, headers }: KafkaMessage): SourceRecord {
  const record = { offset: Number(offset), timeMs: Number(timestamp), key, value }
  const names = headers === undefined ? [] : Object.keys(headers)
  return headers && names.length > 0 ? { ...record, headers: toHeaders(headers, names) } : record
}

/** Of a header given more than once the last counts. */
function toHeaders(headers: IHeaders, names: readonly string[]): Record<string, Uint8Array | null> {
  const all: Record<string, Uint8Array | null> = {}
  for (const name of names) {
    const given = headers[name]
    const last = Array.isArray(given) ? given.at(-1) : given
    all[name] = last === undefined ? null : Buffer.from(last)
  }
  return all
}
