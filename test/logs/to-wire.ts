// An event of a generated log as a producer writes it.
import { currencyDigits } from '../../src/schema/currencies.ts'
import type { LogEvent } from '../oracle/log.ts'

export function toWire(event: LogEvent): object {
  const { valueMinor, currency, quantity } = event
  const metadata = {
    live_event_id: event.liveEvent,
    variant: event.variant,
    source: event.source,
    transaction_id: event.transactionId,
    ...(valueMinor >= 0 ? { value: decimal(valueMinor, currencyDigits(currency)) } : {}),
    currency,
    ...(quantity >= 0 ? { quantity } : {}),
  }
  return {
    event_id: event.eventId,
    user_hash: event.userHash,
    timestamp: event.timeMs,
    channel: event.channel,
    action_type: event.action,
    campaign: event.campaign,
    metadata,
  }
}

function decimal(minor: number, digits: number): string {
  const text = String(minor).padStart(digits + 1, '0')
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`
}
