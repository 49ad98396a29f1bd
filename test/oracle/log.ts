// The oracle's input: one partition's log in offset order, already validated and parsed. What an
// event means is decided later; here it is only what the producer sent, with money in minor units.
import { hash } from 'node:crypto'

/** A valid event. Absent strings are '', absent numbers -1. */
export interface LogEvent {
  readonly eventId: string
  readonly userHash: string
  readonly timeMs: number
  readonly channel: string
  readonly campaign: string
  readonly action: string
  readonly liveEvent: string
  readonly variant: string
  readonly source: string
  readonly transactionId: string
  /** Minor units; |value| for refunds; -1 for none, and always -1 for other actions. */
  readonly valueMinor: number
  /** '' when a conversion has no value; refunds: as sent; other actions: ''. */
  readonly currency: string
  readonly quantity: number
}

/** `timeMs` is the record time. */
export type LogRecord =
  | { readonly offset: number; readonly timeMs: number; readonly kind: 'tick' }
  | {
      readonly offset: number
      readonly timeMs: number
      readonly kind: 'rejected'
      readonly reason: string
    }
  | {
      readonly offset: number
      readonly timeMs: number
      readonly kind: 'event'
      readonly event: LogEvent
    }

/**
 * The first `bytes` bytes of the SHA-256 of a string, as hexadecimal: compares like the bytes do.
 */
export function hashHex(text: string, bytes: number): string {
  return hash('sha256', text, 'hex').slice(0, bytes * 2)
}
