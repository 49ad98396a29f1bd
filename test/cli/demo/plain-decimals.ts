// Exact decimals for tests of what the demo prints, by integers of millionths.

const SCALE = 6

const toMicro = (text: string): bigint => {
  const [whole = '0', fraction = ''] = text.replace('-', '').split('.')
  const micro = BigInt(whole + fraction.padEnd(SCALE, '0'))
  return text.startsWith('-') ? -micro : micro
}

const trimmed = (micro: bigint): string => {
  const digits = String(micro < 0n ? -micro : micro).padStart(SCALE + 1, '0')
  const text = `${digits.slice(0, -SCALE)}.${digits.slice(-SCALE)}`.replace(/\.?0+$/, '')
  return micro < 0n ? `-${text}` : text
}

/** The sum of a column of decimals, without zeros at the end. */
export const money = (rows: readonly Readonly<Record<string, string>>[], column: string): string =>
  trimmed(rows.reduce((total, row) => total + toMicro(String(row[column])), 0n))

/** part / whole to so many digits, halves up; null for nothing to divide by. */
export function ratio(part: string, whole: number, digits: number): string | null {
  if (whole === 0) return null
  const unit = 10n ** BigInt(SCALE - digits)
  const divisor = BigInt(whole) * unit
  return trimmed(((2n * toMicro(part) + divisor) / (2n * divisor)) * unit)
}

/** As people read it: thousands, and exactly so many digits. */
export const decimal = (text: string, digits: number): string =>
  Number(ratio(text, 1, digits)).toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
