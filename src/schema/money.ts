// Decimal text to integer minor units, exactly: no binary float takes part in a value. Numbers of
// at most 16 digits are compared with the limit as doubles, which is exact: every integer up to
// 2^53 is a double, the limit 10^15 is far below, and rounding is monotone. Rules: DETAILS,
// "Records", Money.

/** Largest accepted amount, in minor units of any currency. */
export const AMOUNT_MINOR_MAX = 1e15
/** Longest decimal, sign and point included. */
export const DECIMAL_LENGTH_MAX = 64
const DECIMAL = /^-?[0-9]+(?:\.[0-9]+)?$/
const SCIENTIFIC = /^(-?)([0-9])(?:\.([0-9]+))?e([+-])([0-9]+)$/

/**
 * The shortest decimal of a finite double, its exponent written out: 1e21 ->
 * 1000000000000000000000.
 */
const numberText = (value: number): string => {
  const text = String(value)
  const parts = SCIENTIFIC.exec(text)
  if (parts === null) return text
  const [, sign = '', first = '', rest = '', direction, exponent] = parts
  const digits = first + rest
  if (direction === '-') return `${sign}0.${'0'.repeat(Number(exponent) - 1)}${digits}`
  return sign + digits.padEnd(Number(exponent) + 1, '0')
}

/** The decimal text of a wire value (string or JSON number), or null if it is none. */
export const decimalText = (value: unknown): string | null => {
  const text =
    typeof value === 'string'
      ? value
      : typeof value === 'number' && Number.isFinite(value)
        ? numberText(value)
        : null
  return text !== null && text.length <= DECIMAL_LENGTH_MAX && DECIMAL.test(text) ? text : null
}

/**
 * Minor units of a decimal text (as `decimalText` gives it) in a currency of `digits` digits,
 * |result| up to AMOUNT_MINOR_MAX, never -0; or the reason why it has none. Zeros at the end beyond
 * the currency's digits are no digits.
 */
export const parseMinor = (
  text: string,
  digits: number,
): number | 'value_digits' | 'value_too_large' => {
  const negative = text.charCodeAt(0) === 0x2d
  const point = text.indexOf('.')
  const whole = text.slice(negative ? 1 : 0, point === -1 ? text.length : point)
  const fraction = point === -1 ? '' : text.slice(point + 1)
  for (let i = digits; i < fraction.length; i++) {
    if (fraction.charCodeAt(i) !== 0x30) return 'value_digits'
  }
  const minor = Number(whole + fraction.slice(0, digits).padEnd(digits, '0'))
  if (minor > AMOUNT_MINOR_MAX) return 'value_too_large'
  return negative && minor !== 0 ? -minor : minor
}

/** Minor units of unit price x quantity (1..1,000,000); the limit applies to the product. */
export const multiplyMinor = (unitMinor: number, quantity: number): number | 'value_too_large' => {
  const product = unitMinor * quantity
  return product > AMOUNT_MINOR_MAX || product < -AMOUNT_MINOR_MAX ? 'value_too_large' : product
}
