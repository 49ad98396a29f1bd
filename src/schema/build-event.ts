// From a valid wire object to the event of the core: ids hashed, absent fields filled in, money in
// minor units. Both paths of the parser end here, so that they cannot yield different events.
import type { CoreEvent, RejectionReason } from '../core/event.ts'
import type { Settings } from '../core/settings.ts'
import { createAmountRule } from './amount.ts'
import { parseQuantity } from './limits.ts'
import { sha256 } from './sha256.ts'

/** A JSON object of the wire; every field is still unknown. */
export type WireObject = Readonly<Record<string, unknown>>

const NO_METADATA: WireObject = {}

const optional = (value: unknown): string => (typeof value === 'string' ? value : '')

/** The metadata of a wire object; absent, null and '' are an empty one. */
export const metadataOf = (wire: WireObject): WireObject =>
  typeof wire['metadata'] === 'object' && wire['metadata'] !== null
    ? (wire['metadata'] as WireObject)
    : NO_METADATA

/**
 * Makes events of wire objects that the contract accepts; only the money rules can still refuse
 * one.
 */
export const createEventBuilder = (
  settings: Settings,
): ((wire: WireObject, timeMs: number) => CoreEvent | RejectionReason) => {
  const amounts = createAmountRule(settings)
  return (wire, timeMs) => {
    const metadata = metadataOf(wire)
    const action = wire['action_type'] as string
    const valueMinor = amounts.minor(action, metadata)
    if (typeof valueMinor === 'string') return valueMinor
    const id = sha256(wire['event_id'] as string)
    const idHi = id[0]!
    const idLo = id[1]!
    const transactionId = optional(metadata['transaction_id'])
    const transaction = transactionId === '' ? null : sha256(transactionId)
    const transactionHi = transaction === null ? 0 : transaction[0]!
    const transactionLo = transaction === null ? 0 : transaction[1]!
    const person = sha256(wire['user_hash'] as string)
    return {
      idHi,
      idLo,
      person0: person[0]!,
      person1: person[1]!,
      person2: person[2]!,
      person3: person[3]!,
      timeMs,
      channel: wire['channel'] as string,
      campaign: optional(wire['campaign']) || optional(metadata['utm_campaign']),
      action,
      liveEvent: optional(metadata['live_event_id']),
      variant: optional(metadata['variant']),
      source: optional(metadata['source']),
      transactionHi,
      transactionLo,
      valueMinor,
      currency: amounts.currency(action, metadata, valueMinor),
      quantity: parseQuantity(metadata['quantity']),
    }
  }
}
