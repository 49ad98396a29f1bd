// Numbers as people read them. Decimals stay text throughout: rounded half away from zero by their
// digits, never through a float.
import { currencyDigits } from '../../schema/currencies.ts'

/** 12345 -> `12,345`. */
export const countText = (count: number): string => grouped(String(count))

/** `1234.5` -> `1,234.50` for EUR, `1,235` for JPY; an unknown currency as JPY. */
export const moneyText = (amount: string, currency: string): string =>
  decimalText(amount, Math.max(0, currencyDigits(currency)))

/** A decimal (`-?digits[.digits]`) with so many digits after the point. */
export function decimalText(decimal: string, digits: number): string {
  const negative = decimal.startsWith('-')
  const [whole = '', fraction = ''] = decimal.replace('-', '').split('.')
  const kept = BigInt(whole + fraction.slice(0, digits).padEnd(digits, '0'))
  const rounded = fraction.charCodeAt(digits) >= 0x35 ? kept + 1n : kept
  const all = String(rounded).padStart(digits + 1, '0')
  const units = grouped(all.slice(0, all.length - digits))
  const sign = negative && rounded !== 0n ? '-' : ''
  return digits === 0 ? sign + units : `${sign}${units}.${all.slice(-digits)}`
}

const grouped = (digits: string): string => digits.replace(/\B(?=(\d{3})+$)/g, ',')
