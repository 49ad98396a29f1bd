// Settings of a running worker that no published number depends on: how often, how long, how much
// at once, how much it says.
import { duration, integer, key, oneOf } from './fields.ts'

const often = (fallback: string, description: string) =>
  key(duration(100), fallback, { kind: 'duration', description })

export const workerKeys = {
  flush_interval: often('5s', 'From one flush to ClickHouse to the next.'),
  recheck_interval: often(
    '30s',
    'From one look to the next whether ClickHouse still holds the rows of an open hour.',
  ),
  stall_timeout: often(
    '60s',
    'A partition that has lag but makes no progress for so long ends the process (exit 1).',
  ),
  stop_timeout: often(
    '28s',
    'How long a worker that was asked to stop may finish, flush and leave its group; then it ends at once (exit 1), which loses nothing. Less than the grace period of whoever asks.',
  ),
  unflushed_rows_max: key(integer(1_000, 100_000_000), 500_000, {
    kind: 'integer',
    description: 'Rows of a partition that wait for ClickHouse; beyond it records wait.',
  }),
  cached_journeys_max: key(integer(1_000, 100_000_000), 1_000_000, {
    kind: 'integer',
    description: 'Journeys of a partition kept in memory between batches.',
  }),
  log_level: key(oneOf(['debug', 'info', 'warn', 'error']), 'info', {
    kind: 'debug, info, warn or error',
    description: 'The least level that `tributary run` logs.',
  }),
}
