// Where records come from: Kafka, files, a generator, a simulated log. A log is asked for spans, by
// the offset to go on from; who owns which partition comes from the group.

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

/** A record batch that nobody can decode covers [from, to). */
export interface UndecodableBatch {
  readonly from: number
  readonly to: number
  /** Why, without a byte of its content: `CRC mismatch`, `codec 7 is unknown` … */
  readonly why: string
}

/** The answer to one read. */
export interface LogRead {
  /** Begins at the offset asked for; empty (to = from) where nothing has come yet. */
  readonly span: Span
  readonly bounds: LogBounds
  /** Begins where the span ends; null: none met. */
  readonly undecodable: UndecodableBatch | null
  /** Some of the records have a time that a producer gave (CreateTime). */
  readonly hasCreateTime: boolean
  /** Of the topic that the records are of: as in `TopicFacts`. */
  readonly topicId: string
}

/** Offset asked for outside of the log: trimmed, truncated, or created anew. */
export class OffsetOutOfRange extends Error {
  readonly partition: number
  readonly offset: number

  constructor(partition: number, offset: number) {
    super(`offset ${offset} of partition ${partition} is outside of the log`)
    this.name = 'OffsetOutOfRange'
    this.partition = partition
    this.offset = offset
  }
}

/** What is true of the topic as a whole, as of the moment it is asked. */
export interface TopicFacts {
  /** Kafka's cluster id; `file` for files. */
  readonly clusterId: string
  /** Another one for a topic that was created anew under its name; '': the source has none. */
  readonly topicId: string
  /** Number of partitions; 0: no topic, so keys have no place. */
  readonly partitions: number
  /** cleanup.policy contains `compact`: records vanish from the middle. */
  readonly isCompacted: boolean
  /** message.timestamp.type is CreateTime. */
  readonly isCreateTime: boolean
}

/** Told what this member of the group owns; calls must not throw and return at once. */
export interface AssignmentHandler {
  /** The whole assignment after a join: partitions not listed are no longer ours. */
  assigned(partitions: readonly number[]): void
  /** No longer a member, for now: nothing is ours until the next `assigned`. */
  lost(): void
  /** The membership is dead; only a new process helps. */
  dead(error: unknown): void
}

/** One topic, read as a member of a group. Every call but `start` and `stop` may be repeated. */
export interface RecordSource {
  readonly topic: string
  readonly group: string
  start(handler: AssignmentHandler): Promise<void>
  /** Leaves the group and closes the connections. */
  stop(): Promise<void>
  facts(): Promise<TopicFacts>
  bounds(partition: number): Promise<LogBounds>
  /** Offset of the next record to be written: open transactions may hold readers back before it. */
  end(partition: number): Promise<number>
  /** Offset that the group has noted for a partition; null: none. A witness only. */
  noted(partition: number): Promise<number | null>
  /**
   * Records from `from` on; waits a little where the log has ended. May be called for several
   * partitions at once, and ahead of what has been applied. Throws OffsetOutOfRange.
   */
  read(partition: number, from: number): Promise<LogRead>
  /** The record at an offset; null: it is no longer kept, or no record. */
  readAt(partition: number, offset: number): Promise<SourceRecord | null>
  /**
   * Notes in the group that everything below `next` is done. false: the group does not know us as
   * the owner, for now, and nothing was noted.
   */
  note(partition: number, next: number): Promise<boolean>
}
