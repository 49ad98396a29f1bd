// ISO 4217 list one as published on 2026-01-01, without precious metals (XAG XAU XPD XPT), test
// (XTS) and none (XXX). Shared by the parser, the views (decimals) and the JSON Schema. A code that
// ISO withdraws (BGN, HRK) is refused from then on: history in it must be converted by its
// producer.

const NO_DIGITS = 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' ')
const THREE_DIGITS = 'BHD IQD JOD KWD LYD OMR TND'.split(' ')
const FOUR_DIGITS = 'CLF UYW'.split(' ')
const TWO_DIGITS = [
  'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF',
  'CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD',
  'GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL',
  'MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR',
  'PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP',
  'TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XBA XBB XBC XBD XCD XCG XDR XSU XUA YER ZAR',
  'ZMW ZWG',
].flatMap((line) => line.split(' '))

/** Accepted codes by their number of digits after the point; each list in alphabetical order. */
export const CURRENCIES_BY_DIGITS: Readonly<Record<0 | 2 | 3 | 4, readonly string[]>> = {
  0: NO_DIGITS,
  2: TWO_DIGITS,
  3: THREE_DIGITS,
  4: FOUR_DIGITS,
}

const DIGITS: ReadonlyMap<string, number> = new Map(
  Object.entries(CURRENCIES_BY_DIGITS).flatMap(([digits, codes]) =>
    codes.map((code): [string, number] => [code, Number(digits)]),
  ),
)

/** All accepted codes, in alphabetical order. */
export const CURRENCY_CODES: readonly string[] = [...DIGITS.keys()].sort()

/** Digits after the point of an accepted code (0, 2, 3 or 4), -1 for anything else. */
export const currencyDigits = (code: string): number => DIGITS.get(code) ?? -1
