// The unit that flows through this adapter: some hundreds or thousands of records of one file,
// undecoded, with their times. A sort moves them as bytes; `EventFile.decode` makes a value of them
// at the very end.
import type { InputFile } from './file-input.ts'

export interface EventBlock {
  readonly count: number
  /** Epoch ms; -1: the record has no valid time (until file-times.ts gives it one). */
  readonly timesMs: Float64Array
  /** NDJSON: line; CSV and Parquet: data row. From 1. */
  readonly rows: Float64Array
  /** The record i is bytes[starts[i], ends[i]); all 0 in a pass over the times only. */
  readonly bytes: Buffer
  readonly starts: Uint32Array
  readonly ends: Uint32Array
  /** Bytes of the (unpacked) file that the block stands for; an estimate, for progress. */
  readonly size: number
}

/** One record of a block. */
export interface RecordPlace {
  readonly bytes: Buffer
  readonly start: number
  readonly end: number
  readonly row: number
}

/** An opened file whose columns are known to be there. */
export interface EventFile {
  readonly input: InputFile
  /** Unpacked bytes if known, else 0: what the sizes of its blocks add up to, about. */
  readonly size: number
  /**
   * In the order of the file. `times`: without the records' bytes, and so faster. Throws
   * TributaryError.
   */
  blocks(pass: 'times' | 'records'): AsyncIterableIterator<EventBlock>
  /** The value of a record of this file, as in `FileBatch.values`; may be a view into `bytes`. */
  decode(record: RecordPlace): Uint8Array | object
}

/**
 * Collects records of a block one by one; `take` gives what has been added, and can be called once.
 */
export class BlockBuilder {
  readonly #bytes: Buffer
  #count = 0
  #timesMs = new Float64Array(8192)
  #rows = new Float64Array(8192)
  #starts = new Uint32Array(8192)
  #ends = new Uint32Array(8192)
  #size = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  add(timeMs: number, row: number, start: number, end: number): void {
    const at = this.#count++
    if (at === this.#timesMs.length) this.#grow()
    this.#timesMs[at] = timeMs
    this.#rows[at] = row
    this.#starts[at] = start
    this.#ends[at] = end
  }

  addSize(bytes: number): void {
    this.#size += bytes
  }

  take(): EventBlock {
    const count = this.#count
    return {
      count,
      timesMs: this.#timesMs.subarray(0, count),
      rows: this.#rows.subarray(0, count),
      bytes: this.#bytes,
      starts: this.#starts.subarray(0, count),
      ends: this.#ends.subarray(0, count),
      size: this.#size,
    }
  }

  #grow(): void {
    const double = <T extends Float64Array | Uint32Array>(from: T, to: T): T => {
      to.set(from)
      return to
    }
    const length = this.#count * 2
    this.#timesMs = double(this.#timesMs, new Float64Array(length))
    this.#rows = double(this.#rows, new Float64Array(length))
    this.#starts = double(this.#starts, new Uint32Array(length))
    this.#ends = double(this.#ends, new Uint32Array(length))
  }
}
