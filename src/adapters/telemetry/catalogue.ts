// Every metric of Tributary with its type, labels and meaning: the one place that names them. Names
// follow Prometheus (prefix, base unit, `_total` for counters); labels are bounded: partitions and
// closed lists, never a person, an action, a channel or the text of an error. Beside these stand
// the `process_…` and `nodejs_…` metrics of prom-client.

export interface MetricSpec {
  readonly name: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly help: string
  readonly labels: readonly string[]
  /** Upper bounds in seconds; histograms only. */
  readonly buckets?: readonly number[]
}

const PARTITION = ['topic', 'partition'] as const

/** 1 ms to 16 s, doubling. */
const STEP_BUCKETS = Array.from({ length: 15 }, (_, i) => 2 ** i / 1_000)

const counter = (name: string, help: string, ...more: string[]): MetricSpec => ({
  name,
  type: 'counter',
  help,
  labels: [...PARTITION, ...more],
})

const gauge = (name: string, help: string, ...more: string[]): MetricSpec => ({
  name,
  type: 'gauge',
  help,
  labels: [...PARTITION, ...more],
})

/** Of the process, not of a partition. */
const plain = (name: string, help: string, ...labels: string[]): MetricSpec => ({
  name,
  type: 'gauge',
  help,
  labels,
})

const histogram = (name: string, help: string): MetricSpec => ({
  name,
  type: 'histogram',
  help,
  labels: [],
  buckets: STEP_BUCKETS,
})

/** What is counted as it happens; keys of `count` are those of the port `Telemetry`. */
export const COUNTERS = {
  records: counter(
    'tributary_records_total',
    'Committed records by outcome; reason is empty unless rejected.',
    'outcome',
    'reason',
  ),
  consumed: counter(
    'tributary_consumed_records_total',
    'Records taken in to be applied: always outcomes + reread + in flight, summed over partitions.',
  ),
  reread: counter(
    'tributary_reread_records_total',
    'Records dropped from memory before their commit was confirmed; whoever goes on reads them again.',
  ),
  clamped: counter(
    'tributary_clamped_events_total',
    'Events more than 5 minutes ahead of their record, which got the time of the record.',
  ),
  others_mapped: counter(
    'tributary_other_values_total',
    'Values of dimensions that became (other) because the dictionary of their kind was full.',
  ),
  fenced: counter(
    'tributary_fence_rejections_total',
    'Commits refused by the fence: another worker owns the partition, or Redis has started anew.',
  ),
  rewinds: counter(
    'tributary_state_rewinds_total',
    'Times a partition was found at an older offset than this worker had left it at.',
  ),
  commits: counter('tributary_commits_total', 'Commits to Redis.'),
  flushes: counter('tributary_flushes_total', 'Flushes to ClickHouse that went through.'),
  flush_failures: counter(
    'tributary_flush_failures_total',
    'Flushes to ClickHouse that failed; their rows are sent again.',
  ),
  rows_landed: counter('tributary_rows_landed_total', 'Ledger rows that ClickHouse acknowledged.'),
  rows_resent: counter(
    'tributary_rows_resent_total',
    'Ledger rows that ClickHouse had acknowledged but did not hold, sent again.',
  ),
  hours_forgotten: counter(
    'tributary_hours_forgotten_total',
    'Booked hours verified in ClickHouse and removed from Redis.',
  ),
  skipped_offsets: counter(
    'tributary_skipped_offsets_total',
    'Offsets given up by an operator, booked as rejected.',
  ),
  ticks: counter('tributary_ticks_total', 'Ticks appended to idle partitions.'),
} as const

/** Keys are those of `Timed` of the port `Telemetry`. */
export const HISTOGRAMS = {
  apply: histogram(
    'tributary_apply_duration_seconds',
    'Time to apply one batch as it was read: journeys fetched, an earlier commit waited for.',
  ),
  commit: histogram(
    'tributary_commit_duration_seconds',
    'Time of one commit: its dead letters taken by Kafka, then Redis.',
  ),
  flush: histogram(
    'tributary_flush_duration_seconds',
    'Time of one flush of all partitions to ClickHouse.',
  ),
  acquire: histogram(
    'tributary_acquire_duration_seconds',
    'Time to take a partition over: the log asked, the state owned, checked and loaded.',
  ),
} as const

