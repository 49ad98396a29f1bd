// The checks of one record's value in the order in which they decide (DETAILS, "Records"), each
// with the reason it gives. `invalid_metadata` stands twice: first for what is no object, then for
// a known key.
import type { RejectionReason } from '../core/event.ts'

const REASON_OF_CHECK = {
  invalid_event_id: 'invalid_event_id',
  invalid_user_hash: 'invalid_user_hash',
  invalid_timestamp: 'invalid_timestamp',
  invalid_channel: 'invalid_channel',
  invalid_action_type: 'invalid_action_type',
  invalid_campaign: 'invalid_campaign',
  metadata_shape: 'invalid_metadata',
  metadata_too_large: 'metadata_too_large',
  metadata_field: 'invalid_metadata',
  invalid_value: 'invalid_value',
  invalid_currency: 'invalid_currency',
  reserved_channel: 'reserved_channel',
  raw_identifier: 'raw_identifier',
} as const satisfies Record<string, RejectionReason>

export type Check = keyof typeof REASON_OF_CHECK

const CHECKS = Object.keys(REASON_OF_CHECK) as Check[]

const isCheck = (name: string): name is Check => Object.hasOwn(REASON_OF_CHECK, name)

/** The check that an issue of the contract belongs to: named by its message, else by its field. */
export const checkOf = (message: string, [field, key]: readonly PropertyKey[]): Check => {
  if (isCheck(message)) return message
  if (field !== 'metadata') return `invalid_${String(field)}` as Check
  if (key === undefined) return 'metadata_shape'
  if (key === 'value' || key === 'unit_price') return 'invalid_value'
  return key === 'currency' ? 'invalid_currency' : 'metadata_field'
}

/** The check that decides among the failed ones, of which there is at least one. */
export const firstCheck = (failed: ReadonlyMap<Check, unknown>): Check =>
  CHECKS.find((check) => failed.has(check)) ?? 'metadata_field'

export const reasonOf = (check: Check): RejectionReason => REASON_OF_CHECK[check]
