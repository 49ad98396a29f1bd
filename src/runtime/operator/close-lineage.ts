// Before a state is given up, what it has booked is brought to ClickHouse and read back: the
// numbers of the old lineage stay true until, and unless, a new one takes its place.
import type { PartitionMeta } from '../../ports/state-store.ts'
import { loadPartition } from '../acquire.ts'
import { Flusher } from '../flusher.ts'
import { PartitionHalt } from '../halt.ts'
import type { PartitionOptions } from '../partition-options.ts'

/** Flushes and verifies every row of the state. Throws PartitionHalt when parts of it are gone. */
export async function closeLineage(options: PartitionOptions, meta: PartitionMeta): Promise<void> {
  const partition = await loadPartition(options, meta)
  const flusher = new Flusher(options, partition, meta)
  for (;;) {
    const snapshot = flusher.snapshot(meta)
    await flusher.publish(snapshot)
    if (!snapshot.isWhole) continue
    let lost = 0
    for (const hour of partition.ledger.hours.keys()) lost += await flusher.recheck(hour)
    if (lost === 0) return
  }
}

/** Whether the state can still be read whole, and what is missing if not. */
export async function damageOf(
  options: PartitionOptions,
  meta: PartitionMeta,
): Promise<string | null> {
  try {
    await loadPartition(options, meta)
    return null
  } catch (error) {
    if (error instanceof PartitionHalt) return error.message
    throw error
  }
}