/** What is read from the worker at each scrape. */
export const GAUGES = {
  lag: gauge(
    'tributary_lag_records',
    'Offsets between the committed position and the end of the log as of the last read.',
  ),
  lagSeconds: gauge(
    'tributary_lag_seconds',
    'How far stream time is behind the clock while records wait to be applied; 0 while none do.',
  ),
  next: gauge('tributary_next_offset', 'Committed position: the offset to be applied next.'),
  low: gauge('tributary_log_start_offset', 'First offset that the log still keeps.'),
  high: gauge('tributary_log_end_offset', 'Next offset to be written to the log.'),
  headroom: gauge(
    'tributary_replay_headroom_records',
    'Offsets kept below the committed position: how far Redis may go back without a halt.',
  ),
  streamTime: gauge(
    'tributary_stream_time_seconds',
    'Highest record time applied, as a Unix time; moves as records come.',
  ),
  unflushedRows: gauge(
    'tributary_unflushed_rows',
    'Ledger rows in Redis that have not landed in ClickHouse.',
  ),
  unflushedAge: gauge(
    'tributary_unflushed_age_seconds',
    'How long there have been rows that have not landed; 0: there are none.',
  ),
  duePersons: gauge(
    'tributary_due_persons',
    'Persons whose path is to lapse or be forgotten by stream time but has not been settled yet.',
  ),
  dictionary: gauge(
    'tributary_dictionary_fill_ratio',
    'Share of dimension_values_max that a kind of dimension has taken; at 1 new values are (other).',
    'kind',
  ),
  state: gauge(
    'tributary_partition_state',
    '1 for the state a partition is in: acquiring, running, paused or halted.',
    'state',
  ),
  paused: gauge(
    'tributary_partition_paused',
    '1 while a partition waits: for store, dead_letters, log, or unflushed_rows to land.',
    'reason',
  ),
  halted: gauge(
    'tributary_partition_halted',
    '1 while a partition is halted until an operator decides, by why.',
    'reason',
  ),
} as const

/** Of a partition, kept by the telemetry itself, also for a commit that outlives the ownership. */
export const IN_FLIGHT = gauge(
  'tributary_records_in_flight',
  'Records taken in whose commit has not been confirmed yet.',
)

const sold = (name: string, what: string): MetricSpec => ({
  name,
  type: 'counter',
  help:
    `${what} that this process booked, by direction: a correction is down. ` +
    'After a rewind and in a rebuild they are booked again; bi_conversions has the truth.',
  labels: ['topic', 'currency', 'direction'],
})

/** Keys are those of `SoldChange` of the port. */
export const SOLD = {
  orders: sold('tributary_orders_total', 'Orders (conversions of the goal purchase)'),
  grossMinor: sold('tributary_gmv_minor_units_total', 'Gross value of orders in minor units'),
  refundMinor: sold('tributary_refunds_minor_units_total', 'Refunds of orders in minor units'),
} as const

export const PLAIN = {
  assigned: plain('tributary_assigned_partitions', 'Partitions that this worker owns.'),
  member: plain('tributary_group_member', '1 while this worker is a member of its group.'),
  stopping: plain('tributary_stopping', '1 from the moment the worker was asked to stop.'),
  flushed: plain(
    'tributary_last_flush_timestamp_seconds',
    'Unix time of the last flush that went through; 0: none yet.',
  ),
  service: plain(
    'tributary_service_up',
    '1 if a service answered when it was last asked, else 0.',
    'service',
  ),
  build: plain('tributary_build_info', 'Always 1; what runs here.', 'version', 'revision', 'node'),
} as const

export const SUPPRESSED: MetricSpec = {
  name: 'tributary_log_lines_suppressed_total',
  type: 'counter',
  help: 'Warnings left out of the log because the same event had just been logged often.',
  labels: ['event'],
}

export const ALL_METRICS: readonly MetricSpec[] = [
  ...[COUNTERS, HISTOGRAMS, GAUGES, SOLD, PLAIN].flatMap((group): MetricSpec[] =>
    Object.values(group),
  ),
  IN_FLIGHT,
  SUPPRESSED,
]
