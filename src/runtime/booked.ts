// What the records of one commit have booked or run into, beside their outcomes; like those it is
// told only once the commit is confirmed.
import type { Partition } from '../core/partition.ts'
import type { Telemetry } from '../ports/telemetry.ts'
import { CURRENCY } from '../core/dictionary.ts'
import { ORDER_GOAL } from '../core/goals.ts'

/** Counted by the partition since it is in memory. */
export interface SeenBefore {
  readonly clamped: number
  readonly others: number
}

export const seenOf = ({ seen, dictionary }: Partition): SeenBefore => ({
  clamped: seen.clamped,
  others: dictionary.othersMapped,
})

/** Takes what has been booked since the last call; the result tells it. */
export function takeBooked(
  partition: Partition,
  before: SeenBefore,
): (telemetry: Telemetry, number: number) => void {
  const after = seenOf(partition)
  const sales = partition.ledger.sales.take()
  return (telemetry, number) => {
    if (after.clamped > before.clamped) {
      telemetry.count('clamped', number, after.clamped - before.clamped)
    }
    if (after.others > before.others) {
      telemetry.count('others_mapped', number, after.others - before.others)
    }
    for (const { goal, currency, conversions, grossMinor, refundMinor } of sales) {
      if (partition.settings.goals[goal]?.name !== ORDER_GOAL) continue
      const code = partition.dictionary.name(CURRENCY, currency)
      telemetry.sold(code, { orders: conversions, grossMinor, refundMinor })
    }
  }
}
