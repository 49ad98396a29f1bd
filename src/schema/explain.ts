// Why one event was refused, for its producer: the field and what was found in it. Values may be
// personal, so only types, lengths and shapes are told (letters as a, digits as 9), and codes known
// to be harmless.
import type { RejectionReason } from '../core/event.ts'
import { metadataOf } from './build-event.ts'
import type { WireObject } from './build-event.ts'
import { currencyDigits } from './currencies.ts'
import { decodeUtf8 } from './decode-utf8.ts'
import { decimalText } from './money.ts'
import { refusalOf } from './refusal.ts'
import type { FieldPath } from './refusal.ts'

export interface Explanation {
  readonly reason: RejectionReason
  /** Dotted path of the field; '' for the value as a whole. */
  readonly field: string
  /** What was found there, without its value. */
  readonly found: string
}

const SHAPE_LENGTH_MAX = 40

const shapeOf = (text: string): string =>
  text
    .replace(/\p{Lu}/gu, 'A')
    .replace(/\p{L}/gu, (letter) => (letter === 'A' ? letter : 'a'))
    .replace(/\p{N}/gu, '9')

const describeText = (text: string): string => {
  if (text === '') return 'an empty string'
  const length = `a string of ${text.length} character${text.length === 1 ? '' : 's'}`
  return text.length > SHAPE_LENGTH_MAX
    ? length
    : `${length}, like ${JSON.stringify(shapeOf(text))}`
}

/** The kind of a JSON value in words, with length or shape but without the value. */
export const describe = (value: unknown): string => {
  if (value === undefined) return 'missing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return `an array of ${value.length}`
  if (typeof value === 'string') return describeText(value)
  if (typeof value === 'number') return `a number, like ${shapeOf(String(value))}`
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

const valueAt = (value: unknown, path: FieldPath): unknown =>
  path.reduce<unknown>(
    (at, key) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, key)
        ? (at as Record<PropertyKey, unknown>)[key]
        : undefined,
    value,
  )

const amountField = (metadata: WireObject): string =>
  decimalText(metadata['value']) === null ? 'unit_price' : 'value'

const describeAmount = (reason: RejectionReason, metadata: WireObject): string => {
  const amount = describe(metadata[amountField(metadata)])
  const currency = String(metadata['currency'])
  if (reason !== 'value_digits') return amount
  return `${amount}; ${currency} has ${currencyDigits(currency)} digits`
}

/**
 * What the contract says of a JSON value that the parser refused with `refused`: the field that
 * decided, and what was found there.
 */
export const explainRefusal = (value: unknown, refused: RejectionReason): Explanation => {
  const refusal = refusalOf(value)
  if (refusal === null) {
    const metadata = metadataOf(value as WireObject)
    if (refused === 'missing_currency') {
      return { reason: refused, field: 'metadata.currency', found: describe(metadata['currency']) }
    }
    const field = `metadata.${amountField(metadata)}`
    return { reason: refused, field, found: describeAmount(refused, metadata) }
  }
  const { reason, path } = refusal
  const found = valueAt(value, path)
  return { reason, field: path.map(String).join('.'), found: describe(found) }
}

/** Where JSON.parse stopped; its message also quotes the text, which is not passed on. */
const positionOf = (error: unknown): string => {
  const position = /at position (\d+)/.exec(String(error))?.[1]
  return position === undefined ? '' : ` (character ${Number(position) + 1})`
}

/** As `explainRefusal`, for the bytes of a record. */
export const explainRecord = (bytes: Uint8Array, refused: RejectionReason): Explanation => {
  const wholeValue = (found: string): Explanation => ({ reason: refused, field: '', found })
  const text = decodeUtf8(bytes)
  if (text === null) return wholeValue('no UTF-8')
  if (text.startsWith('\ufeff')) return wholeValue('preceded by a byte-order mark')
  try {
    return explainRefusal(JSON.parse(text), refused)
  } catch (error) {
    return wholeValue(text.trim() === '' ? 'empty' : `no JSON${positionOf(error)}`)
  }
}
