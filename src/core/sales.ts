// What has been booked in `conversions` since it was last asked, by goal and currency: for metrics
// only, no part of the state. Amounts go down, too: a refund, a second copy with a better source.
import type { RowTable } from './row-table.ts'

/** Places among the measures of `conversions`. */
const COUNT = 0
const NET = 1
const REFUND = 3

export interface Sale {
  /** Place in the settings' list of goals. */
  readonly goal: number
  /** Dictionary number. */
  readonly currency: number
  conversions: number
  /** Minor units; a number, since it is shown as one. */
  grossMinor: number
  refundMinor: number
}

export class Sales {
  #sales = new Map<number, Sale>()

  /** Adds one record's net difference in `conversions`. */
  add(changes: RowTable): void {
    const { at, stride } = changes.layout
    for (let row = 0; row < changes.count; row++) {
      const sale = this.#sale(changes.key(row)[0]!)
      const refund = Number(changes.money(row, at[REFUND]!))
      sale.conversions += changes.slots[row * stride + at[COUNT]!]!
      sale.grossMinor += Number(changes.money(row, at[NET]!)) + refund
      sale.refundMinor += refund
    }
  }

  /** Everything since the last call. */
  take(): readonly Sale[] {
    if (this.#sales.size === 0) return []
    const sales = [...this.#sales.values()]
    this.#sales = new Map()
    return sales
  }

  #sale(goalCurrency: number): Sale {
    const known = this.#sales.get(goalCurrency)
    if (known !== undefined) return known
    const goal = goalCurrency & 0xffff
    const currency = goalCurrency >>> 16
    const made: Sale = { goal, currency, conversions: 0, grossMinor: 0, refundMinor: 0 }
    this.#sales.set(goalCurrency, made)
    return made
  }
}
