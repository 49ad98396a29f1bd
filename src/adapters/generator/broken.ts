// How producers get events wrong: for each reason that the value of a record can be refused for,
// the variants seen in practice. Each takes a valid line and spoils one thing. (`key_mismatch`,
// `wrong_partition` and `undecodable_batch` are about the record around a value, not made here.)
import type { RejectionReason } from '../../core/event.ts'

type Wire = Record<string, unknown> & { metadata: Record<string, unknown> }
type Spoil = (line: string) => string

/** A variant that changes fields of the event. */
const field =
  (change: Readonly<Record<string, unknown>>): Spoil =>
  (line) =>
    JSON.stringify({ ...(JSON.parse(line) as Wire), ...change })

/** A variant that changes known keys of metadata. */
const known =
  (change: Readonly<Record<string, unknown>>): Spoil =>
  (line) => {
    const event = JSON.parse(line) as Wire
    return JSON.stringify({ ...event, metadata: { ...event.metadata, ...change } })
  }

/** A variant of a purchase with this money; all else that is about money is gone. */
const purchase =
  (money: Readonly<Record<string, unknown>>): Spoil =>
  (line) => {
    const event = JSON.parse(line) as Wire
    const none = {
      value: undefined,
      unit_price: undefined,
      quantity: undefined,
      currency: undefined,
    }
    const metadata = { ...event.metadata, ...none, ...money }
    return JSON.stringify({ ...event, action_type: 'purchase', metadata })
  }

const without =
  (name: string): Spoil =>
  (line) =>
    JSON.stringify({ ...(JSON.parse(line) as Wire), [name]: undefined })

const LONG = 'x'.repeat(129)

export interface Flaw {
  readonly reason: RejectionReason
  readonly variants: readonly Spoil[]
}

export const FLAWS: readonly Flaw[] = [
  {
    reason: 'invalid_json',
    variants: [(line) => line.slice(0, -9), (line) => `[${line}]`, () => 'OK', () => 'null'],
  },
  {
    reason: 'invalid_event_id',
    variants: [without('event_id'), field({ event_id: 17 }), field({ event_id: LONG })],
  },
  {
    reason: 'invalid_user_hash',
    variants: [without('user_hash'), field({ user_hash: '' }), field({ user_hash: '\ud83d' })],
  },
  {
    reason: 'invalid_timestamp',
    variants: [
      field({ timestamp: '2026-11-13 18:00:00' }),
      field({ timestamp: '13/11/2026' }),
      field({ timestamp: 1_794_592.8 }),
      field({ timestamp: '2026-02-30T10:00:00Z' }),
      without('timestamp'),
    ],
  },
  { reason: 'invalid_channel', variants: [without('channel'), field({ channel: null })] },
  {
    reason: 'invalid_action_type',
    variants: [field({ action_type: '' }), field({ action_type: ['view'] })],
  },
  { reason: 'invalid_campaign', variants: [field({ campaign: 45 }), field({ campaign: LONG })] },
  {
    reason: 'invalid_metadata',
    variants: [
      field({ metadata: 'utm_source=tiktok' }),
      known({ transaction_id: 100_017 }),
      known({ quantity: 0 }),
      known({ session_id: LONG }),
    ],
  },
  { reason: 'metadata_too_large', variants: [known({ html: '<li>'.repeat(5000) })] },
  {
    reason: 'invalid_value',
    variants: [known({ value: '12,50' }), known({ value: '€ 10' }), known({ unit_price: '1e3' })],
  },
  {
    reason: 'invalid_currency',
    variants: [known({ currency: 'eur' }), known({ currency: 'XXX' }), known({ currency: '€' })],
  },
  { reason: 'reserved_channel', variants: [field({ channel: '(null)' })] },
  {
    reason: 'raw_identifier',
    variants: [
      field({ user_hash: 'jane.doe@example.com' }),
      field({ user_hash: '+1 (202) 555-0143' }),
    ],
  },
  { reason: 'missing_currency', variants: [purchase({ value: '49.90' })] },
  {
    reason: 'value_digits',
    variants: [
      purchase({ value: '2480.50', currency: 'JPY' }),
      purchase({ value: 14.899, currency: 'EUR' }),
    ],
  },
  {
    reason: 'value_too_large',
    variants: [purchase({ value: '1e16'.replace('e16', '0'.repeat(16)), currency: 'USD' })],
  },
  { reason: 'negative_value', variants: [purchase({ value: '-14.90', currency: 'EUR' })] },
]

/** Spoils a valid line in the `turn`-th way: every reason in turn, each time its next variant. */
export function spoil(line: string, turn: number): string {
  const { variants } = FLAWS[turn % FLAWS.length] as Flaw
  const variant = variants[Math.floor(turn / FLAWS.length) % variants.length] as Spoil
  return variant(line)
}
