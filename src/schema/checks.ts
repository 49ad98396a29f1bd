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

/** The check that decides among the failed ones, of which there is at least one. */
export const firstCheck = (failed: ReadonlyMap<string, unknown>): Check => {
  const check = CHECKS.find((name) => failed.has(name))
  if (check === undefined)
    throw new Error(`no check of the contract among ${[...failed.keys()].join()}`)
  return check
}

export const reasonOf = (check: Check): RejectionReason => REASON_OF_CHECK[check]
