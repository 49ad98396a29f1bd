// The records between the log and a confirmed commit, counted: whatever was taken in is committed
// (and has an outcome), dropped from memory (and taken in again by whoever goes on), or in flight.
// Counted apart from the outcomes, so that the two can be held against each other from outside.
import type { Telemetry } from '../ports/telemetry.ts'

type Placed = readonly { readonly offset: number }[]

export class InFlight {
  readonly #telemetry: Telemetry
  readonly #partition: number
  /** Being applied: those of #records from #at on, and offsets given up. */
  #records: Placed = []
  #at = 0
  #skipped = 0

  constructor(telemetry: Telemetry, partition: number) {
    this.#telemetry = telemetry
    this.#partition = partition
  }

  /** The records of a span are about to be applied; those before have been handed on. */
  take(records: Placed): void {
    this.#records = records
    this.#at = 0
    this.#tell('consumed', records.length, records.length)
  }

  /** So many offsets are about to be booked as rejected. */
  takeSkipped(offsets: number): void {
    this.#skipped += offsets
    this.#tell('consumed', offsets, offsets)
  }

  /** Those below `to` are now in the hands of a commit; their number. */
  handOn(to: number): number {
    const from = this.#at
    while (this.#at < this.#records.length && this.#records[this.#at]!.offset < to) this.#at++
    const handedOn = this.#at - from + this.#skipped
    this.#skipped = 0
    return handedOn
  }

  /** A commit of so many has been confirmed; tell their outcomes in the same breath. */
  committed(records: number): void {
    if (records > 0) this.#telemetry.inFlight(this.#partition, -records)
  }

  /** A commit of so many has failed. */
  failed(records: number): void {
    this.#tell('reread', records, -records)
  }

  /** Memory is dropped, and with it whatever no commit holds. */
  drop(): void {
    this.failed(this.#records.length - this.#at + this.#skipped)
    this.#records = []
    this.#at = 0
    this.#skipped = 0
  }

  #tell(what: 'consumed' | 'reread', records: number, change: number): void {
    if (records === 0) return
    this.#telemetry.count(what, this.#partition, records)
    this.#telemetry.inFlight(this.#partition, change)
  }
}
