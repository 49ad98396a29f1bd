// Snapshots of one or several partitions on their way to ClickHouse: one insert per table, whoever
// the rows are of, since every insert makes a part that must be merged. What has landed is noted
// table by table, and only then does a partition claim how far it has come.
import { TABLES } from '../core/tables.ts'
import type { LedgerRow } from '../core/tables.ts'
import type { PartitionMeta } from '../ports/state-store.ts'
import type { PartitionOptions } from './partition-options.ts'
import { passing } from './passing.ts'

/** Rows of one table, and what to do once they have landed. */
export interface TableSnapshot {
  readonly rows: readonly LedgerRow[]
  landed(): void
}

export interface Snapshot {
  /** In the order of TABLES. */
  readonly tables: readonly TableSnapshot[]
  readonly committed: PartitionMeta
  /** Nothing unflushed was left out. */
  readonly isWhole: boolean
}

/** What may still be held as text at a time, shared by all that are published together. */
export interface Room {
  rows: number
  words: number
}

// A path has as many words as touchpoints, so rows alone would be no bound.
export const WORDS_MAX = 500_000
export const newRoom = (): Room => ({ rows: 50_000, words: WORDS_MAX })

export interface Publication {
  readonly flusher: {
    /** The lineage stands in the ledger before its first row does. */
    writeLineage(): Promise<void>
    /** All rows of the snapshot have landed. */
    claim(snapshot: Snapshot): Promise<void>
  }
  readonly snapshot: Snapshot
}

/** On an error some rows may have landed; those noted so have, and all others are sent again. */
export async function publishTogether(
  publications: readonly Publication[],
  { ledger, probe }: Pick<PartitionOptions, 'ledger' | 'probe'>,
): Promise<void> {
  for (const { flusher } of publications) await flusher.writeLineage()
  await probe.at('snapshot')
  for (const [table, { name }] of TABLES.entries()) {
    const parts = publications.map(({ snapshot }) => snapshot.tables[table]!)
    const filled = parts.filter(({ rows }) => rows.length > 0)
    if (filled.length === 0) continue
    const [only] = filled
    const rows = filled.length === 1 ? only!.rows : filled.flatMap((part) => part.rows)
    await probe.at('insert')
    await passing(probe, 'insert-sent', ledger.insert(name, rows))
    await probe.at('inserted')
    for (const part of filled) part.landed()
    await probe.at('cleared')
  }
  for (const { flusher, snapshot } of publications) {
    if (!snapshot.isWhole) continue
    await flusher.claim(snapshot)
    await probe.at('claimed')
  }
}
