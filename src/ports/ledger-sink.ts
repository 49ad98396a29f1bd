// Where published rows go: ClickHouse (embedded or a server) or memory. Absolute values, versioned.
import type { LedgerRow, TableName } from '../core/tables.ts'

/**
 * A range of booked hours (hour numbers = floor(epoch ms / 3,600,000), both ends included) of one
 * state.
 */
export interface BookedRange {
  readonly topic: string
  readonly partition: number
  /** UInt64 as a decimal string. */
  readonly lineage: string
  readonly hourFrom: number
  readonly hourTo: number
}

export interface LineageRow {
  readonly topic: string
  readonly partition: number
  readonly lineage: string
  readonly baseOffset: number
  readonly status: 'building' | 'active' | 'retired'
  readonly reason: string
}

/**
 * How far a partition's rows have landed. ReplacingMergeTree(next): the row with the highest next
 * wins.
 */
export interface ProgressRow {
  readonly topic: string
  readonly partition: number
  readonly lineage: string
  /** The snapshot's offset: all records below it are in the rows. */
  readonly next: number
  readonly streamTimeMs: number
  /** The last booked hour (hour number) that was verified and forgotten; -1: none. */
  readonly bookedThrough: number
  /** The offset all of whose rows have landed. */
  readonly flushedThrough: number
}

/**
 * Offsets [from, to) that an operator has given up: every replay of the log books them as rejected.
 */
export interface SkipRow {
  readonly topic: string
  readonly partition: number
  /** The lineage that met them first. */
  readonly lineage: string
  readonly from: number
  readonly to: number
  readonly reason: string
}

/** From this offset on the keys of a topic lie where this number of partitions puts them. */
export interface PartitionCountRow {
  readonly topic: string
  readonly partition: number
  readonly fromOffset: number
  readonly count: number
}

/**
 * Every call may throw; an error after sending is ambiguous, and sending the same rows again is
 * always safe.
 */
export interface LedgerSink {
  /** Appends absolute rows; the highest `ver` of a key wins, equal versions are equal rows. */
  insert(table: TableName, rows: readonly LedgerRow[]): Promise<void>
  /**
   * The winning rows of the range, one per key, in the same form as `insert` takes; no order
   * promised.
   */
  read(table: TableName, range: BookedRange): Promise<LedgerRow[]>
  /** All rows in one insert; a status only moves forward (building, active, retired). */
  writeLineages(rows: readonly LineageRow[]): Promise<void>
  writeProgress(row: ProgressRow): Promise<void>
  lineages(topic: string, partition: number): Promise<LineageRow[]>
  progress(topic: string, partition: number): Promise<ProgressRow[]>
  writeSkip(row: SkipRow): Promise<void>
  /** By offset. */
  skips(topic: string, partition: number): Promise<SkipRow[]>
  writePartitionCounts(rows: readonly PartitionCountRow[]): Promise<void>
  /** By offset, then by count: a topic's count only grows. */
  partitionCounts(topic: string, partition: number): Promise<PartitionCountRow[]>
}
