// Rows against a plain map of BigInts: whatever is added, in whatever order, no unit is lost.
import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { RowTable, slotLayout } from '../../src/core/row-table.ts'
import { TABLES } from '../../src/core/tables.ts'

const SPEC = TABLES.find((spec) => spec.name === 'credits')!
const LAYOUT = slotLayout(SPEC)
const MONEY = LAYOUT.at[SPEC.measures.indexOf('value_minor')]!
const COUNT = LAYOUT.at[SPEC.measures.indexOf('touchpoints')]!
const MINOR_MAX = 10 ** 15

/** Few keys, of different lengths, some alike but for their length. */
const key: fc.Arbitrary<number[]> = fc.oneof(
  fc.constantFrom<number[]>([0], [0, 0], [0, 0, 0], [1], [1, 0], [-1, 2 ** 31 - 1, -(2 ** 31)]),
  fc.array(fc.integer({ min: -2, max: 2 }), { minLength: 1, maxLength: 3 }),
  fc.array(fc.integer(), { minLength: 1, maxLength: 40 }),
)
const minor = fc.oneof(
  fc.constantFrom(MINOR_MAX, -MINOR_MAX, MINOR_MAX - 1, 2 ** 50 - 1, 1 - 2 ** 50, 1, -1, 0),
  fc.integer({ min: -MINOR_MAX, max: MINOR_MAX }),
)
interface Addition {
  readonly key: number[]
  readonly minor: number
  readonly count: number
}
const addition: fc.Arbitrary<Addition> = fc.record({
  key,
  minor,
  count: fc.integer({ min: -9, max: 9 }),
})

interface Model {
  key: number[]
  minor: bigint
  count: number
}

class TableAndModel {
  readonly table = new RowTable(LAYOUT)
  readonly model = new Map<string, Model>()

  add({ key: words, minor: amount, count }: Addition): void {
    const row = this.table.row(Int32Array.from(words), words.length)
    this.table.addMoney(row, MONEY, amount)
    this.table.add(row, COUNT, count)
    const known = this.model.get(words.join()) ?? { key: words, minor: 0n, count: 0 }
    known.minor += BigInt(amount)
    known.count += count
    this.model.set(words.join(), known)
  }

  check(): void {
    expect(this.table.count).toBe(this.model.size)
    for (const { key: words, minor: amount, count } of this.model.values()) {
      const row = this.table.row(Int32Array.from(words), words.length)
      expect([...this.table.key(row)]).toEqual(words)
      expect(this.table.money(row, MONEY)).toBe(amount)
      expect(this.table.slots[row * LAYOUT.stride + COUNT]).toBe(count)
      expect(this.table.isBooked(row)).toBe(amount !== 0n || count !== 0)
    }
    expect(this.table.count).toBe(this.model.size)
  }
}

describe('a table of rows', () => {
  it('holds what a map of BigInts would, also after it was emptied', () => {
    const list = fc.array(addition, { maxLength: 120 })
    fc.assert(
      fc.property(list, list, fc.boolean(), (first, second, isEmptied) => {
        const both = new TableAndModel()
        for (const one of first) both.add(one)
        both.check()
        if (isEmptied) {
          both.table.reset()
          both.model.clear()
          both.check()
        }
        for (const one of second) both.add(one)
        both.check()
      }),
      { numRuns: 300 },
    )
  })

  it('keeps money far beyond 2^53, up and down again to nothing', () => {
    fc.assert(
      fc.property(
        fc.array(minor, { maxLength: 60 }),
        fc.integer({ min: 1, max: 40 }),
        (list, times) => {
          const both = new TableAndModel()
          const each = { key: [7], count: 0 }
          for (let i = 0; i < times; i++) both.add({ ...each, minor: MINOR_MAX })
          for (const one of list) both.add({ ...each, minor: one })
          both.check()
          for (const one of list) both.add({ ...each, minor: -one })
          for (let i = 0; i < 2 * times; i++) both.add({ ...each, minor: -MINOR_MAX })
          both.check()
          for (let i = 0; i < times; i++) both.add({ ...each, minor: MINOR_MAX })
          expect(both.table.isBooked(0)).toBe(false)
          both.check()
        },
      ),
    )
  })

  it('has equal bytes for equal sums, in whatever order they were added', () => {
    const shuffled = fc
      .array(addition, { minLength: 1, maxLength: 40 })
      .chain((list) =>
        fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
      )
    fc.assert(
      fc.property(shuffled, ([list, other]) => {
        const tables = [list, other].map((additions) => {
          const both = new TableAndModel()
          for (const one of additions) both.add(one)
          return both.table
        }) as [RowTable, RowTable]
        for (let row = 0; row < tables[0].count; row++) {
          const words = Int32Array.from(tables[0].key(row))
          const same = tables[1].row(words, words.length)
          const slots = tables.map((table, i) => {
            const at = (i === 0 ? row : same) * LAYOUT.stride
            // + 0: a minus before a zero says nothing.
            return [...table.slots.subarray(at, at + LAYOUT.stride)].map((slot) => slot + 0)
          })
          expect(slots[1]).toEqual(slots[0])
        }
      }),
    )
  })

  it('takes over the rows of another table, sum by sum', () => {
    const list = fc.array(addition, { maxLength: 60 })
    fc.assert(
      fc.property(fc.array(list, { maxLength: 4 }), (deltas) => {
        const both = new TableAndModel()
        const delta = new TableAndModel()
        for (const additions of deltas) {
          for (const one of additions) {
            delta.add(one)
            const known = both.model.get(one.key.join()) ?? { key: one.key, minor: 0n, count: 0 }
            known.minor += BigInt(one.minor)
            known.count += one.count
            both.model.set(one.key.join(), known)
          }
          for (let from = 0; from < delta.table.count; from++) {
            both.table.addRow(both.table.rowLike(delta.table, from), delta.table, from)
          }
          delta.table.reset()
          delta.model.clear()
        }
        both.check()
      }),
      { numRuns: 200 },
    )
  })
})
