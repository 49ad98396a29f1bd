// What an observer of the telemetry can check from outside: whatever a process took in is an
// outcome, was dropped to be read again, or is in flight; nothing else, and nothing twice.
import type { Telemetry } from '../../src/ports/telemetry.ts'

export class Balance implements Pick<Telemetry, 'outcomes' | 'inFlight'> {
  /** Outcomes of all records so far. */
  outcomesSeen = 0
  #difference = 0
  #inFlight = 0

  outcomes(_partition: number, _outcome: string, _reason: string, records: number): void {
    this.outcomesSeen += records
    this.#difference -= records
  }

  inFlight(_: number, change: number): void {
    this.#inFlight += change
    this.#difference -= change
  }

  count(what: string, amount: number): void {
    if (what === 'consumed') this.#difference += amount
    if (what === 'reread') this.#difference -= amount
  }

  /** '' when it is so. */
  get mistake(): string {
    if (this.#difference !== 0) return `consumed less what became of it is ${this.#difference}`
    return this.#inFlight < 0 ? `${this.#inFlight} are in flight` : ''
  }
}
