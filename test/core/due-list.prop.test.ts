// Due lists against the plainest reading of the contract: whoever has the oldest hour, then the
// first arming, and is past due is next; whatever was restarted in between. Time is counted in
// tenths of hours.
import { expect, it } from 'vitest'
import fc from 'fast-check'
import { DueLists, NOT_DUE } from '../../src/core/due-list.ts'
import { HOUR_MS } from '../../src/core/journey-layout.ts'

const PERSONS = 6
const TENTH_MS = HOUR_MS / 10

type Step =
  | { readonly kind: 'arm'; readonly person: number; readonly inTenths: number }
  | { readonly kind: 'wait'; readonly tenths: number }
  | { readonly kind: 'settle'; readonly most: number; readonly againInTenths: number }
  | { readonly kind: 'restart' }

const hourOf = (tenths: number): number => Math.floor(tenths / 10)
const personWords = (n: number): Int32Array => Int32Array.of(n, -n, 7, n << 16)

/** The store's lists and the production code over them. */
class Lists {
  due = new DueLists()
  readonly stored = new Map<number, number[]>()
  readonly validTenths: number[] = Array.from({ length: PERSONS }, () => NOT_DUE)
  nowTenths = 0

  readonly #dueOf = (persons: Int32Array, at: number): number => {
    const tenths = this.validTenths[persons[at]!]!
    return tenths === NOT_DUE ? NOT_DUE : tenths * TENTH_MS
  }

  arm(person: number, tenths: number): void {
    const before = this.validTenths[person]!
    if (before === tenths) return
    const isListed = before !== NOT_DUE && hourOf(before) === hourOf(tenths)
    this.validTenths[person] = tenths
    this.due.arm(personWords(person), 0, tenths * TENTH_MS, isListed)
  }

  next(): number | null {
    const nowMs = this.nowTenths * TENTH_MS
    const found = this.due.next(nowMs, this.#dueOf)
    const isWaited = this.due.backlog(nowMs) > 0
    if (isWaited !== (found !== null)) throw new Error(`a backlog: ${isWaited}`)
    return found === null ? null : found.persons[found.at]!
  }

  commit(): void {
    for (const hour of this.due.takeDropped()) this.stored.delete(hour)
    for (const { hour, persons } of this.due.takeAppended()) {
      const list = this.stored.get(hour) ?? []
      for (let at = 0; at < persons.length; at += 4) list.push(persons[at]!)
      this.stored.set(hour, list)
    }
  }

  /** Opens stored lists of the hours up to now that are not open. */
  open(): void {
    this.commit()
    const now = hourOf(this.nowTenths)
    for (const hour of [...this.stored.keys()].sort((a, b) => a - b)) {
      if (hour <= this.due.openedThrough || hour > now) continue
      const words = new Int32Array(this.stored.get(hour)!.flatMap((n) => [...personWords(n)]))
      this.due.open(hour, words, this.#dueOf)
    }
    this.due.openedThrough = now
  }

  restart(): void {
    this.commit()
    this.due = new DueLists()
    this.open()
  }
}

/** Every arming there ever was; nothing is removed but by being overtaken. */
class Model {
  readonly armings: { readonly person: number; readonly hour: number }[] = []
  readonly validTenths: number[] = Array.from({ length: PERSONS }, () => NOT_DUE)

  arm(person: number, tenths: number): void {
    const before = this.validTenths[person]!
    this.validTenths[person] = tenths
    if (before === NOT_DUE || hourOf(before) !== hourOf(tenths)) {
      this.armings.push({ person, hour: hourOf(tenths) })
    }
  }

  next(nowTenths: number): number | null {
    const due = this.validTenths.flatMap((tenths, person) => {
      if (tenths === NOT_DUE || tenths >= nowTenths) return []
      const hour = hourOf(tenths)
      const place = this.armings.findLastIndex((one) => one.person === person && one.hour === hour)
      return [{ person, hour, place }]
    })
    due.sort((a, b) => a.hour - b.hour || a.place - b.place)
    return due[0]?.person ?? null
  }
}

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('arm' as const),
      person: fc.nat(PERSONS - 1),
      // Also in the past: a late touch may make a person due at once.
      inTenths: fc.integer({ min: -25, max: 40 }),
    }),
  },
  fc.record({ kind: fc.constant('wait' as const), tenths: fc.nat(25) }),
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('settle' as const),
      most: fc.nat(4),
      againInTenths: fc.integer({ min: -5, max: 30 }),
    }),
  },
  fc.record({ kind: fc.constant('restart' as const) }),
)

function settle(lists: Lists, model: Model, most: number, againInTenths: number): void {
  for (let i = 0; i < most; i++) {
    const person = lists.next()
    expect(person).toBe(model.next(lists.nowTenths))
    if (person === null) return
    // Every other person has nothing to wait for then; the others are due again, perhaps at once.
    if (person % 2 === 0) {
      lists.validTenths[person] = NOT_DUE
      model.validTenths[person] = NOT_DUE
      continue
    }
    const again = lists.nowTenths + againInTenths
    if (again === model.validTenths[person]) return
    lists.arm(person, again)
    model.arm(person, again)
  }
}

it('names the person to settle by hour, then by arming, across overtaking and restarts', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const lists = new Lists()
      const model = new Model()
      lists.nowTenths = 100
      lists.open()
      for (const one of steps) {
        if (one.kind === 'arm') {
          const tenths = lists.nowTenths + one.inTenths
          if (model.validTenths[one.person] === tenths) continue
          lists.arm(one.person, tenths)
          model.arm(one.person, tenths)
        } else if (one.kind === 'wait') {
          lists.nowTenths += one.tenths
          lists.open()
        } else if (one.kind === 'settle') settle(lists, model, one.most, one.againInTenths)
        else lists.restart()
      }
      lists.nowTenths += 100
      lists.open()
      settle(lists, model, 3 * PERSONS, 20)
    }),
    { numRuns: 1000 },
  )
})

it('leaves no list behind once everybody has been settled', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const lists = new Lists()
      for (const one of steps) {
        if (one.kind === 'arm') lists.arm(one.person, Math.max(0, lists.nowTenths + one.inTenths))
        else if (one.kind === 'wait') {
          lists.nowTenths += one.tenths
          lists.open()
        } else if (one.kind === 'restart') lists.restart()
      }
      lists.nowTenths += 1000
      lists.open()
      for (let person = lists.next(); person !== null; person = lists.next()) {
        lists.validTenths[person] = NOT_DUE
      }
      lists.commit()
      expect([...lists.stored.keys()]).toEqual([])
      expect(lists.due.fromHour(lists.nowTenths * TENTH_MS)).toBe(hourOf(lists.nowTenths))
    }),
  )
})
