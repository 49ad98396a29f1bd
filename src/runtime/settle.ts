// Ticks at the end of a log that has ended: without them the last paths would stay open for ever.
import type { JudgedSpan } from './partition-options.ts'
import type { PartitionWorker } from './partition-worker.ts'

/**
 * Ticks until nobody is due. `all`: at the last touch + inactivity gap + 1 ms, so that every path
 * has ended; `due`: at the stream time reached, so that only what has lapsed by then is settled.
 */
export async function settle(worker: PartitionWorker, which: 'all' | 'due'): Promise<void> {
  const partition = worker.partition!
  if (partition.streamTimeMs === 0) return
  const settledMs = partition.seen.lastTouchMs + partition.settings.inactivityGapMs + 1
  const timeMs =
    which === 'all' ? Math.max(partition.streamTimeMs, settledMs) : partition.streamTimeMs
  do await worker.apply(tickSpan(worker.computedNext, timeMs))
  while (partition.hasBacklog)
}

function tickSpan(offset: number, timeMs: number): JudgedSpan {
  return {
    from: offset,
    to: offset + 1,
    records: [{ offset, timeMs, content: 'tick' }],
    source: () => ({ offset, timeMs, key: null, value: null }),
  }
}
