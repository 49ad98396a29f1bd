// Records that are planned but not due yet, first due first: a binary heap. Equal times keep the order in
// which they were planned, so the log does not depend on how a heap breaks ties.
import type { Draft } from './story.ts'

export interface PlannedRecord {
  /** Record time, epoch ms. */
  readonly timeMs: number
  /** Ever growing; decides between equal times. */
  readonly order: number
  readonly draft: Draft
  /** Copies of one event share their number, hence their id. */
  readonly eventNumber: number
  /** Which way it is spoilt (broken.ts); -1: it is not. */
  readonly flaw: number
}

const before = (a: PlannedRecord, b: PlannedRecord): boolean =>
  a.timeMs < b.timeMs || (a.timeMs === b.timeMs && a.order < b.order)

export interface RecordQueue {
  /** Time of the first record; Infinity when there is none. */
  firstMs(): number
  push(record: PlannedRecord): void
  /** Removes and returns the first record; undefined when there is none. O(log n). */
  shift(): PlannedRecord | undefined
}

export function createRecordQueue(): RecordQueue {
  const heap: PlannedRecord[] = []
  const at = (index: number) => heap[index] as PlannedRecord
  return {
    firstMs: () => heap[0]?.timeMs ?? Infinity,
    push(record) {
      let index = heap.push(record) - 1
      while (index > 0) {
        const parent = (index - 1) >> 1
        if (before(at(parent), record)) break
        heap[index] = at(parent)
        index = parent
      }
      heap[index] = record
    },
    shift() {
      const first = heap[0]
      const last = heap.pop()
      if (last === undefined || last === first) return first
      let index = 0
      for (let child = 1; child < heap.length; child = 2 * index + 1) {
        if (child + 1 < heap.length && before(at(child + 1), at(child))) child++
        if (before(last, at(child))) break
        heap[index] = at(child)
        index = child
      }
      heap[index] = last
      return first
    },
  }
}
