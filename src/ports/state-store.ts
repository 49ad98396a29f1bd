// The state of one partition: in Redis under one hash tag, or in memory. Bytes in, bytes out: the
// store knows nothing of journeys. One commit is atomic and fenced; every other write is fenced by
// the token.

/** A list of byte strings in one buffer: item i is bytes[ends[i-1] ?? 0, ends[i]). */
export interface ByteList {
  readonly bytes: Uint8Array
  readonly ends: Int32Array
}

/** What is true of the partition as a whole. Strings and safe integers only. */
export interface PartitionMeta {
  /** Offset of the next record to apply. */
  readonly next: number
  /** Highest record time seen, epoch ms; 0 before the first record. */
  readonly streamTimeMs: number
  /** UInt64 as a decimal string. */
  readonly lineage: string
  /** Where the lineage began. */
  readonly baseOffset: number
  /** High 16 bits of every `ver`; raised by new code or settings that change f. */
  readonly generation: number
  /** Fingerprint of the settings that f depends on and of the code's logic version. */
  readonly fingerprint: string
  /** Settling cursor: no due list of an earlier hour exists. */
  readonly dueFromHour: number
  /**
   * Element counters, verified on acquire: journeys held, journeys ever begun, dictionary entries.
   */
  readonly journeys: number
  readonly journeysBegun: number
  readonly dictionary: number
  /** Fingerprint of the last applied record: `<offset>:<hash>`; '' before the first. */
  readonly lastRecord: string
  /** Kafka's cluster id and the consumer group that the state was made under. */
  readonly clusterId: string
  readonly group: string
  /** Another one for a topic that was created anew under its name; '': the source has none. */
  readonly topicId: string
  /** Partition counts of the topic, `<from offset>:<count>` joined by commas; '': not a topic. */
  readonly partitionCounts: string
  /** Offsets given up, `<from>-<to>` joined by commas; '' for none. */
  readonly skips: string
  /** Names of the goals in their order, as JSON: rows in `ledger` name a goal by its place. */
  readonly goals: string
  /** A lineage that is being built becomes active when `next` reaches this; 0: it is active. */
  readonly activeAt: number
  /**
   * Told by the store: only a part of the last commit is there, so the state is one that never was.
   */
  readonly isTorn?: true
}

export interface DictionaryEntry {
  readonly kind: number
  readonly id: number
  readonly value: string
}

/** Persons due in one hour: 16 bytes each, in the order they were armed. */
export interface DueList {
  readonly hour: number
  readonly persons: Uint8Array
}

/**
 * Ledger rows of one booked hour: a field names table and dimensions, a value holds measures and
 * version.
 */
export interface LedgerHour {
  readonly hour: number
  readonly fields: ByteList
  readonly values: ByteList
}

/** Everything that one span of records changed. Applied whole or not at all. */
export interface Commit {
  readonly token: string
  /** The fence: applied only when the stored `next` equals it. */
  readonly from: number
  /** The new meta; meta.next = the span's end. */
  readonly meta: PartitionMeta
  /** Persons, 16 bytes each, beside their new values; an empty value deletes the journey. */
  readonly persons: Uint8Array
  readonly journeys: ByteList
  readonly dictionary: readonly DictionaryEntry[]
  readonly dueAppended: readonly DueList[]
  readonly dueDropped: readonly number[]
  readonly ledger: readonly LedgerHour[]
}

/** `fenced`: nothing was written; the owner or `next` is another. */
export type CommitResult = 'committed' | 'fenced'

/**
 * One partition's state. Any rejected promise is ambiguous: the write may or may not have happened;
 * the caller reads `owner` again and decides, token first.
 */
export interface StateStore {
  /**
   * Makes `token` the owner, until another does or the store starts anew: one that has fallen back
   * to an owner before may have shown it what another wrote meanwhile. Resolves to the meta, or
   * null where there is no state yet.
   */
  acquire(token: string): Promise<PartitionMeta | null>
  /** Creates the state if there is none and `token` owns it. */
  create(token: string, meta: PartitionMeta): Promise<CommitResult>
  /** Journeys held, counted by the store itself. */
  countJourneys(): Promise<number>
  /** The eviction policy under which keys may vanish, or null where none does. */
  evictionPolicy(): Promise<string | null>
  /** Drops whatever state there is and begins with `meta`, in one step. */
  restart(token: string, meta: PartitionMeta): Promise<CommitResult>
  /** `token`: null where nobody owns it. */
  owner(): Promise<{ readonly token: string | null; readonly meta: PartitionMeta | null }>
  loadDictionary(): Promise<DictionaryEntry[]>
  /** The hours not yet verified in ClickHouse, oldest first. */
  loadLedger(): Promise<LedgerHour[]>
  /** The lists of the hours hourFrom..hourTo that exist, oldest first. */
  loadDue(hourFrom: number, hourTo: number): Promise<DueList[]>
  /** One value per person (16 bytes each), empty where there is no journey. */
  loadJourneys(persons: Uint8Array): Promise<ByteList>
  commit(commit: Commit): Promise<CommitResult>
  /** Deletes booked hours that ClickHouse was shown to hold. */
  forgetHours(token: string, hours: readonly number[]): Promise<CommitResult>
}
