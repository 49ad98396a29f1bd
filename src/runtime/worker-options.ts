// What a worker of many partitions is given, and what can be asked of it while it runs.
import type { Settings } from '../core/settings.ts'
import type { Clock, Probe, Random } from '../ports/clock.ts'
import type { DeadLetterSink } from '../ports/dead-letter-sink.ts'
import type { LedgerSink } from '../ports/ledger-sink.ts'
import type { RecordSource } from '../ports/record-source.ts'
import type { StateStore } from '../ports/state-store.ts'
import type { Telemetry } from '../ports/telemetry.ts'
import type { TickSink } from '../ports/tick-sink.ts'
import type { PartitionerName } from '../schema/partitioners.ts'
import type { HaltReason } from './halt.ts'
import type { Limits } from './partition-options.ts'

/** All in ms. */
export interface Timings {
  /** From one flush of all partitions to the next. */
  readonly flushEveryMs: number
  /** From one re-check of an open hour to the next. */
  readonly recheckEveryMs: number
  /** Before a partition that failed is tried again. */
  readonly retryMs: number
  /** A partition that has lag but makes no progress for so long ends the process. */
  readonly stallMs: number
  /** Idle for so long, a partition gets a tick. */
  readonly tickIdleMs: number
}

export const DEFAULT_TIMINGS: Timings = {
  flushEveryMs: 5_000,
  recheckEveryMs: 30_000,
  retryMs: 1_000,
  stallMs: 60_000,
  tickIdleMs: 600_000,
}

export interface WorkerOptions {
  readonly source: RecordSource
  /** null: no ticks. */
  readonly ticks: TickSink | null
  readonly ledger: LedgerSink
  readonly deadLetters: DeadLetterSink
  readonly storeOf: (partition: number) => StateStore
  readonly settings: Settings
  readonly fingerprint: string
  readonly partitioner: PartitionerName
  readonly start: 'earliest' | 'latest'
  readonly allowCreateTime: boolean
  /** `exit`: the first halt of a partition ends the worker; else the last one does. */
  readonly onHalt: 'partition' | 'exit'
  readonly limits: Limits
  readonly timings: Timings
  readonly clock: Clock
  readonly random: Random
  readonly probe: Probe
  readonly telemetry: Telemetry
}

export type PauseReason = 'unflushed_rows' | 'store' | 'dead_letters' | 'log'

export interface PartitionStatus {
  readonly partition: number
  readonly state: 'acquiring' | 'running' | 'paused' | 'halted'
  /** Why it is paused or halted; '' else. */
  readonly reason: HaltReason | PauseReason | ''
  /** A sentence for people; '' when there is nothing to say. */
  readonly message: string
  /** Committed position, and the ends of the log as of the last read; -1: not known yet. */
  readonly next: number
  readonly low: number
  readonly high: number
  /** Epoch ms; 0 before the first record. */
  readonly streamTimeMs: number
  readonly unflushedRows: number
  /** Epoch ms since which there are rows that have not landed; 0: none. */
  readonly unflushedSinceMs: number
  /** Persons that are due and not yet settled; some of them overtaken, so at most so many. */
  readonly duePersons: number
  /** By kind of dimension, in the order of KINDS: how much of the cap is taken; []: not held. */
  readonly dictionaryFill: readonly number[]
}

export interface WorkerStatus {
  readonly isMember: boolean
  readonly isStopping: boolean
  readonly partitions: readonly PartitionStatus[]
  /** Epoch ms of the last flush that went through; 0: none yet. */
  readonly flushedMs: number
}

/** Why a worker has ended by itself. */
export interface WorkerEnd {
  readonly why: 'halted' | 'dead' | 'stalled'
  readonly message: string
}
