// The faults that wait for a call or a point of the protocol: each comes about once, at the n-th.
import type { What } from './plan.ts'
import type { PlannedFault } from './plan.ts'

const NOTHING: readonly What[] = []

export class FaultBox {
  readonly #passed = new Map<string, number>()
  readonly #armed = new Map<string, Map<number, What[]>>()

  constructor(faults: readonly PlannedFault[]) {
    for (const { when, what } of faults) {
      if ('atMs' in when) continue
      const name = 'call' in when ? when.call : when.point
      const of = this.#armed.get(name) ?? new Map<number, What[]>()
      this.#armed.set(name, of)
      of.set(when.nth, [...(of.get(when.nth) ?? []), what])
    }
  }

  /** One more call or passing: what comes with it. */
  pass(name: string): readonly What[] {
    const armed = this.#armed.get(name)
    if (armed === undefined) return NOTHING
    const nth = (this.#passed.get(name) ?? 0) + 1
    this.#passed.set(name, nth)
    return armed.get(nth) ?? NOTHING
  }

  /** Nothing goes wrong any more. */
  clear(): void {
    this.#armed.clear()
  }
}
