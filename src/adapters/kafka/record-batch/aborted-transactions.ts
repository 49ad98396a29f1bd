// Which batches of one fetch answer belong to transactions that were aborted. The broker names
// them: (producer, first offset), for all that overlap the fetched range, also where it begins in
// their middle. A producer's batches are aborted from there to its abort marker. Asked in log
// order.
import type { BatchHeader } from './batch-header.ts'

export interface AbortedTransaction {
  readonly producerId: number
  readonly firstOffset: number
}

export class AbortedTransactions {
  /** Not yet begun, the latest first. */
  readonly #ahead: AbortedTransaction[]
  readonly #open = new Set<number>()

  constructor(aborted: readonly AbortedTransaction[]) {
    this.#ahead = aborted.toSorted((a, b) => b.firstOffset - a.firstOffset)
  }

  /** Whether the records of a batch were aborted; not to be asked of control batches. */
  covers(header: BatchHeader): boolean {
    this.#advance(header.lastOffset)
    return header.isTransactional && this.#open.has(header.producerId)
  }

  /** A control batch that says `abort` was read. */
  end(header: BatchHeader): void {
    this.#advance(header.lastOffset)
    this.#open.delete(header.producerId)
  }

  #advance(offset: number): void {
    for (;;) {
      const next = this.#ahead.at(-1)
      if (next === undefined || next.firstOffset > offset) return
      this.#open.add(next.producerId)
      this.#ahead.pop()
    }
  }
}
