// Offsets that an operator has given up because nobody could decode them: counted, so that the sum
// of outcomes stays the number of records, and nothing else. Stream time does not move.
import { OUTCOMES, REJECTION_REASONS } from './event.ts'
import { hourOf } from './journey-layout.ts'
import type { Partition } from './partition.ts'

/** Books offsets [from, to) as rejected. */
export function skipOffsets(partition: Partition, from: number, to: number): void {
  const hour = hourOf(partition.streamTimeMs)
  const reason = REJECTION_REASONS.indexOf('undecodable_batch') + 1
  partition.ledger.count(hour, to - 1, OUTCOMES.indexOf('rejected'), reason, to - from)
}
