// The contract once more, read plainly from DETAILS ("Records") with other means than src/schema:
// regular expressions, Date, BigInt and node:crypto. Slow and obvious; the parser must agree with
// it.
import { createHash } from 'node:crypto'
import type { CoreEvent, RejectionReason } from '../../src/core/event.ts'
import { CURRENCIES_BY_DIGITS } from '../../src/schema/currencies.ts'

type Fields = Record<string, unknown>
const CONVERSIONS = new Set(['purchase', 'lead', 'signup', 'subscribe'])
const RESERVED = new Set('(start) (conversion) (null) (other) (unattributed) (…)'.split(' '))
const TEXTS = (
  'utm_source utm_medium utm_campaign utm_term utm_content transaction_id source live_event_id ' +
  'product_id content_id variant treatment_id arm session_id'
).split(' ')

const absent = (value: unknown): boolean => value === undefined || value === null || value === ''

const own = (fields: Fields, key: string): unknown =>
  Object.prototype.hasOwnProperty.call(fields, key) ? fields[key] : undefined

const isName = (value: unknown, max: number): value is string =>
  typeof value === 'string' &&
  value.length >= 1 &&
  value.length <= max &&
  Buffer.from(value).toString() === value

/** Epoch ms, null if the timestamp is invalid. */
const timeOf = (value: unknown): number | null => {
  let ms = NaN
  if (typeof value === 'number' && Number.isInteger(value)) ms = value
  const parts =
    typeof value === 'string'
      ? /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d)$/.exec(
          value,
        )
      : null
  if (parts !== null) {
    const [, year, month, day, hour, minute, second = '00', fraction = '0', zone = 'Z'] = parts
    const local = `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.padEnd(3, '0').slice(0, 3)}`
    const date = new Date(`${local}Z`)
    if (Number.isNaN(date.getTime()) || date.toISOString() !== `${local}Z`) return null
    const [, sign = '+', zoneHour = '00', zoneMinute = '00'] =
      /^([+-])(\d\d):(\d\d)$/.exec(zone) ?? []
    if (Number(zoneHour) > 23 || Number(zoneMinute) > 59) return null
    const shift = (Number(zoneHour) * 60 + Number(zoneMinute)) * 60_000
    ms = date.getTime() - (sign === '-' ? -shift : shift)
  }
  return ms >= Date.UTC(2000, 0) && ms < Date.UTC(2100, 0) ? ms : null
}

/** The decimal of a wire value without its exponent, null if it is none. */
const decimalOf = (value: unknown): string | null => {
  let text = typeof value === 'string' ? value : null
  if (typeof value === 'number') {
    const [mantissa = '', exponent = '0'] = String(value).split('e')
    const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.')
    const shift = Number(exponent)
    const digits = whole + fraction
    const point = whole.length + shift
    if (shift === 0) text = String(value)
    else {
      const padded = point <= 0 ? '0'.repeat(1 - point) + digits : digits.padEnd(point, '0')
      const at = point <= 0 ? 1 : point
      const rest = padded.slice(at)
      text = `${value < 0 ? '-' : ''}${padded.slice(0, at)}${rest === '' ? '' : `.${rest}`}`
    }
  }
  return text !== null && /^-?\d+(\.\d+)?$/.test(text) && text.length <= 64 ? text : null
}

const quantityOf = (value: unknown): number | null => {
  if (typeof value === 'string' && !/^\d+$/.test(value)) return null
  if (typeof value !== 'string' && typeof value !== 'number') return null
  const number = Number(value)
  return Number.isInteger(number) && number >= 1 && number <= 1_000_000 ? number : null
}

const digitsOf = (code: string): number | null => {
  for (const [digits, codes] of Object.entries(CURRENCIES_BY_DIGITS)) {
    if (codes.includes(code)) return Number(digits)
  }
  return null
}

const isPlain = (user: string): boolean => {
  const text = user.trim()
  if (/^\S+@\S+\.\S+$/.test(text)) return true
  const digits = text.replace(/\D/g, '').length
  if (digits < 7 || digits > 15) return false
  return /^\+[\d ()./-]*$/.test(text) || (/^[\d ()./-]+$/.test(text) && !/^\d+$/.test(text))
}

/** Minor units; the reason why not. */
const minorOf = (decimal: string, digits: number, times: number): bigint | RejectionReason => {
  const [whole = '', fraction = ''] = decimal.replace('-', '').split('.')
  const kept = fraction.replace(/0+$/, '')
  if (kept.length > digits) return 'value_digits'
  const minor = BigInt(whole + kept.padEnd(digits, '0')) * BigInt(times)
  if (minor > 10n ** 15n) return 'value_too_large'
  return decimal.startsWith('-') ? -minor : minor
}

