// The twin of the Kafka source: one topic in this process, with everything that a reader can meet
// in a real log (gaps, batches that nobody can decode, a trimmed start, a topic created anew) and
// groups whose members come, go and are taken for dead.
import type { Clock } from '../../ports/clock.ts'
import { OffsetOutOfRange } from '../../ports/record-source.ts'
import type {
  AssignmentHandler,
  LogBounds,
  LogRead,
  RecordSource,
  SourceRecord,
  TopicFacts,
  UndecodableBatch,
} from '../../ports/record-source.ts'

export interface MemoryLogOptions {
  readonly topic: string
  readonly clock: Clock
  readonly facts: Omit<TopicFacts, 'topicId'>
  /** Of one read. */
  readonly recordsMax: number
  /** How long a read waits where the log has ended. */
  readonly waitMs: number
}

/** What stands at one offset; null: nothing that a reader sees. */
type Cell = SourceRecord | UndecodableBatch | null

interface Partition {
  /** The index is the offset. */
  readonly cells: Cell[]
  low: number
}

export class MemoryLog {
  readonly #options: MemoryLogOptions
  readonly #groups = new Map<string, MemoryMember[]>()
  readonly #noted = new Map<string, number>()
  #partitions: Partition[] = []
  /** How often the topic has been created. */
  #creations = 0
  /** What `facts` answers, but for the number of partitions and the id. */
  facts: Omit<TopicFacts, 'topicId'>

  constructor(options: MemoryLogOptions) {
    this.#options = options
    this.facts = options.facts
    this.recreate(options.facts.partitions)
  }

  get topic(): string {
    return this.#options.topic
  }

  /** Answers the offset. */
  append(partition: number, record: Omit<SourceRecord, 'offset'>): number {
    const { cells } = this.#partition(partition)
    // No spread: Node 20 would give each record a shape of its own.
    return cells.push(Object.assign({}, record, { offset: cells.length })) - 1
  }

  /** Offsets without a record: markers of transactions, aborted or compacted records. */
  appendGap(partition: number, offsets: number): void {
    const { cells } = this.#partition(partition)
    for (let i = 0; i < offsets; i++) cells.push(null)
  }

  appendUndecodable(partition: number, offsets: number, why: string): void {
    const { cells } = this.#partition(partition)
    const batch = { from: cells.length, to: cells.length + offsets, why }
    for (let i = 0; i < offsets; i++) cells.push(batch)
  }

  /** A record vanishes, as compaction makes it. */
  remove(partition: number, offset: number): void {
    this.#partition(partition).cells[offset] = null
  }

  /** Retention: what is below is no longer kept. */
  trim(partition: number, low: number): void {
    this.#partition(partition).low = low
  }

  /** Deleted and created again under the same name: offsets begin at 0. */
  recreate(partitions: number): void {
    this.#creations++
    this.#partitions = []
    this.#noted.clear()
    this.addPartitions(partitions)
  }

  addPartitions(count: number): void {
    for (let i = 0; i < count; i++) this.#partitions.push({ cells: [], low: 0 })
    for (const group of this.#groups.keys()) this.#assign(group)
  }

  /** A source that is a member of the group from its `start` to its `stop`. */
  member(group: string): MemoryMember {
    return new MemoryMember(this, group)
  }

  join(member: MemoryMember): void {
    this.#groups.set(member.group, [...(this.#groups.get(member.group) ?? []), member])
    this.#assign(member.group)
  }

  /** Also when the group takes a member for dead, which is not told so. */
  leave(member: MemoryMember): void {
    const members = this.#groups.get(member.group) ?? []
    this.#groups.set(
      member.group,
      members.filter((one) => one !== member),
    )
    this.#assign(member.group)
  }

