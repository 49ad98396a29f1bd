// Why a record is refused, without asking the contract: producers repeat their mistakes, and zod
// takes as long over one as the rest of the worker over twenty good records. The same checks in the
// same order (checks.ts) as plain code; a property test holds each reason equal to the contract's.
import { RESERVED_CHANNELS } from '../core/event.ts'
import type { RejectionReason } from '../core/event.ts'
import { isOptionalDecimal, isOptionalText, isText } from './accept-event.ts'
import type { WireObject } from './build-event.ts'
import { currencyDigits } from './currencies.ts'
import { isPlainIdentifier } from './identifiers.ts'
import { ID_LENGTH_MAX, NAME_LENGTH_MAX, parseQuantity } from './limits.ts'
import { parseTimestamp } from './timestamp.ts'

const CHANNELS_RESERVED: ReadonlySet<unknown> = new Set(RESERVED_CHANNELS)
const METADATA_TEXTS = (
  'utm_source utm_medium utm_campaign utm_term utm_content transaction_id source live_event_id ' +
  'product_id content_id variant treatment_id arm session_id'
).split(' ')

const isAbsent = (value: unknown): boolean => value === undefined || value === null || value === ''

const isCurrency = (value: unknown): boolean =>
  isAbsent(value) || (typeof value === 'string' && currencyDigits(value) !== -1)

const refuseMetadata = (metadata: unknown): RejectionReason | null => {
  if (isAbsent(metadata)) return null
  if (typeof metadata !== 'object' || Array.isArray(metadata)) return 'invalid_metadata'
  const fields = metadata as WireObject
  const { quantity } = fields
  if (
    !METADATA_TEXTS.every((name) => isOptionalText(fields[name])) ||
    (!isAbsent(quantity) && parseQuantity(quantity) === -1)
  ) {
    return 'invalid_metadata'
  }
  if (!isOptionalDecimal(fields['value']) || !isOptionalDecimal(fields['unit_price'])) {
    return 'invalid_value'
  }
  return isCurrency(fields['currency']) ? null : 'invalid_currency'
}

/**
 * Why the contract refuses `wire`; null: it does not, as far as can be told here. The caller
 * vouches for the same two rules as for `acceptEvent`.
 */
export const refuseEvent = (wire: WireObject): RejectionReason | null => {
  const userHash = wire['user_hash']
  const channel = wire['channel']
  if (!isText(wire['event_id'], ID_LENGTH_MAX)) return 'invalid_event_id'
  if (!isText(userHash, ID_LENGTH_MAX)) return 'invalid_user_hash'
  if (parseTimestamp(wire['timestamp']) === -1) return 'invalid_timestamp'
  if (!isText(channel, NAME_LENGTH_MAX)) return 'invalid_channel'
  if (!isText(wire['action_type'], NAME_LENGTH_MAX)) return 'invalid_action_type'
  if (!isOptionalText(wire['campaign'])) return 'invalid_campaign'
  const reason = refuseMetadata(wire['metadata'])
  if (reason !== null) return reason
  if (CHANNELS_RESERVED.has(channel)) return 'reserved_channel'
  return isPlainIdentifier(userHash) ? 'raw_identifier' : null
}
