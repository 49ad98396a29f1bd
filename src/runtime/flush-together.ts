// One flush of several partitions: snapshots of all, one insert per table, then for each by itself
// verify, forget and note. One partition's trouble (fenced off, waiting for its store) is its own;
// only what ClickHouse refuses stops all, since it is one and the same for all.
import { Fenced, PartitionHalt } from './halt.ts'
import type { PartitionLoop } from './partition-loop.ts'
import type { PartitionFlush } from './partition-worker.ts'
import { newRoom, publishTogether } from './publish.ts'
import type { Room, Snapshot } from './publish.ts'
import { within } from './waiting.ts'
import type { WorkerOptions } from './worker-options.ts'

/** A partition whose commit takes longer is left to the next flush. */
const TAKE_MS = 5_000

export interface Flushed {
  readonly partition: number
  /** All rows up to the snapshot. */
  readonly hasLanded: boolean
  /** null: none, or another worker has taken over what was to be flushed. */
  readonly error: unknown
}

interface Part {
  readonly loop: PartitionLoop
  readonly flush: PartitionFlush
  snapshot: Snapshot | null
  isDone: boolean
  hasLanded: boolean
  error: unknown
}

/** Never rejects. Must not be called while it is under way. */
export async function flushTogether(
  loops: readonly PartitionLoop[],
  options: WorkerOptions,
): Promise<Flushed[]> {
  const parts: Part[] = loops.map((loop) => ({
    loop,
    flush: loop.worker.openFlush(),
    snapshot: null,
    isDone: false,
    hasLanded: false,
    error: null,
  }))
  let left = parts
  while (left.length > 0) {
    await flushRound(left, options)
    // Those that had the least room go first; all have had some before any has it twice.
    left = left.filter(({ isDone }) => !isDone).sort((a, b) => rowsOf(a) - rowsOf(b))
  }
  return parts.map(({ loop, hasLanded, error }) => ({
    partition: loop.partition,
    hasLanded,
    error,
  }))
}

/** As much as may be held as text at a time. */
async function flushRound(parts: readonly Part[], options: WorkerOptions): Promise<void> {
  const { clock } = options
  const room = newRoom()
  const takenMs = clock.now()
  await Promise.all(parts.map((part) => take(part, room, options)))
  const taken = parts.filter(({ isDone }) => !isDone)
  if (taken.length === 0) return
  try {
    const publications = taken.map(({ flush, snapshot }) => ({
      flusher: flush.flusher,
      snapshot: snapshot!,
    }))
    await publishTogether(publications, options)
  } catch (error) {
    const halted = taken.filter(({ flush }) => flush.flusher.isReplaced)
    for (const part of halted.length > 0 ? halted : taken) fail(part, error)
    return
  }
  for (const part of taken) {
    if (part.snapshot!.isWhole) await conclude(part, takenMs)
  }
}

async function take(part: Part, room: Room, { clock }: WorkerOptions): Promise<void> {
  try {
    part.snapshot = await within(clock, TAKE_MS, part.flush.take(room))
    part.isDone = part.snapshot === null
  } catch (error) {
    fail(part, error)
  }
}

/** All rows up to the snapshot have landed. */
async function conclude(part: Part, takenMs: number): Promise<void> {
  const { loop, flush, snapshot } = part
  const { committed } = snapshot!
  part.isDone = true
  part.hasLanded = true
  loop.state.landed(loop.worker.unflushed, takenMs)
  await loop.note(committed.next)
  try {
    await flush.forget(committed)
  } catch (error) {
    fail(part, error)
  }
}

/** What another worker has taken over is that worker's to flush; what halts is told as a halt. */
function fail(part: Part, error: unknown): void {
  part.isDone = true
  if (error instanceof PartitionHalt) part.loop.halt(error)
  part.error = error instanceof Fenced || error instanceof PartitionHalt ? null : error
}

const rowsOf = ({ snapshot }: Part): number =>
  (snapshot?.tables ?? []).reduce((sum, { rows }) => sum + rows.length, 0)
