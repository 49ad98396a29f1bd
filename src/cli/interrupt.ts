// Ctrl-C: the first one asks the work to end cleanly, the second ends the process at once.
import { EXIT, TributaryError } from '../ports/errors.ts'

/**
 * Runs `work` with a signal that Ctrl-C aborts. However the work ends after that, the result is
 * TRIBUTARY_INTERRUPTED (exit 130), with `hint` to say what became of its files.
 */
export async function interruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
  hint?: string,
): Promise<T> {
  const controller = new AbortController()
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted)
    controller.abort()
  }
  process.on('SIGINT', interrupt)
  try {
    const result = await work(controller.signal)
    if (!controller.signal.aborted) return result
  } catch (error) {
    if (!controller.signal.aborted) throw error
  } finally {
    process.off('SIGINT', interrupt)
  }
  throw new TributaryError(
    'TRIBUTARY_INTERRUPTED',
    'interrupted',
    hint === undefined ? {} : { hint },
  )
}
