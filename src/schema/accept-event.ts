// The fast path's validator, in plain code. It accepts nothing that the contract (event-schema.ts)
// refuses; a property test shows it. What it does not accept, valid or not, goes to the contract:
// so it may be strict, and never names a reason.
import { RESERVED_CHANNELS } from '../core/event.ts'
import type { AmountFields } from './amount.ts'
import type { WireObject } from './build-event.ts'
import { currencyDigits } from './currencies.ts'
import { isPlainIdentifier } from './identifiers.ts'
import { ID_LENGTH_MAX, NAME_LENGTH_MAX, parseQuantity } from './limits.ts'
import { decimalText } from './money.ts'
import { parseTimestamp } from './timestamp.ts'

const CHANNELS_RESERVED: ReadonlySet<string> = new Set(RESERVED_CHANNELS)

const isText = (value: unknown, lengthMax: number): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= lengthMax

const isOptionalText = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  (typeof value === 'string' && value.length <= ID_LENGTH_MAX)

const isOptionalDecimal = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || decimalText(value) !== null

/** Whether value, unit price, quantity and currency are valid one by one, for certain. */
export const acceptAmountFields = (fields: AmountFields): boolean =>
  isOptionalDecimal(fields.value) &&
  isOptionalDecimal(fields.unit_price) &&
  (fields.quantity === undefined || parseQuantity(fields.quantity) !== -1) &&
  (fields.currency === undefined ||
    (typeof fields.currency === 'string' && currencyDigits(fields.currency) !== -1))

const acceptsMetadata = (metadata: WireObject): boolean =>
  isOptionalText(metadata['utm_source']) &&
  isOptionalText(metadata['utm_medium']) &&
  isOptionalText(metadata['utm_campaign']) &&
  isOptionalText(metadata['utm_term']) &&
  isOptionalText(metadata['utm_content']) &&
  isOptionalText(metadata['transaction_id']) &&
  isOptionalText(metadata['source']) &&
  isOptionalText(metadata['live_event_id']) &&
  isOptionalText(metadata['product_id']) &&
  isOptionalText(metadata['content_id']) &&
  isOptionalText(metadata['variant']) &&
  isOptionalText(metadata['treatment_id']) &&
  isOptionalText(metadata['arm']) &&
  isOptionalText(metadata['session_id']) &&
  acceptAmountFields(metadata)

/**
 * The event's time in epoch ms if `wire` is valid for certain, else -1. The caller vouches for two
 * rules: no string holds a lone surrogate, and metadata is within its size.
 */
export const acceptEvent = (wire: WireObject): number => {
  const channel = wire['channel']
  const userHash = wire['user_hash']
  const metadata = wire['metadata']
  if (
    !isText(wire['event_id'], ID_LENGTH_MAX) ||
    !isText(userHash, ID_LENGTH_MAX) ||
    !isText(channel, NAME_LENGTH_MAX) ||
    !isText(wire['action_type'], NAME_LENGTH_MAX) ||
    !isOptionalText(wire['campaign']) ||
    CHANNELS_RESERVED.has(channel) ||
    isPlainIdentifier(userHash)
  ) {
    return -1
  }
  if (metadata !== undefined) {
    if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) return -1
    if (!acceptsMetadata(metadata as WireObject)) return -1
  }
  return parseTimestamp(wire['timestamp'])
}
