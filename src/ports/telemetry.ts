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
/** The keys of a log line beside level, time, event, topic and msg, with what they hold. */
export const LOG_FIELDS = {
  partition: 'partition of the topic',
  partitions: 'partitions of the topic, as a list',
  next: 'offset to be applied next',
  from: 'first offset',
  to: 'offset after the last one',
  high: 'offset to be written next, the end of the log',
  reason: 'of a halt or a pause, from a closed list',
  lineage: 'lineage of the state',
  retired: 'how many lineages were replaced',
  rows: 'how many rows of the ledger',
  hours: 'how many booked hours',
  last: 'the newest of these hours, in hours since 1970',
  group: 'consumer group',
  service: 'kafka, redis or clickhouse',
  url: 'where metrics and health are served',
  signal: 'of the operating system',
  code: 'error code',
  exit_code: 'what the process exits with',
  stack: 'places in the code, of a defect',
  suppressed: 'lines of this event and partition that were held back before this one',
} as const
export type LogFields = Readonly<
  Partial<Record<keyof typeof LOG_FIELDS, string | number | readonly number[]>>
>

/** What is counted per partition. */
export const COUNTS = [
  'consumed',
  'reread',
  'clamped',
  'others_mapped',
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

/** What was worked on: for traces, which tell one piece of work from another. */
export interface WorkFacts {
  readonly partition?: number
  /** Offsets [from, to). */
  readonly from?: number
  readonly to?: number
  readonly records?: number
  /** A sentence; absent: it went well. */
  readonly failure?: string
}

/** Differences that were booked, up or down. Money in minor units of one currency. */
export interface SoldChange {
  readonly orders: number
  /** Before refunds. */
  readonly grossMinor: number
  readonly refundMinor: number
}

/** Calls must be cheap and must not throw. */
export interface Telemetry {
  log(level: LogLevel, event: LogEvent, message: string, fields?: LogFields): void
  /** Records of a partition by what became of them; `reason` is '' unless rejected. */
  outcomes(partition: number, outcome: Outcome, reason: RejectionReason | '', records: number): void
  count(what: Count, partition: number, amount?: number): void
  /**
   * Records that have been taken in (`change` > 0), or committed or dropped. At any moment of a
   * process: consumed = the outcomes + reread + in flight.
   */
  inFlight(partition: number, change: number): void
  /** Orders were booked; `currency` is '' for those without a value. */
  sold(currency: string, change: SoldChange): void
  /** The work ends now. */
  took(what: Timed, ms: number, facts: WorkFacts): void
}
