// Refunds with what they took from which conversion, or why from none. What they take together is
// the decision of `transactions.ts`; which of them took it is found here by the same rules, and
// checked against it, so that the graph cannot say anything that was not booked.
import { CURRENCY, NO_VALUE } from '../dictionary.ts'
import { KIND_REFUND } from '../journey-layout.ts'
import { kindOf } from '../journey.ts'
import { currencyAt, extensionAt, hasValue, valueAt } from '../event-extension.ts'
import type { Conversion } from '../transactions.ts'
import { conversionId } from './conversions.ts'
import type { RefundNode } from './journey-graph.ts'
import type { Reading } from './reading.ts'
import { spanText } from './span-text.ts'

export function refundNodes(reading: Reading): RefundNode[] {
  const { journey, anatomy } = reading
  const taken = anatomy.conversions.map(() => 0)
  const refunds: RefundNode[] = []
  let unmatched = 0
  for (let at = 0; at < journey.count; at++) {
    if (kindOf(journey.kindAction[at]!) !== KIND_REFUND) continue
    const target = anatomy.conversions.findLast((one) => obstacle(reading, at, one) === '')
    if (target === undefined) {
      unmatched++
      refunds.push(unmatchedRefund(reading, at))
    } else {
      const number = anatomy.conversions.indexOf(target)
      const refund = matchedRefund(reading, at, number, taken[number]!)
      taken[number]! += refund.takenMinor
      refunds.push(refund)
    }
  }
  const isBooked = anatomy.conversions.every(({ refundedMinor }, i) => refundedMinor === taken[i])
  if (!isBooked || unmatched !== anatomy.unmatchedRefunds.length) {
    throw new Error('the refunds of the journey take something else than its anatomy says')
  }
  return refunds
}

function matchedRefund(reading: Reading, at: number, number: number, before: number): RefundNode {
  const left = reading.anatomy.conversions[number]!.grossMinor - before
  const told = toldBy(reading, at)
  const takenMinor = told.valueMinor < 0 ? left : Math.min(left, told.valueMinor)
  const why =
    told.valueMinor < 0
      ? 'names no amount: takes all that is left'
      : told.valueMinor > left
        ? 'names more than is left: takes what is left'
        : ''
  return { ...told, of: conversionId(number), takenMinor, why }
}

function unmatchedRefund(reading: Reading, at: number): RefundNode {
  return { ...toldBy(reading, at), of: '', takenMinor: 0, why: reasonOf(reading, at) }
}

function toldBy({ journey, dictionary }: Reading, at: number) {
  return {
    timeMs: journey.timeMs[at]!,
    valueMinor: hasValue(journey, at) ? valueAt(journey, at) : -1,
    currency: dictionary.name(CURRENCY, currencyAt(journey, at)),
  }
}

function reasonOf(reading: Reading, at: number): string {
  const { journey, anatomy, settings, forgotten } = reading
  const from = extensionAt(journey, at)
  if (journey.extensions[from] === 0 && journey.extensions[from + 1] === 0) {
    return 'names no transaction'
  }
  const earliest = journey.timeMs[at]! - settings.transactionWindowMs
  if (forgotten.events > 0 && earliest <= forgotten.untilMs) {
    return 'its order is not held and may have been forgotten'
  }
  const obstacles = anatomy.conversions.map((one) => obstacle(reading, at, one))
  return obstacles.findLast((one) => one !== OTHER_TRANSACTION) ?? 'no order of its transaction'
}

const OTHER_TRANSACTION = 'of another transaction'

/** Why the refund does not take from the conversion; '' if it does (DETAILS, "Refunds"). */
function obstacle({ journey, goals, settings }: Reading, at: number, of: Conversion): string {
  const refund = extensionAt(journey, at)
  const made = extensionAt(journey, of.at)
  const isSame = [0, 1].every(
    (w) => journey.extensions[refund + w] === journey.extensions[made + w],
  )
  const hasId = journey.extensions[refund] !== 0 || journey.extensions[refund + 1] !== 0
  if (!hasId || !isSame) return OTHER_TRANSACTION
  if (!goals.closes[of.goal]!) return `${goals.names[of.goal]!} closes no path and is not refunded`
  if (of.isUsed) return 'part of its transaction has been forgotten'
  const time = journey.timeMs[at]!
  if (time < of.timeMs) return 'comes before its order'
  if (time > of.timeMs + settings.transactionWindowMs) {
    return `comes more than ${spanText(settings.transactionWindowMs)} after its order`
  }
  const currency = currencyAt(journey, at)
  const namesCurrency = hasValue(journey, at) || currency !== NO_VALUE
  return namesCurrency && currency !== of.currency ? 'is in another currency than its order' : ''
}
