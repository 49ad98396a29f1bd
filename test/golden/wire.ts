// Golden input is written as producers write it. This reads just that much of the wire contract,
// plainly and independently of `src/schema`: valid events only, value as a decimal string.
import type { Settings } from '../../src/core/settings.ts'
import { kindOf } from '../oracle/journey-order.ts'
import type { LogEvent, LogRecord } from '../oracle/log.ts'

interface WireEvent {
  readonly event_id: string
  readonly user_hash: string
  readonly timestamp: string
  readonly channel: string
  readonly action_type: string
  readonly campaign?: string
  readonly metadata?: Readonly<Record<string, string>>
}

const DIGITS: Readonly<Record<string, number>> = { USD: 2, JPY: 0, KWD: 3 }

/**
 * A log whose record times are the event times, held back to the latest so far: broker time never
 * goes back.
 */
export function readLog(ndjson: string, settings: Settings): LogRecord[] {
  let timeMs = Number.NEGATIVE_INFINITY
  return ndjson
    .trimEnd()
    .split('\n')
    .map((line, offset) => {
      const event = readEvent(JSON.parse(line) as WireEvent, settings)
      timeMs = Math.max(timeMs, event.timeMs)
      return { offset, timeMs, kind: 'event', event }
    })
}

function readEvent(wire: WireEvent, settings: Settings): LogEvent {
  const metadata = wire.metadata ?? {}
  const kind = kindOf(wire.action_type, settings)
  const isMoney = kind === 'conversion' || kind === 'refund'
  const hasValue = isMoney && metadata['value'] !== undefined
  const currency = metadata['currency'] ?? ''
  return {
    eventId: wire.event_id,
    userHash: wire.user_hash,
    timeMs: Date.parse(wire.timestamp),
    channel: wire.channel,
    campaign: wire.campaign ?? metadata['utm_campaign'] ?? '',
    action: wire.action_type,
    liveEvent: metadata['live_event_id'] ?? '',
    variant: metadata['variant'] ?? '',
    source: metadata['source'] ?? '',
    transactionId: metadata['transaction_id'] ?? '',
    valueMinor: hasValue ? minorUnits(metadata['value']!, currency) : -1,
    currency: hasValue || kind === 'refund' ? currency : '',
    quantity: metadata['quantity'] === undefined ? -1 : Number(metadata['quantity']),
  }
}

/** "59.90" USD is 5990; the case's author writes no more digits than the currency has. */
function minorUnits(value: string, currency: string): number {
  const [whole, fraction = ''] = value.split('.')
  return Number(whole! + fraction.padEnd(DIGITS[currency]!, '0'))
}
