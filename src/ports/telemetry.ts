// What a worker tells the people who watch it. Names are stable: dashboards and alerts are built on
// them. Fields hold topic, partition, offsets, counts, reasons: never a user_hash, a key or a
// value.
import type { Outcome, RejectionReason } from '../core/event.ts'

export const LOG_EVENTS = [
  'worker_started',
  'worker_stopping',
  'worker_stopped',
  'partitions_assigned',
  'partitions_lost',
  'partition_acquired',
  'partition_released',
  'partition_halted',
  'partition_retry',
  'partition_fenced',
  'partition_paused',
  'partition_resumed',
  'partition_stalled',
  'state_rewound',
  'lineage_activated',
  'flush_failed',
  'recheck_failed',
  'note_failed',
  'rows_resent',
  'hours_forgotten',
  'batch_skipped',
  'tick_appended',
  'tick_failed',
  'client_dead',
] as const
export type LogEvent = (typeof LOG_EVENTS)[number]
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'
export type LogFields = Readonly<Record<string, string | number | boolean | readonly number[]>>

/** What is counted per partition. */
export const COUNTS = [
  'fenced',
  'rewinds',
  'commits',
  'flushes',
  'flush_failures',
  'rows_landed',
  'rows_resent',
  'hours_forgotten',
  'skipped_offsets',
  'ticks',
] as const
export type Count = (typeof COUNTS)[number]
/** What is timed, in ms. */
export type Timed = 'apply' | 'commit' | 'flush' | 'acquire'

/** Calls must be cheap and must not throw. */
export interface Telemetry {
  log(level: LogLevel, event: LogEvent, message: string, fields?: LogFields): void
  /** Records of a partition by what became of them; `reason` is '' unless rejected. */
  outcomes(partition: number, outcome: Outcome, reason: RejectionReason | '', records: number): void
  count(what: Count, partition: number, amount?: number): void
  took(what: Timed, ms: number): void
}
