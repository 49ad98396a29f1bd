// Waiting that ends: with an answer, with the end of the work it was for, or with its time. Nothing
// here ends a call that is under way, since no client can take back what it has sent; its answer is
// merely not waited for any more.
import type { Clock } from '../ports/clock.ts'
import { Fenced } from './halt.ts'

const RETRY_MIN_MS = 100
const RETRY_MAX_MS = 5_000
/** Nobody reads it; without one, an error with a stack would be made each time. */
export const OVER = 'over'

/** Resolves as the promise does, or to null once the signal aborts, whichever comes first. */
export async function unlessAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal,
): Promise<T | null> {
  if (signal.aborted) return null
  let abort = (): void => undefined
  const aborted = new Promise<null>((resolve) => (abort = () => resolve(null)))
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

/** Resolves as the promise does, or to null after `ms`, whichever comes first. */
export async function within<T>(clock: Clock, ms: number, promise: Promise<T>): Promise<T | null> {
  const timer = new AbortController()
  try {
    return await Promise.race([promise, clock.sleep(ms, timer.signal).then(() => null)])
  } finally {
    timer.abort(OVER)
  }
}

export interface Patience {
  readonly clock: Clock
  /** Ends the waiting: the call then throws Fenced. */
  readonly signal: AbortSignal
  /** Told of every failure. */
  readonly failed?: (error: unknown) => void
}

/** Asks again, ever more slowly, until there is an answer. Only for calls that may be repeated. */
export async function untilAnswered<T>(call: () => Promise<T>, patience: Patience): Promise<T> {
  const { clock, signal, failed } = patience
  for (let wait = RETRY_MIN_MS; ; wait = Math.min(wait * 2, RETRY_MAX_MS)) {
    try {
      return await call()
    } catch (error) {
      if (signal.aborted) throw new Fenced('the partition was let go', { cause: error })
      failed?.(error)
    }
    await clock.sleep(wait, signal)
  }
}
