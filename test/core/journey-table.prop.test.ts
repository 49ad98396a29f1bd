// The table of packed journeys against a plain map of persons to words.
import { expect, it } from 'vitest'
import fc from 'fast-check'
import { JourneyTable } from '../../src/core/journey-table.ts'

type Person = readonly [number, number, number, number]

/** Persons that differ in one word only, so that their places in the hash collide. */
const person = (n: number): Person => [n, n % 3, 7, -n]

type Step =
  | { readonly kind: 'write'; readonly person: number; readonly words: number[] }
  | { readonly kind: 'resize'; readonly person: number; readonly words: number }
  | { readonly kind: 'delete'; readonly person: number }
  | { readonly kind: 'mark'; readonly person: number }
  | { readonly kind: 'take' }
  | { readonly kind: 'compact' }
  | { readonly kind: 'evict'; readonly keep: number }

const PERSONS = 60
const who = fc.nat(PERSONS - 1)
const words = fc.array(fc.integer(), { minLength: 1, maxLength: 80 })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('write' as const), person: who, words }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('resize' as const),
      person: who,
      words: fc.integer({ min: 0, max: 3000 }),
    }),
  },
  fc.record({ kind: fc.constant('delete' as const), person: who }),
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('mark' as const), person: who }) },
  fc.record({ kind: fc.constant('take' as const) }),
  fc.record({ kind: fc.constant('compact' as const) }),
  fc.record({ kind: fc.constant('evict' as const), keep: fc.nat(PERSONS) }),
)

/** A table beside the map that it must be like; entries may go, but only unchanged ones. */
class TableAndModel {
  readonly table = new JourneyTable()
  readonly model = new Map<number, number[]>()
  readonly changed = new Set<number>()

  entry(n: number): number {
    const found = this.table.find(...person(n))
    expect(found >= 0).toBe(this.model.has(n))
    if (found >= 0) return found
    this.model.set(n, [])
    return this.table.add(...person(n))
  }

  wordsOf(n: number): number[] {
    const entry = this.entry(n)
    const length = this.table.length(entry)
    if (length === 0) return []
    const base = this.table.base(entry)
    return [...this.table.page(entry).subarray(base, base + length)]
  }

  take(one: Step): void {
    switch (one.kind) {
      case 'write':
        this.table.write(this.entry(one.person), Int32Array.from(one.words), one.words.length)
        this.model.set(one.person, one.words)
        return
      case 'resize':
        return this.resize(one.person, one.words)
      case 'delete':
        this.table.write(this.entry(one.person), new Int32Array(0), 0)
        this.model.set(one.person, [])
        return
      case 'mark':
        this.table.markChanged(this.entry(one.person))
        this.changed.add(one.person)
        return
      case 'take':
        return this.takeChanged()
      case 'compact':
        return this.table.compact(0)
      case 'evict':
        return this.evict(one.keep)
    }
  }

  /** Old words stay; what lies in new ones is not promised, so they are written. */
  resize(n: number, length: number): void {
    const entry = this.entry(n)
    const kept = this.model.get(n)!.slice(0, length)
    this.table.resize(entry, length)
    expect(this.wordsOf(n).slice(0, kept.length)).toEqual(kept)
    const filled = [...kept, ...Array.from({ length: length - kept.length }, (_, i) => i)]
    if (length > 0) this.table.page(entry).set(filled, this.table.base(entry))
    this.model.set(n, filled)
  }

  takeChanged(): void {
    const taken = this.table.takeChanged().map((entry) => this.table.persons[entry * 4]!)
    expect(taken).toEqual([...this.changed])
    expect(this.table.changedCount).toBe(0)
    this.changed.clear()
  }

  evict(keep: number): void {
    this.table.evict(keep)
    for (const n of this.model.keys()) {
      if (this.table.find(...person(n)) >= 0) continue
      expect(this.changed.has(n)).toBe(false)
      this.model.delete(n)
    }
    expect(this.table.size).toBeLessThanOrEqual(Math.max(keep, this.changed.size))
  }

  check(): void {
    expect(this.table.size).toBe(this.model.size)
    let bytes = 0
    for (const [n, expected] of this.model) {
      expect(this.wordsOf(n)).toEqual(expected)
      bytes += 4 * expected.length
    }
    expect(this.table.bytes).toBe(bytes)
    expect(this.table.changedCount).toBe(this.changed.size)
  }
}

it('holds what a map would, through growing, deleting, evicting and coming back', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
      const both = new TableAndModel()
      for (const one of steps) both.take(one)
      both.check()
    }),
    { numRuns: 200 },
  )
})

it('finds everybody among 50,000, and after half of them were evicted, those that stayed', () => {
  const table = new JourneyTable()
  const many = 50_000
  for (let n = 0; n < many; n++) table.write(table.add(n, n * 7, n, n), Int32Array.of(n), 1)
  table.evict(many / 2)
  expect(table.size).toBe(many / 2)
  let found = 0
  for (let n = 0; n < many; n++) {
    const entry = table.find(n, n * 7, n, n)
    if (entry < 0) continue
    found++
    if (table.page(entry)[table.base(entry)] !== n) expect.fail(`the words of ${n} are another's`)
  }
  expect(found).toBe(many / 2)
})
