// Second half of the external merge sort: all runs at once through a heap, ties to the earlier run,
// which holds the earlier records. Every run has a window on the scratch file; a batch copies out
// of the windows, so that these can be filled again. Memory: the windows together, MERGE_BYTES or
// 16 KiB a run.
import type { FileHandle } from 'node:fs/promises'
import { RECORD_HEADER_BYTES } from './sort-runs.ts'
import type { Run } from './sort-runs.ts'
import { TimeHeap } from './time-heap.ts'

const MERGE_BYTES = 32 << 20
const WINDOW_BYTES_MIN = 16 << 10
const WINDOW_BYTES_MAX = 1 << 20
const BATCH_BYTES = 1 << 20

/** Sorted records, their bytes back to back. */
export interface MergedBlock {
  readonly count: number
  readonly timesMs: Float64Array
  readonly rows: Float64Array
  readonly files: Uint32Array
  readonly bytes: Buffer
  readonly starts: Uint32Array
  readonly ends: Uint32Array
}

/** The not yet merged rest of a run. */
class RunReader {
  readonly #scratch: FileHandle
  #window: Buffer
  #length = 0
  #next: number
  readonly #to: number
  /** Where the record in front begins in `bytes`. */
  at = 0

  constructor(scratch: FileHandle, run: Run, windowBytes: number) {
    this.#scratch = scratch
    this.#window = Buffer.allocUnsafe(windowBytes)
    this.#next = run.from
    this.#to = run.to
  }

  get bytes(): Buffer {
    return this.#window
  }

  get timeMs(): number {
    return this.#window.readDoubleLE(this.at)
  }

  /** Bytes of the record in front, header included. */
  get recordBytes(): number {
    return RECORD_HEADER_BYTES + this.#window.readUInt32LE(this.at + 20)
  }

  /** Whether the record in front is in the window as a whole. */
  get isReady(): boolean {
    const left = this.#length - this.at
    return left >= RECORD_HEADER_BYTES && left >= this.recordBytes
  }

  /** Brings the record in front into the window; false: the run has ended. */
  async fill(): Promise<boolean> {
    while (!this.isReady) {
      const left = this.#length - this.at
      if (this.#next === this.#to) return false
      const needed = left >= RECORD_HEADER_BYTES ? this.recordBytes : RECORD_HEADER_BYTES
      const window = needed > this.#window.length ? Buffer.allocUnsafe(needed) : this.#window
      this.#window.copy(window, 0, this.at, this.#length)
      this.#window = window
      this.at = 0
      const room = Math.min(window.length - left, this.#to - this.#next)
      const { bytesRead } = await this.#scratch.read(window, left, room, this.#next)
      if (bytesRead === 0) throw new Error('the scratch file of the sort is cut short')
      this.#next += bytesRead
      this.#length = left + bytesRead
    }
    return true
  }
}

/** Yields all records of all runs by time. */
export async function* mergeRuns(
  scratch: FileHandle,
  runs: readonly Run[],
): AsyncGenerator<MergedBlock> {
  const windowBytes = Math.max(
    WINDOW_BYTES_MIN,
    Math.min(WINDOW_BYTES_MAX, Math.floor(MERGE_BYTES / Math.max(runs.length, 1))),
  )
  const readers = runs.map((run) => new RunReader(scratch, run, windowBytes))
  const heap = new TimeHeap(runs.length)
  for (const [i, reader] of readers.entries()) if (await reader.fill()) heap.push(i, reader.timeMs)
  let batch = new BatchBuilder()
  while (heap.size > 0) {
    const reader = readers[heap.top]!
    if (!batch.hasRoom(reader.recordBytes)) {
      yield batch.take()
      batch = new BatchBuilder(reader.recordBytes)
    }
    reader.at += batch.add(reader.bytes, reader.at)
    if (reader.isReady || (await reader.fill())) heap.replaceTop(reader.timeMs)
    else heap.pop()
  }
  if (batch.count > 0) yield batch.take()
}

class BatchBuilder {
  readonly #bytes: Buffer
  #used = 0
  readonly #timesMs: number[] = []
  readonly #rows: number[] = []
  readonly #files: number[] = []
  readonly #starts: number[] = []
  readonly #ends: number[] = []

  constructor(recordBytes = 0) {
    this.#bytes = Buffer.allocUnsafe(Math.max(BATCH_BYTES, recordBytes))
  }

  get count(): number {
    return this.#timesMs.length
  }

  hasRoom(recordBytes: number): boolean {
    return this.#used + recordBytes <= this.#bytes.length
  }

  /** Copies the record at `at` (header and bytes); returns its length there. */
  add(window: Buffer, at: number): number {
    const start = at + RECORD_HEADER_BYTES
    const length = window.readUInt32LE(at + 20)
    this.#timesMs.push(window.readDoubleLE(at))
    this.#rows.push(window.readDoubleLE(at + 8))
    this.#files.push(window.readUInt32LE(at + 16))
    this.#starts.push(this.#used)
    window.copy(this.#bytes, this.#used, start, start + length)
    this.#used += length
    this.#ends.push(this.#used)
    return RECORD_HEADER_BYTES + length
  }

  take(): MergedBlock {
    return {
      count: this.count,
      timesMs: Float64Array.from(this.#timesMs),
      rows: Float64Array.from(this.#rows),
      files: Uint32Array.from(this.#files),
      bytes: this.#bytes,
      starts: Uint32Array.from(this.#starts),
      ends: Uint32Array.from(this.#ends),
    }
  }
}
