import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exceedsJsonBytes, mayExceedJsonBytes } from '../../src/schema/json-size.ts'

const stringify = (value: unknown): number => Buffer.byteLength(JSON.stringify(value))
const text = fc.string({ unit: 'binary', maxLength: 12 })
const odd = fc.constantFrom(
  1e20,
  -1e20,
  1e21,
  1e-7,
  1e-6,
  -0,
  9e9,
  5e-324,
  '\ud800',
  '\0\u0007"\\/',
)
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(text, odd, fc.double(), fc.boolean(), fc.constant(null)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(text, tie('value'), { maxKeys: 4 }),
  ),
})).value

describe('the size of a JSON value', () => {
  it('is that of JSON.stringify in UTF-8', () => {
    fc.assert(
      fc.property(json, (generated) => {
        const value: unknown = JSON.parse(JSON.stringify(generated))
        const bytes = stringify(value)
        expect(exceedsJsonBytes(value, bytes)).toBe(false)
        expect(exceedsJsonBytes(value, bytes - 1)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  it('is never more than the bound that spares counting', () => {
    const exponents = (written: string): string =>
      written.replace(
        /(\d)(0+)(?=[,}\]]|$)/g,
        (_, digit: string, zeros: string) => `${digit}e${zeros.length}`,
      )
    fc.assert(
      fc.property(json, (value) => {
        const sent = exponents(JSON.stringify(value))
        let read: unknown
        try {
          read = JSON.parse(sent)
        } catch {
          return
        }
        expect(mayExceedJsonBytes(Buffer.byteLength(sent), stringify(read) - 1)).toBe(true)
      }),
      { numRuns: 500 },
    )
    expect(mayExceedJsonBytes(Buffer.byteLength('1e20'), stringify(1e20) - 1)).toBe(true)
  })

  it('is counted at any depth', () => {
    for (const depth of [8000, 8192, 8193, 100_000]) {
      const value: unknown = JSON.parse('['.repeat(depth) + ']'.repeat(depth))
      expect(exceedsJsonBytes(value, 16_384)).toBe(depth > 8192)
    }
  })

  it('counts a key named __proto__ as any other', () => {
    const value: unknown = JSON.parse(`{"__proto__":"${'x'.repeat(20)}"}`)
    expect(exceedsJsonBytes(value, 35)).toBe(true)
    expect(exceedsJsonBytes(value, 36)).toBe(false)
  })
})
