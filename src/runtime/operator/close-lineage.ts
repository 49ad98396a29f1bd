// Before a state is given up, what it has booked is brought to ClickHouse and read back: the
// numbers of the old lineage stay true until, and unless, a new one takes its place.
import type { Partition } from '../../core/partition.ts'
import type { PartitionMeta } from '../../ports/state-store.ts'
import { loadPartition } from '../acquire.ts'
import { Flusher } from '../flusher.ts'
import { PartitionHalt } from '../halt.ts'
import type { PartitionOptions } from '../partition-options.ts'

/** Flushes and verifies every row of the state. */
export async function closeLineage(
  options: PartitionOptions,
  meta: PartitionMeta,
  partition: Partition,
): Promise<void> {
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

/** The state, or what of it is missing. */
export async function loadWhole(
  options: PartitionOptions,
  meta: PartitionMeta,
): Promise<Partition | string> {
  try {
    return await loadPartition(options, meta)
  } catch (error) {
    if (error instanceof PartitionHalt) return error.message
    throw error
  }
}
