// What the core knows of a record: ids already hashed, money already in minor units, strings as
// sent.

/**
 * A validated event. Made once per record at the edge (`src/schema`), never changed afterwards.
 * Absent optional strings are '', absent numbers -1.
 */
export interface CoreEvent {
  /** First 8 bytes of SHA-256(event_id), as two signed 32-bit words, big-endian. */
  readonly idHi: number
  readonly idLo: number
  /** First 16 bytes of SHA-256(user_hash), as four signed 32-bit words, big-endian. */
  readonly person0: number
  readonly person1: number
  readonly person2: number
  readonly person3: number
  /** Event time, epoch ms, as sent (clamping is the core's business). */
  readonly timeMs: number
  readonly channel: string
  readonly campaign: string
  readonly action: string
  readonly liveEvent: string
  readonly variant: string
  readonly source: string
  /** First 8 bytes of SHA-256(transaction_id) as two signed words; both 0: no transaction id. */
  readonly transactionHi: number
  readonly transactionLo: number
  /**
   * Conversions: `value`, else unit_price x quantity, 0..10^15 minor units. Refunds: |value|.
   * -1: none. Always -1 for actions that are neither a goal's nor `refund`.
   */
  readonly valueMinor: number
  /** Conversions: '' when without value. Refunds: as sent, '' if absent. Other actions: ''. */
  readonly currency: string
  /** 1..1,000,000; -1: absent. */
  readonly quantity: number
}

/** Rejection reasons in the order in which they are checked (DETAILS, "Records"). */
export const REJECTION_REASONS = [
  'invalid_json',
  'invalid_event_id',
  'invalid_user_hash',
  'invalid_timestamp',
  'invalid_channel',
  'invalid_action_type',
  'invalid_campaign',
  'invalid_metadata',
  'metadata_too_large',
  'invalid_value',
  'invalid_currency',
  'reserved_channel',
  'raw_identifier',
  'missing_currency',
  'value_digits',
  'value_too_large',
  'negative_value',
  'key_mismatch',
  'wrong_partition',
  'undecodable_batch',
] as const
export type RejectionReason = (typeof REJECTION_REASONS)[number]

/** What became of a record; each record has exactly one. Ticks are left out of `bi_intake`. */
export const OUTCOMES = ['applied', 'duplicate', 'late', 'overflow', 'rejected', 'tick'] as const
export type Outcome = (typeof OUTCOMES)[number]

/** Channels that only the ledger uses; a producer's event may not carry them. */
export const RESERVED_CHANNELS = [
  '(start)',
  '(conversion)',
  '(null)',
  '(other)',
  '(unattributed)',
  '(…)',
] as const

/** The eight rule models, in the order of the ledger. */
export const MODELS = [
  'first_touch',
  'last_touch',
  'last_non_direct',
  'linear',
  'time_decay',
  'position_based',
  'w_shaped',
  'shapley',
] as const
export type Model = (typeof MODELS)[number]
