// Waiting that ends: with an answer, with the end of the work it was for, or with its time. Nothing
// here ends a call that is under way, since no client can take back what it has sent; its answer is
// merely not waited for any more.
import type { Clock } from '../ports/clock.ts'
import { Fenced } from './halt.ts'

const RETRY_MIN_MS = 100
const RETRY_MAX_MS = 5_000
/** Nobody reads it; without one, an error with a stack would be made each time. */
export const OVER = 'over'

/** Settles as the promise does, or resolves to null once the signal aborts, which it may have. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | null> {
  if (signal.aborted) return Promise.resolve(null)
  return new Promise((resolve, reject) => {
    const abort = (): void => resolve(null)
    signal.addEventListener('abort', abort)
    const ignore = (): void => signal.removeEventListener('abort', abort)
    promise.then(resolve, reject).finally(ignore)
  })
}

/** Settles as the promise does, or resolves to null after `ms`, whichever comes first. */
export function within<T>(clock: Clock, ms: number, promise: Promise<T>): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => resolve(null))
    promise.then(resolve, reject).finally(cancel)
  })
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
