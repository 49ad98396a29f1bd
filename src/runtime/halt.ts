// A partition that must not go on until an operator has decided (DESIGN section 8). Nothing is lost
// or published by halting.

export const HALT_REASONS = [
  'state_missing',
  'state_incomplete',
  'settings_changed',
  'another_cluster',
  'another_group',
  'partition_count_changed',
  'compacted_topic',
  'create_time',
  'would_evict',
  'before_log_start',
  'beyond_log_end',
  'record_differs',
  'clock_ahead',
  'undecodable_batch',
] as const
export type HaltReason = (typeof HALT_REASONS)[number]

export class PartitionHalt extends Error {
  readonly reason: HaltReason

  constructor(reason: HaltReason, message: string) {
    super(message)
    this.name = 'PartitionHalt'
    this.reason = reason
  }
}

/**
 * Another owner or another position: memory was dropped, and the partition must be acquired again.
 */
export class Fenced extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options)
    this.name = 'Fenced'
  }
}
