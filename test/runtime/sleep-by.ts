// Sleeping, for clocks of tests, which know how to call somebody after a while.
import type { Clock } from '../../src/ports/clock.ts'

export function sleepBy(
  clock: Pick<Clock, 'after'>,
  ms: number,
  signal?: AbortSignal,
): Promise<void> {
  if (signal?.aborted === true) return Promise.resolve()
  return new Promise((resolve) => {
    const cancel = clock.after(ms, () => {
      signal?.removeEventListener('abort', abort)
      resolve()
    })
    const abort = (): void => {
      cancel()
      resolve()
    }
    signal?.addEventListener('abort', abort, { once: true })
  })
}
