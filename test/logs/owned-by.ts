// Many generated logs in one topic: each with persons, ids and transactions of its own, at a time
// of its own.
import type { LogRecord } from '../oracle/log.ts'

export function ownedBy(record: LogRecord, prefix: string): LogRecord {
  if (record.kind !== 'event') return record
  const { eventId, userHash, transactionId } = record.event
  const event = {
    ...record.event,
    eventId: prefix + eventId,
    userHash: prefix + userHash,
    transactionId: transactionId === '' ? '' : prefix + transactionId,
  }
  return { ...record, event }
}

/** The record and its event, so much later. */
export function movedBy(record: LogRecord, laterMs: number): LogRecord {
  const timeMs = record.timeMs + laterMs
  if (record.kind !== 'event') return { ...record, timeMs }
  return { ...record, timeMs, event: { ...record.event, timeMs: record.event.timeMs + laterMs } }
}
