// Redis' errors as ours. Every one is ambiguous for a write: it may have happened. What is said
// holds no key and no value: the client library's errors carry the command that failed, so they are
// not passed on.
import { TributaryError } from '../../ports/errors.ts'

/** What last went wrong with a connection: commands that fail for it do not know. */
const failures = new WeakMap<object, string>()

export function noteFailure(redis: object, failure: Error): void {
  failures.set(redis, textOf(failure))
}

/** The client library's words for: there is no connection. */
const DISCONNECTED =
  /^(Stream isn't writeable|Cluster isn't ready|Connection is closed|Reached the max retries|None of startup nodes|Failed to refresh slots)/
const TIMED_OUT = 'Command timed out'
export const SILENT = 'no answer in time'

const HINTS: readonly (readonly [RegExp, string])[] = [
  [/^OOM/, 'raise maxmemory of Redis: it refuses writes, and nothing is lost meanwhile'],
  [
    /^(NOPERM|NOAUTH|WRONGPASS|ERR The user executing)/,
    'user, password and ACL are described in src/adapters/redis',
  ],
  [/^READONLY/, 'TRIBUTARY_REDIS__URL leads to a replica; it must lead to the primary'],
  [/^MISCONF/, 'Redis cannot write to its disk'],
]
const HINT = 'check that the server of TRIBUTARY_REDIS__URL is up, has memory left and takes writes'

export const isTimeout = (error: unknown): boolean =>
  error instanceof Error && error.message === TIMED_OUT

export function redisError(redis: object, failure: unknown): TributaryError {
  const text = describe(redis, textOf(failure))
  const hint = HINTS.find(([pattern]) => pattern.test(text))?.[1] ?? HINT
  const isOurs = failure instanceof TypeError || failure instanceof RangeError
  return new TributaryError(
    'TRIBUTARY_REDIS_UNAVAILABLE',
    `Redis did not answer as expected: ${text}`,
    { hint, ...(isOurs ? { cause: failure } : {}) },
  )
}

function describe(redis: object, text: string): string {
  if (text === TIMED_OUT) return SILENT
  if (!DISCONNECTED.test(text)) return text
  const why = failures.get(redis)
  return why === undefined || DISCONNECTED.test(why) ? 'there is no connection' : why
}

/** First line of what was said, without the arguments that Redis quotes of an unknown command. */
function textOf(failure: unknown): string {
  const { message, errors, lastNodeError } = Object(failure) as {
    message?: string
    errors?: readonly unknown[]
    lastNodeError?: unknown
  }
  // Where no node of a cluster, or no address of a name, could be had, the reason lies within.
  const inner = lastNodeError ?? errors?.at(-1)
  if (inner !== undefined) return textOf(inner)
  return String(message ?? failure).replace(/(, with args beginning with|\n).*$/s, '')
}
