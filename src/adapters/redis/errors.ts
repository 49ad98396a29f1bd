// Redis' errors as ours. Every one is ambiguous for a write: it may have happened.
import { TributaryError } from '../../ports/errors.ts'

export function redisError(cause: unknown): TributaryError {
  const text = cause instanceof Error ? cause.message : String(cause)
  return new TributaryError(
    'TRIBUTARY_REDIS_UNAVAILABLE',
    `Redis did not answer as expected: ${text}`,
    {
      cause,
      hint: 'check that the server of TRIBUTARY_REDIS__URL is up, has memory left and takes writes',
    },
  )
}
