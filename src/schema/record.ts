// A record of a log: its value, then its key and place. The key is the person, so that all of a
// person's events meet in one partition; a record elsewhere would split a journey and is refused.
// Files have neither.
import type { CoreEvent, RejectionReason } from '../core/event.ts'
import type { Settings } from '../core/settings.ts'
import { createEventParser } from './parse-event.ts'
import { partitionOf } from './partitioners.ts'
import { countsAt } from './partition-counts.ts'
import type { PartitionCount } from './partition-counts.ts'
import type { PartitionerName } from './partitioners.ts'

/** How the topic's producers place keys; `none`: the key is checked, the partition is not. */
export interface Placement {
  readonly partitioner: PartitionerName
  /** By offset, the first from 0. */
  readonly counts: readonly PartitionCount[]
}

export interface RecordParser {
  /**
   * Judges a record that lies in `partition`; the first reason in the order of DETAILS. Never
   * throws.
   */
  parse(
    record: {
      readonly offset: number
      readonly key: Uint8Array | null
      readonly value: Uint8Array | null
    },
    partition: number,
  ): CoreEvent | RejectionReason
}

/**
 * A parser for the records of a topic with that placement, or of files, whose keys and places mean
 * nothing.
 */
export const createRecordParser = (
  settings: Settings,
  placement: Placement | 'file',
): RecordParser => {
  const events = createEventParser(settings)
  if (placement === 'file') return { parse: ({ value }) => events.parse(value) }
  const { partitioner, counts } = placement
  return {
    parse: ({ offset, key, value }, partition) => {
      const event = events.parse(value)
      if (typeof event === 'string') return event
      if (key === null || !events.isUserHash(key)) return 'key_mismatch'
      if (partitioner === 'none') return event
      const isRight = countsAt(counts, offset).some(
        (count) => partitionOf(key, partitioner, count) === partition,
      )
      return isRight ? event : 'wrong_partition'
    },
  }
}