const words = (text: string): number[] => {
  const digest = createHash('sha256').update(text, 'utf8').digest()
  return [0, 4, 8, 12].map((at) => digest.readInt32BE(at))
}

/**
 * JSON.stringify overflows its stack on values thousands of levels deep, so as long as there is one
 * thing within another they are counted off from outside.
 */
const jsonBytes = (value: unknown): number => {
  let around = 0
  for (let inner = value; ;) {
    const items = typeof inner === 'object' && inner !== null ? Object.entries(inner) : []
    const [only] = items
    if (only === undefined || items.length > 1) {
      return around + Buffer.byteLength(JSON.stringify(inner))
    }
    const [key, next] = only
    around += Array.isArray(inner) ? 2 : 3 + Buffer.byteLength(JSON.stringify(key))
    inner = next
  }
}

const fieldReason = (wire: Fields, metadata: unknown): RejectionReason | null => {
  const campaign = own(wire, 'campaign')
  if (!isName(own(wire, 'event_id'), 128)) return 'invalid_event_id'
  if (!isName(own(wire, 'user_hash'), 128)) return 'invalid_user_hash'
  if (timeOf(own(wire, 'timestamp')) === null) return 'invalid_timestamp'
  if (!isName(own(wire, 'channel'), 64)) return 'invalid_channel'
  if (!isName(own(wire, 'action_type'), 64)) return 'invalid_action_type'
  if (!absent(campaign) && !isName(campaign, 128)) return 'invalid_campaign'
  if (absent(metadata)) return null
  if (typeof metadata !== 'object' || Array.isArray(metadata)) return 'invalid_metadata'
  if (jsonBytes(metadata) > 16_384) return 'metadata_too_large'
  const of = (key: string): unknown => own(metadata as Fields, key)
  if (TEXTS.some((key) => !absent(of(key)) && !isName(of(key), 128))) return 'invalid_metadata'
  if (!absent(of('quantity')) && quantityOf(of('quantity')) === null) return 'invalid_metadata'
  for (const key of ['value', 'unit_price']) {
    if (!absent(of(key)) && decimalOf(of(key)) === null) return 'invalid_value'
  }
  const currency = of('currency')
  if (absent(currency)) return null
  return typeof currency === 'string' && digitsOf(currency) !== null ? null : 'invalid_currency'
}

/** What the contract makes of one JSON value with the default settings. */
export const judgePlainly = (value: unknown): CoreEvent | RejectionReason => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'invalid_json'
  const wire = value as Fields
  const reason = fieldReason(wire, own(wire, 'metadata'))
  if (reason !== null) return reason
  const metadata = (own(wire, 'metadata') || {}) as Fields
  const text = (key: string): string =>
    absent(own(metadata, key)) ? '' : String(own(metadata, key))
  const action = String(wire['action_type'])
  const user = String(wire['user_hash'])
  if (RESERVED.has(String(wire['channel']))) return 'reserved_channel'
  if (isPlain(user)) return 'raw_identifier'

  const units = quantityOf(own(metadata, 'quantity'))
  const ownValue = decimalOf(own(metadata, 'value'))
  const unitPrice = decimalOf(own(metadata, 'unit_price'))
  const isConversion = CONVERSIONS.has(action)
  const isRefund = action === 'refund'
  const decimal = ownValue ?? (isConversion ? unitPrice : null)
  let valueMinor = -1
  if ((isConversion || isRefund) && decimal !== null) {
    if (text('currency') === '') return 'missing_currency'
    const times = ownValue === null ? (units ?? 1) : 1
    const minor = minorOf(decimal, digitsOf(text('currency')) ?? 0, times)
    if (typeof minor === 'string') return minor
    if (isConversion && minor < 0n) return 'negative_value'
    valueMinor = Number(minor < 0n ? -minor : minor)
  }
  const [idHi = 0, idLo = 0] = words(String(wire['event_id']))
  const [person0 = 0, person1 = 0, person2 = 0, person3 = 0] = words(user)
  const [transactionHi = 0, transactionLo = 0] =
    text('transaction_id') === '' ? [] : words(text('transaction_id'))
  return {
    idHi,
    idLo,
    person0,
    person1,
    person2,
    person3,
    timeMs: timeOf(wire['timestamp'])!,
    channel: String(wire['channel']),
    campaign: absent(own(wire, 'campaign')) ? text('utm_campaign') : String(wire['campaign']),
    action,
    liveEvent: text('live_event_id'),
    variant: text('variant'),
    source: text('source'),
    transactionHi,
    transactionLo,
    valueMinor,
    currency: isRefund || valueMinor >= 0 ? text('currency') : '',
    quantity: units ?? -1,
  }
}