  factsNow(): TopicFacts {
    return { ...this.facts, partitions: this.#partitions.length, topicId: this.#topicId }
  }

  bounds(partition: number): LogBounds {
    const { low, cells } = this.#partition(partition)
    return { low, high: cells.length }
  }

  noted(group: string, partition: number): number | null {
    return this.#noted.get(`${group}/${partition}`) ?? null
  }

  /** Of one whom the group does not know it takes nothing. */
  note(member: MemoryMember, partition: number, next: number): boolean {
    const isMember = this.#groups.get(member.group)?.includes(member) ?? false
    if (!isMember || !member.owned.includes(partition)) return false
    this.#noted.set(`${member.group}/${partition}`, next)
    return true
  }

  async read(partition: number, from: number): Promise<LogRead> {
    this.#expectKept(partition, from)
    if (from === this.bounds(partition).high) await this.#options.clock.sleep(this.#options.waitMs)
    this.#expectKept(partition, from)
    const { topic, recordsMax } = this.#options
    const { cells } = this.#partition(partition)
    const records: SourceRecord[] = []
    let to = from
    let undecodable: UndecodableBatch | null = null
    for (; to < cells.length && records.length < recordsMax && undecodable === null; to++) {
      const cell = cells[to]!
      if (cell === null) continue
      if ('why' in cell) undecodable = { ...cell, from: to }
      else records.push(cell)
    }
    if (undecodable !== null) to--
    return {
      span: { topic, partition, from, to, records },
      bounds: this.bounds(partition),
      undecodable,
      hasCreateTime: this.facts.isCreateTime && records.length > 0,
      topicId: this.#topicId,
    }
  }

  readAt(partition: number, offset: number): SourceRecord | null {
    const { low, cells } = this.#partition(partition)
    const cell = offset < low ? null : (cells[offset] ?? null)
    return cell === null || 'why' in cell ? null : cell
  }

  get #topicId(): string {
    return `${this.topic}-${this.#creations}`
  }

  #partition(partition: number): Partition {
    const found = this.#partitions[partition]
    if (found === undefined) throw new Error(`${this.topic} has no partition ${partition}`)
    return found
  }

  #expectKept(partition: number, offset: number): void {
    const { low, high } = this.bounds(partition)
    if (offset < low || offset > high) throw new OffsetOutOfRange(partition, offset)
  }

  /** In turn, in the order of joining. */
  #assign(group: string): void {
    const members = this.#groups.get(group) ?? []
    const partitions = this.#partitions.map((_, i) => i)
    for (const [i, member] of members.entries()) {
      member.own(partitions.filter((one) => one % members.length === i))
    }
  }
}

export class MemoryMember implements RecordSource {
  readonly group: string
  readonly #log: MemoryLog
  #handler: AssignmentHandler | null = null
  /** As it was told last. */
  owned: readonly number[] = []

  constructor(log: MemoryLog, group: string) {
    this.#log = log
    this.group = group
  }

  get topic(): string {
    return this.#log.topic
  }

  start(handler: AssignmentHandler): Promise<void> {
    this.#handler = handler
    this.#log.join(this)
    return Promise.resolve()
  }

  stop(): Promise<void> {
    this.owned = []
    this.#handler = null
    this.#log.leave(this)
    return Promise.resolve()
  }

  /** Called by the log at every assignment. */
  own(partitions: readonly number[]): void {
    this.owned = partitions
    this.#handler?.assigned(partitions)
  }

  facts(): Promise<TopicFacts> {
    return Promise.resolve(this.#log.factsNow())
  }

  async bounds(partition: number): Promise<LogBounds> {
    return this.#log.bounds(partition)
  }

  async end(partition: number): Promise<number> {
    return this.#log.bounds(partition).high
  }

  noted(partition: number): Promise<number | null> {
    return Promise.resolve(this.#log.noted(this.group, partition))
  }

  read(partition: number, from: number): Promise<LogRead> {
    return this.#log.read(partition, from)
  }

  async readAt(partition: number, offset: number): Promise<SourceRecord | null> {
    return this.#log.readAt(partition, offset)
  }

  note(partition: number, next: number): Promise<boolean> {
    return Promise.resolve(this.#log.note(this, partition, next))
  }
}
