// Every event that a worker's log can name, with its level and meaning: what operators search for,
// so names stay. The compiler holds it to the port's list, a test to what the code logs;
// deploy/EVENTS.md is made from it.
import type { LogEvent, LogLevel } from '../../ports/telemetry.ts'

interface EventSpec {
  readonly level: LogLevel
  readonly meaning: string
}

const event = (level: LogLevel, meaning: string): EventSpec => ({ level, meaning })

/** What a process logs beside its worker. */
export const PROCESS_EVENTS = {
  http_listening: event('info', 'Metrics and health are served at `url`.'),
  stop_requested: event('info', 'SIGTERM or SIGINT came; what is under way is finished.'),
  service_down: event('warn', 'A service did not answer the question that is asked every 3 s.'),
  service_up: event('info', 'It answers again.'),
  process_failed: event('error', 'Why the process ends; `code` is one of the error codes.'),
} as const
export type ProcessEvent = keyof typeof PROCESS_EVENTS

export const WORKER_EVENTS: Readonly<Record<LogEvent, EventSpec>> = {
  worker_started: event('info', 'The worker joins its group.'),
  worker_stopping: event('info', 'It applies what it has read, flushes, and leaves the group.'),
  worker_stopped: event('info', 'It has left the group.'),
  partitions_assigned: event('info', 'The group has assigned `partitions`; others are let go.'),
  partitions_lost: event('warn', 'No longer a member of the group, for now; it joins again.'),
  partition_acquired: event('info', 'The state is ours; records are applied from `next` on.'),
  partition_released: event('info', 'The partition was let go; it is another worker’s now.'),
  partition_halted: event('error', 'Nothing more is applied until an operator decides: see Halts.'),
  partition_retry: event('warn', 'A read or an acquire failed, and is tried again.'),
  partition_fenced: event(
    'warn',
    'A commit was refused: another worker owns the partition, or Redis has started anew. It is acquired anew.',
  ),
  partition_paused: event('warn', 'Records wait, for `reason`; the membership is not affected.'),
  partition_resumed: event('info', 'The reason to wait is gone.'),
  partition_stalled: event(
    'error',
    'There are records, or another topic, but no progress; the process ends with 1.',
  ),
  state_rewound: event('warn', 'Redis lost what was committed last; it is applied again.'),
  lineage_activated: event('info', 'A rebuilt lineage takes the place of the ones before.'),
  flush_failed: event('warn', 'ClickHouse did not take rows; they are sent again.'),
  recheck_failed: event('warn', 'An open hour could not be compared with ClickHouse this time.'),
  note_failed: event('warn', 'The group has not noted the position; only lag tools miss it.'),
  rows_resent: event('warn', 'ClickHouse did not hold rows that it had acknowledged.'),
  hours_forgotten: event('debug', 'Booked hours were verified in ClickHouse and left Redis.'),
  batch_skipped: event('warn', 'Offsets that an operator has given up were booked as rejected.'),
  tick_appended: event('debug', 'The partition was quiet; a tick moves its time.'),
  tick_failed: event('warn', 'No tick could be appended; the next one does as well.'),
  client_dead: event('error', 'The membership of the group is dead; the process ends with 1.'),
}
