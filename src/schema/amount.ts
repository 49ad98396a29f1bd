// The money rules of conversions and refunds, for fields already known to be valid one by one:
// currency present, digits, limit, sign, in this order (DETAILS, "Records").
import type { RejectionReason } from '../core/event.ts'
import { currencyDigits } from './currencies.ts'
import { parseQuantity } from './limits.ts'
import { decimalText, multiplyMinor, parseMinor } from './money.ts'

/** The fields of metadata that make an amount, as sent. */
export interface AmountFields {
  readonly value?: unknown
  readonly unit_price?: unknown
  readonly quantity?: unknown
  readonly currency?: unknown
}

const signedMinor = (
  decimal: string,
  { currency, quantity }: AmountFields,
): number | RejectionReason => {
  if (typeof currency !== 'string' || currency === '') return 'missing_currency'
  const minor = parseMinor(decimal, currencyDigits(currency))
  if (typeof minor === 'string' || quantity === undefined) return minor
  const units = parseQuantity(quantity)
  return units === -1 ? minor : multiplyMinor(minor, units)
}

/** Value of a conversion in minor units: `value`, else unit_price x quantity; -1: it has none. */
export const conversionMinor = (fields: AmountFields): number | RejectionReason => {
  const value = decimalText(fields.value)
  const unitPrice = value === null ? decimalText(fields.unit_price) : null
  const decimal = value ?? unitPrice
  if (decimal === null) return -1
  const quantity = unitPrice === null ? undefined : fields.quantity
  const minor = signedMinor(decimal, { currency: fields.currency, quantity })
  return typeof minor === 'number' && minor < 0 ? 'negative_value' : minor
}

/** Amount of a refund in minor units, counted as positive; -1: it names none and refunds all. */
export const refundMinor = (fields: AmountFields): number | RejectionReason => {
  const decimal = decimalText(fields.value)
  if (decimal === null) return -1
  const minor = signedMinor(decimal, { currency: fields.currency })
  return typeof minor === 'number' ? Math.abs(minor) : minor
}
