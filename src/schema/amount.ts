// The money rules of conversions and refunds, for fields already known to be valid one by one:
// currency present, digits, limit, sign, in this order (DETAILS, "Records").
import type { RejectionReason } from '../core/event.ts'
import { REFUND_ACTION } from '../core/settings.ts'
import type { Settings } from '../core/settings.ts'
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

/** `value`, else unit_price x quantity; -1: neither is there. */
const conversionMinor = (fields: AmountFields): number | RejectionReason => {
  const value = decimalText(fields.value)
  const unitPrice = value === null ? decimalText(fields.unit_price) : null
  const decimal = value ?? unitPrice
  if (decimal === null) return -1
  const quantity = unitPrice === null ? undefined : fields.quantity
  const minor = signedMinor(decimal, { currency: fields.currency, quantity })
  return typeof minor === 'number' && minor < 0 ? 'negative_value' : minor
}

/** The amount counted as positive; -1: none is named, all is refunded. */
const refundMinor = (fields: AmountFields): number | RejectionReason => {
  const decimal = decimalText(fields.value)
  if (decimal === null) return -1
  const minor = signedMinor(decimal, { currency: fields.currency })
  return typeof minor === 'number' ? Math.abs(minor) : minor
}

/** What an event is worth, by its action. Pure. */
export interface AmountRule {
  /** Minor units of a conversion or refund, 0 to 10^15; -1: none, always so for other actions. */
  minor(action: string, fields: AmountFields): number | RejectionReason
  /** The currency that counts beside that amount, '' if none does. */
  currency(action: string, fields: AmountFields, minor: number): string
}

export const createAmountRule = (settings: Settings): AmountRule => {
  const conversions = new Set(settings.goals.flatMap((goal) => goal.actions))
  const isRefund = (action: string): boolean => action === REFUND_ACTION && !conversions.has(action)
  return {
    minor(action, fields) {
      if (conversions.has(action)) return conversionMinor(fields)
      return isRefund(action) ? refundMinor(fields) : -1
    },
    currency(action, fields, minor) {
      if (minor === -1 && !isRefund(action)) return ''
      return typeof fields.currency === 'string' ? fields.currency : ''
    },
  }
}
