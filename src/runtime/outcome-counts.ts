// Outcomes of the records of one commit, reported only once it is confirmed: so the counters and
// the committed offset tell the same.
import type { Outcome, RejectionReason } from '../core/event.ts'
import type { Telemetry } from '../ports/telemetry.ts'

type Reason = RejectionReason | ''

export class OutcomeCounts {
  readonly #records = new Map<Outcome, Map<Reason, number>>()

  add(outcome: Outcome, reason: Reason, records = 1): void {
    let reasons = this.#records.get(outcome)
    if (reasons === undefined) this.#records.set(outcome, (reasons = new Map()))
    reasons.set(reason, (reasons.get(reason) ?? 0) + records)
  }

  report(telemetry: Telemetry, partition: number): void {
    for (const [outcome, reasons] of this.#records) {
      for (const [reason, records] of reasons) {
        telemetry.outcomes(partition, outcome, reason, records)
      }
    }
  }
}
