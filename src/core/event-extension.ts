// What a conversion or refund of a decoded journey says beyond its touch: transaction, value,
// currency, quantity, flags.
import { EXTENSION_WORDS, TWO_32, VALUE_BIT } from './journey-layout.ts'
import type { Journey } from './journey.ts'

export const extensionAt = (journey: Journey, at: number): number =>
  journey.extensionOf[at]! * EXTENSION_WORDS

export const flagsAt = (journey: Journey, at: number): number =>
  journey.extensions[extensionAt(journey, at) + 3]!

/** The event's own value in minor units; only where VALUE_BIT is set. */
export const valueAt = (journey: Journey, at: number): number => {
  const from = extensionAt(journey, at)
  return (journey.extensions[from + 3]! & 0x3ffff) * TWO_32 + (journey.extensions[from + 2]! >>> 0)
}

export const hasValue = (journey: Journey, at: number): boolean =>
  (flagsAt(journey, at) & VALUE_BIT) !== 0

export const currencyAt = (journey: Journey, at: number): number =>
  journey.extensions[extensionAt(journey, at) + 5]!

export const quantityAt = (journey: Journey, at: number): number =>
  journey.extensions[extensionAt(journey, at) + 4]!

export const hasTransaction = (journey: Journey, at: number): boolean => {
  const from = extensionAt(journey, at)
  return journey.extensions[from] !== 0 || journey.extensions[from + 1] !== 0
}
