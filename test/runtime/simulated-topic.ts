// A topic with its consumer group in memory: logs that are read by offset, members that come and go,
// assignments that reach one member before another.
import { OffsetOutOfRange } from '../../src/ports/record-source.ts'
import type {
  AssignmentHandler,
  LogBounds,
  LogRead,
  RecordSource,
  SourceRecord,
  TopicFacts,
  UndecodableBatch,
} from '../../src/ports/record-source.ts'
import type { TickSink } from '../../src/ports/tick-sink.ts'
import { TICK_HEADER } from '../../src/ports/tick-sink.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { Draw } from '../logs/moves.ts'

const POLL_MS = 200

export interface SimulatedLog {
  low: number
  high: number
  /** By offset; offsets may be missing. */
  readonly records: SourceRecord[]
  readonly undecodable: UndecodableBatch[]
}

export class SimulatedTopic {
  readonly topic = 'events'
  readonly group = 'workers'
  readonly logs: SimulatedLog[]
  readonly noted = new Map<number, number>()
  readonly #clock: Clock
  readonly #draw: Draw
  readonly #members: SimulatedSource[] = []
  facts: TopicFacts
  /** Records from now on have a producer's time. */
  hasCreateTime = false
  /** Records of one read, at most; drawn from 1 on. */
  readMax = 20

  constructor(records: readonly (readonly SourceRecord[])[], clock: Clock, draw: Draw) {
    this.logs = records.map((list) => ({
      low: 0,
      high: (list.at(-1)?.offset ?? -1) + 1,
      records: [...list],
      undecodable: [],
    }))
    this.#clock = clock
    this.#draw = draw
    const partitions = records.length
    this.facts = { clusterId: 'test', partitions, isCompacted: false, isCreateTime: false }
  }

  /** A new member of the group, not yet joined. */
  member(): SimulatedSource {
    return new SimulatedSource(this, this.#clock)
  }

  append(partition: number, record: Omit<SourceRecord, 'offset'>): void {
    const log = this.logs[partition]!
    log.records.push({ ...record, offset: log.high })
    log.high++
  }

  get ticks(): TickSink {
    const headers = { [TICK_HEADER]: null }
    return {
      append: (partition) => {
        this.append(partition, { timeMs: this.#clock.now(), key: null, value: null, headers })
        return Promise.resolve()
      },
    }
  }

  read(partition: number, from: number): LogRead {
    const { low, high, records, undecodable } = this.logs[partition]!
    if (from < low || from > high) throw new OffsetOutOfRange(partition, from)
    const bad = undecodable.find(({ to }) => to > from) ?? null
    const first = records.findIndex(({ offset }) => offset >= from)
    const most = this.#draw(1, this.readMax)
    const some = first === -1 ? [] : records.slice(first, first + most)
    const found = some.filter(({ offset }) => bad === null || offset < bad.from)
    const isCut = first !== -1 && first + most < records.length
    const reached = isCut ? some.at(-1)!.offset + 1 : high
    const isMet = bad !== null && bad.from <= reached
    const to = isMet ? Math.max(from, bad.from) : reached
    return {
      span: { topic: this.topic, partition, from, to, records: found },
      bounds: { low, high },
      undecodable: isMet ? { ...bad, from: to } : null,
      hasCreateTime: this.hasCreateTime && found.length > 0,
    }
  }

  join(member: SimulatedSource): void {
    this.#members.push(member)
    this.#rebalance()
  }

  leave(member: SimulatedSource): void {
    const at = this.#members.indexOf(member)
    if (at === -1) return
    this.#members.splice(at, 1)
    this.#rebalance()
  }

  /** Everybody is told, each some time later: for a while two own a partition, or nobody does. */
  #rebalance(): void {
    for (const [i, member] of this.#members.entries()) {
      const partitions = this.logs.map((_, partition) => partition)
      const list = partitions.filter((partition) => partition % this.#members.length === i)
      void this.#clock.sleep(this.#draw(0, 1_000)).then(() => member.assign(list))
    }
  }
}

export class SimulatedSource implements RecordSource {
  readonly topic: string
  readonly group: string
  readonly #of: SimulatedTopic
  readonly #clock: Clock
  handler: AssignmentHandler | null = null
  reads = 0

  constructor(of: SimulatedTopic, clock: Clock) {
    this.topic = of.topic
    this.group = of.group
    this.#of = of
    this.#clock = clock
  }

  assign(partitions: readonly number[]): void {
    this.handler?.assigned(partitions)
  }

  start(handler: AssignmentHandler): Promise<void> {
    this.handler = handler
    this.#of.join(this)
    return Promise.resolve()
  }

  stop(): Promise<void> {
    this.vanish()
    return Promise.resolve()
  }

  /** As after kill -9: nobody hears of this member again. */
  vanish(): void {
    this.handler = null
    this.#of.leave(this)
  }

  facts(): Promise<TopicFacts> {
    return Promise.resolve(this.#of.facts)
  }

  bounds(partition: number): Promise<LogBounds> {
    const { low, high } = this.#of.logs[partition]!
    return Promise.resolve({ low, high })
  }

  noted(partition: number): Promise<number | null> {
    return Promise.resolve(this.#of.noted.get(partition) ?? null)
  }

  async read(partition: number, from: number): Promise<LogRead> {
    this.reads++
    const read = this.#of.read(partition, from)
    if (read.span.to > from || read.undecodable !== null) return read
    await this.#clock.sleep(POLL_MS)
    return this.#of.read(partition, from)
  }

  readAt(partition: number, offset: number): Promise<SourceRecord | null> {
    const { records } = this.#of.logs[partition]!
    return Promise.resolve(records.find((record) => record.offset === offset) ?? null)
  }

  note(partition: number, next: number): Promise<void> {
    this.#of.noted.set(partition, next)
    return Promise.resolve()
  }
}
