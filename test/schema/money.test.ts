import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  CURRENCIES_BY_DIGITS,
  CURRENCY_CODES,
  currencyDigits,
} from '../../src/schema/currencies.ts'
import { AMOUNT_MINOR_MAX, decimalText, multiplyMinor, parseMinor } from '../../src/schema/money.ts'

describe('money', () => {
  it('is exact for every amount, with any zeros around it', () => {
    const minor = fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n })
    const digitsOf = fc.constantFrom(0, 2, 3, 4)
    fc.assert(
      fc.property(
        minor,
        digitsOf,
        fc.nat({ max: 9 }),
        fc.nat({ max: 9 }),
        (amount, digits, l, r) => {
          const size = String(amount < 0n ? -amount : amount).padStart(digits + 1, '0')
          const whole = '0'.repeat(l) + size.slice(0, size.length - digits)
          const fraction = size.slice(size.length - digits) + '0'.repeat(r)
          const text = `${amount < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`
          expect(decimalText(text)).toBe(text)
          expect(parseMinor(text, digits)).toBe(Number(amount))
        },
      ),
    )
  })

  it('reads a JSON number as its shortest decimal', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = decimalText(value)
        if (text === null) expect(Math.abs(value) >= 1e63 || Math.abs(value) < 1e-40).toBe(true)
        else {
          expect(Number(text)).toBe(value === 0 ? 0 : value)
          expect(text).toMatch(/^-?\d+(\.\d+)?$/)
        }
      }),
    )
  })

  it.each([
    [12.5, '12.5'],
    [-0, '0'],
    [1e21, `1${'0'.repeat(21)}`],
    [1.25e22, `125${'0'.repeat(20)}`],
    [-1e-7, '-0.0000001'],
    [1.5e-10, '0.00000000015'],
    [0.1 + 0.2, '0.30000000000000004'],
    [1e63, `1${'0'.repeat(63)}`],
    [1e64, null],
    [1e-62, `0.${'0'.repeat(61)}1`],
    [1e-63, null],
    [NaN, null],
    [Infinity, null],
  ])('the number %d is the decimal %s', (value, text) => {
    expect(decimalText(value)).toBe(text)
  })

  it.each([
    '',
    '-',
    '+1',
    '1.',
    '.5',
    '-.5',
    '1e3',
    '1,5',
    '1 000',
    ' 1',
    '1\n',
    '--1',
    '0x1',
    '１',
  ])('the text %j is no decimal', (text) => {
    expect(decimalText(text)).toBeNull()
  })

  it('takes a decimal of 64 characters and none of 65', () => {
    expect(decimalText('9'.repeat(64))).toBe('9'.repeat(64))
    expect(decimalText('9'.repeat(65))).toBeNull()
  })

  it.each([
    ['1200.00', 0, 1200],
    ['1200.50', 0, 'value_digits'],
    ['12.500', 2, 1250],
    ['12.505', 2, 'value_digits'],
    ['-0.00', 2, 0],
    ['-0', 0, 0],
    ['0.0001', 4, 1],
    ['10000000000000', 2, AMOUNT_MINOR_MAX],
    ['10000000000000.01', 2, 'value_too_large'],
    ['-10000000000000.01', 2, 'value_too_large'],
    ['1000000000000001', 0, 'value_too_large'],
    ['99999999999999999999.999', 2, 'value_digits'],
    [`${'0'.repeat(40)}7`, 0, 7],
  ])('%s with %d digits is %s', (text, digits, expected) => {
    expect(Object.is(parseMinor(text, digits), expected)).toBe(true)
  })

  it('multiplies exactly up to the limit', () => {
    const unit = fc.integer({ min: -1_000_000_000_000_000, max: 1_000_000_000_000_000 })
    fc.assert(
      fc.property(unit, fc.integer({ min: 1, max: 1_000_000 }), (minor, quantity) => {
        const product = BigInt(minor) * BigInt(quantity)
        const tooLarge = product > 10n ** 15n || product < -(10n ** 15n)
        const expected = tooLarge ? 'value_too_large' : Number(product)
        expect(multiplyMinor(minor, quantity)).toBe(expected)
      }),
    )
    expect(multiplyMinor(333_333_333_333_333, 3)).toBe(999_999_999_999_999)
    expect(multiplyMinor(333_333_333_333_334, 3)).toBe('value_too_large')
  })
})

describe('currencies', () => {
  it('are the active codes without metals, test and none', () => {
    expect(CURRENCY_CODES).toHaveLength(172)
    expect(new Set(CURRENCY_CODES).size).toBe(172)
    for (const code of [
      'XAU',
      'XAG',
      'XPD',
      'XPT',
      'XTS',
      'XXX',
      'DEM',
      'HRK',
      'BGN',
      'ANG',
      'usd',
    ]) {
      expect(currencyDigits(code)).toBe(-1)
    }
    for (const code of ['', 'constructor', '__proto__', 'US', 'USDX']) {
      expect(currencyDigits(code)).toBe(-1)
    }
  })

  it.each([
    [0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'],
    [3, 'BHD IQD JOD KWD LYD OMR TND'],
    [4, 'CLF UYW'],
    [2, 'USD EUR GBP CNY IDR HUF MRU MGA XDR XSU XCG ZWG'],
  ])('have %d digits: %s', (digits, codes) => {
    for (const code of codes.split(' ')) expect(currencyDigits(code)).toBe(digits)
    if (digits !== 2) expect(CURRENCIES_BY_DIGITS[digits as 0 | 3 | 4].join(' ')).toBe(codes)
  })

  it('are listed by digits in alphabetical order', () => {
    for (const [digits, codes] of Object.entries(CURRENCIES_BY_DIGITS)) {
      expect([...codes]).toEqual([...codes].sort())
      for (const code of codes) expect(currencyDigits(code)).toBe(Number(digits))
    }
  })
})
