// Numbers and lines of the demo's screen.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { axisLine, barLines, fitColumns } from '../../../src/cli/demo/chart.ts'
import { countText, decimalText, moneyText } from '../../../src/cli/demo/number-text.ts'
import { fitItems, tableLines, wrapItems } from '../../../src/cli/demo/text-lines.ts'

describe('decimals', () => {
  it('are rounded half away from zero, exactly, however long they are', () => {
    const parts = fc.tuple(fc.bigInt(0n, 10n ** 30n), fc.integer({ min: 0, max: 6 }), fc.boolean())
    fc.assert(
      fc.property(parts, fc.integer({ min: 0, max: 6 }), ([minor, scale, isNegative], digits) => {
        const all = String(minor).padStart(scale + 1, '0')
        const point = all.length - scale
        const text = scale === 0 ? all : `${all.slice(0, point)}.${all.slice(point)}`
        const shown = decimalText(isNegative ? `-${text}` : text, digits).replaceAll(',', '')
        const back = BigInt(shown.replace('.', '')) * (isNegative ? -1n : 1n)
        // In units of 10^-(scale + digits): at most half a unit of the last digit.
        const error = back * 10n ** BigInt(scale) - minor * 10n ** BigInt(digits)
        expect(2n * (error < 0n ? -error : error)).toBeLessThanOrEqual(10n ** BigInt(scale))
        expect(shown.split('.')[1]?.length ?? 0).toBe(digits)
      }),
    )
  })

  it.each([
    ['1234.5', 'EUR', '1,234.50'],
    ['1089.3', 'USD', '1,089.30'],
    ['0', 'EUR', '0.00'],
    ['555960', 'JPY', '555,960'],
    ['-0.001', 'EUR', '0.00'],
    ['-1234567.005', 'EUR', '-1,234,567.01'],
    ['7', '', '7'],
  ])('%s of %s is %s', (amount, currency, text) => {
    expect(moneyText(amount, currency)).toBe(text)
  })

  it('count in thousands', () => {
    expect([0, 999, 1000, 1234567].map(countText)).toEqual(['0', '999', '1,000', '1,234,567'])
  })
})

describe('bars', () => {
  it('fill the height at the highest value, in proportion, and hide no value above zero', () => {
    const values = fc.array(fc.integer({ min: 0, max: 10_000 }), { minLength: 1, maxLength: 80 })
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 12 }), (all, lines) => {
        const chart = barLines(all, lines)
        expect(chart.length).toBe(lines)
        const peak = Math.max(...all)
        const levels = all.map((_, i) =>
          chart.reduce((sum, line) => sum + ' ▁▂▃▄▅▆▇█'.indexOf(line.charAt(i)), 0),
        )
        for (const [i, value] of all.entries()) {
          const exact = peak === 0 ? 0 : (value / peak) * lines * 8
          expect(Math.abs(levels[i]! - exact)).toBeLessThanOrEqual(
            value > 0 && exact < 0.5 ? 1 : 0.5,
          )
          expect(levels[i]! > 0).toBe(value > 0)
        }
      }),
    )
  })

  it('lose nothing when they are put together to fit', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000)), fc.integer({ min: 1, max: 90 }), (all, columns) => {
        const { values, perColumn } = fitColumns(all, columns)
        const sum = (numbers: number[]) => numbers.reduce((total, value) => total + value, 0)
        expect(sum(values)).toBe(sum(all))
        expect(values.length).toBe(Math.ceil(all.length / perColumn))
        expect(values.length).toBeLessThanOrEqual(columns)
      }),
    )
  })

  it('have marks that do not run into each other', () => {
    const marks = [0, 5, 15, 17].map((column) => ({ column, text: `╵18:${column + 10}` }))
    expect(axisLine(marks)).toBe('╵18:10         ╵18:25')
  })
})

describe('lines', () => {
  it('align columns, closer together where room is scarce', () => {
    const rows = [
      ['', 'a', 'bb'],
      ['name', '1', '22.50'],
    ]
    expect(tableLines(rows)).toEqual(['      a     bb', 'name  1  22.50'])
    expect(tableLines(rows, 12)).toEqual(['     a    bb', 'name 1 22.50'])
  })

  it('hold items whole, and say how many did not fit', () => {
    const items = fc.array(fc.stringMatching(/^[a-z]{1,9}$/), { maxLength: 30 })
    fc.assert(
      fc.property(items, fc.integer({ min: 9, max: 60 }), (all, columns) => {
        expect(wrapItems(all, columns).flatMap((line) => line.split(' · '))).toEqual(all)
        const fitted = fitItems(all, columns, 2)
        expect(fitted.length).toBeLessThanOrEqual(2)
        const shown = fitted.flatMap((line) => line.split(' · '))
        const missing = Number(/^(\d+) more$/.exec(shown.at(-1) ?? '')?.[1] ?? 0)
        if (missing > 0) shown.pop()
        if (fitted.length > 0) expect(shown.length + missing).toBe(all.length)
        expect(all.slice(0, shown.length)).toEqual(shown)
      }),
    )
  })
})
