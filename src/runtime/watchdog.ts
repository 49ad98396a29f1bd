// Looks at every partition once a second: tells of pauses, and finds the one that has records to
// read, or another topic than it knows, no reason to wait and yet does not get on. What could cause
// that is a client that has silently died, and only a new process helps.
import type { PartitionLoop } from './partition-loop.ts'
import { within } from './waiting.ts'
import type { WorkerOptions } from './worker-options.ts'

const LOOK_EVERY_MS = 1_000
const ANSWER_MAX_MS = 10_000

export interface Watch {
  readonly options: WorkerOptions
  readonly loops: () => Iterable<PartitionLoop>
  readonly stalled: (message: string) => void
  /** Ends the watch. */
  readonly signal: AbortSignal
}

export async function watchOver(watch: Watch): Promise<void> {
  const { options, loops, signal } = watch
  while (!signal.aborted) {
    await options.clock.sleep(LOOK_EVERY_MS, signal)
    for (const { state } of loops()) state.observe()
    const suspects = [...loops()].filter((loop) => isSuspect(loop, options))
    await Promise.all(suspects.map((loop) => examine(loop, watch)))
  }
}

/** Nothing has moved for long; perhaps because there is nothing to do. */
function isSuspect({ state }: PartitionLoop, { clock, timings }: WorkerOptions): boolean {
  return state.halt === null && clock.now() - state.movedMs >= timings.stallMs
}

/** Asks the log itself where it ends: what the loop has heard of it may be just as old. */
async function examine(loop: PartitionLoop, { options, stalled, signal }: Watch): Promise<void> {
  const { partition, state } = loop
  const { source, clock, telemetry } = options
  const asked = source.bounds(partition).catch(() => null)
  const bounds = await within(clock, ANSWER_MAX_MS, asked)
  if (signal.aborted || loop.isReleased || !isSuspect(loop, options)) return
  const { next } = state
  // Where the log cannot be asked, nobody knows of records to read.
  if (bounds === null) return state.moved()
  const { high } = bounds
  const isOther = high < next || loop.isOutdated
  if (high === next && !isOther) return state.moved()
  const seconds = Math.round((clock.now() - state.movedMs) / 1_000)
  const why = isOther ? 'the topic was created anew or truncated' : 'the log goes on'
  const message = `partition ${partition} has stood at ${next} for ${seconds} s; ${why}`
  telemetry.log('error', 'partition_stalled', message, { partition, next, high })
  stalled(message)
}
