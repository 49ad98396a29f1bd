// What the runtime of one partition is given: ports, settings and limits. Everything that knows
// time, chance or a network is behind a port.
import type { CoreRecord } from '../core/partition.ts'
import type { Settings } from '../core/settings.ts'
import type { Clock, Probe, Random } from '../ports/clock.ts'
import type { DeadLetterSink } from '../ports/dead-letter-sink.ts'
import type { LedgerSink } from '../ports/ledger-sink.ts'
import type { LogBounds, SourceRecord, TopicFacts } from '../ports/record-source.ts'
import type { StateStore } from '../ports/state-store.ts'
import type { Telemetry } from '../ports/telemetry.ts'

export interface Limits {
  /** A commit covers at most so many journeys, and about so many bytes of journeys. */
  readonly commitJourneysMax: number
  readonly commitBytesMax: number
  /** Beyond so many rows that have not landed, records wait. */
  readonly unflushedRowsMax: number
  /** Journeys kept in memory between batches. */
  readonly cachedJourneysMax: number
}

export const DEFAULT_LIMITS: Limits = {
  commitJourneysMax: 4_000,
  commitBytesMax: 1 << 20,
  unflushedRowsMax: 500_000,
  cachedJourneysMax: 1_000_000,
}

export interface PartitionOptions {
  readonly topic: string
  readonly partition: number
  /** Consumer group; '' where there is none. */
  readonly group: string
  /** Where a partition begins that nobody has consumed yet. */
  readonly start: 'earliest' | 'latest'
  /** Record times that producers gave are accepted. */
  readonly allowCreateTime: boolean
  readonly settings: Settings
  /** Fingerprint of the settings and the logic version. */
  readonly fingerprint: string
  readonly limits: Limits
  readonly store: StateStore
  readonly ledger: LedgerSink
  readonly deadLetters: DeadLetterSink
  readonly clock: Clock
  readonly random: Random
  readonly probe: Probe
  readonly telemetry: Telemetry
}

/** A span whose records have been judged, each beside the record it came from. */
export interface JudgedSpan {
  readonly from: number
  readonly to: number
  readonly records: readonly CoreRecord[]
  /** The record behind records[i]. */
  source(i: number): SourceRecord
}

/** What was known of the partition's log at one time. */
export interface LogView {
  readonly facts: TopicFacts
  readonly bounds: LogBounds
  /** Offset that the consumer group has noted; null: none. A witness only. */
  readonly groupNext: number | null
  /** The record at an offset, or null if it is no longer kept. */
  readAt(offset: number): Promise<SourceRecord | null>
  /** A later look. */
  again(): Promise<LogView>
}
