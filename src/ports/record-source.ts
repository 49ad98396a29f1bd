// Where records come from: Kafka, files, a generator, a simulated log.

export interface SourceRecord {
  readonly offset: number
  /** Record time, epoch ms: the Kafka record timestamp; for files the event's own time. */
  readonly timeMs: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  /** Header names to raw values; undefined when there are none. */
  readonly headers?: Readonly<Record<string, Uint8Array | null>>
}

/** A covered range of one partition's log: every visible record of [from, to) is here, in order. */
export interface Span {
  readonly topic: string
  readonly partition: number
  /** The position the fetch was issued at: what the fence compares. */
  readonly from: number
  /** The next position; gaps of invisible records (control, compacted, aborted) lie inside. */
  readonly to: number
  readonly records: readonly SourceRecord[]
}

/** The ends of a partition's log: low = first kept offset, high = next offset to be written. */
export interface LogBounds {
  readonly low: number
  readonly high: number
}
