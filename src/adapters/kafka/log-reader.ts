// Spans of one topic's partitions, each from the offset asked for, with bounds and with what cannot
// be decoded: fetching (`fetcher.ts`) and decoding (`record-batch/`) together.
//
// What passes by itself (a leader that moves, a connection that is lost) is tried again for some
// seconds; then the error is the caller's. `bounds.high` is the last stable offset: a reader of
// committed records cannot get beyond it while a transaction is open.
import type { Kafka } from 'kafkajs'
import { TributaryError } from '../../ports/errors.ts'
import { OffsetOutOfRange } from '../../ports/record-source.ts'
import type { LogBounds, LogRead, SourceRecord } from '../../ports/record-source.ts'
import { BrokerLink } from './broker-link.ts'
import type { GroupMember } from './broker-link.ts'
import { kafkaError } from './errors.ts'
import { CORRUPT_MESSAGE, FetchRefused, OFFSET_OUT_OF_RANGE } from './fetch-errors.ts'
import { Fetcher } from './fetcher.ts'
import type { Fetched } from './fetcher.ts'
import { decodeRecordSet } from './record-batch/decode-record-set.ts'

const PARTITION_BYTES_MAX = 1_048_576
/** One batch comes whole, whatever the limit. */
const SINGLE_BYTES_MAX = 1
const RETRY_DELAYS_MS = [100, 200, 400, 800, 1_600]

export interface LogReaderOptions {
  readonly topic: string
  /** A batch that inflates beyond is undecodable. */
  readonly batchInflatedBytesMax: number
}

export class LogReader {
  readonly #options: LogReaderOptions
  readonly #link: BrokerLink
  readonly #fetcher: Fetcher
  #isClosed = false

  constructor(kafka: Kafka, options: LogReaderOptions) {
    this.#options = options
    this.#link = new BrokerLink(kafka, options.topic)
    this.#fetcher = new Fetcher(this.#link, options.topic)
  }

  connect(): Promise<void> {
    return this.#link.connect()
  }

  /** Reads that wait are rejected. */
  async disconnect(): Promise<void> {
    this.#isClosed = true
    this.#fetcher.close()
    await this.#link.disconnect()
  }

  /** Waits up to a quarter of a second where the log has ended. Throws OffsetOutOfRange. */
  async read(partition: number, from: number): Promise<LogRead> {
    const read = await this.#read(partition, from, PARTITION_BYTES_MAX)
    if (read.span.to > from && read.span.to < read.bounds.high) this.#fetcher.noteBacklog()
    return read
  }

  /** The record at an offset; null: trimmed, none, or one that nobody can decode. */
  async readAt(partition: number, offset: number): Promise<SourceRecord | null> {
    try {
      const { span } = await this.#read(partition, offset, SINGLE_BYTES_MAX)
      const [first] = span.records
      return first?.offset === offset ? first : null
    } catch (error) {
      if (error instanceof OffsetOutOfRange) return null
      throw error
    }
  }

  /** As of now; '' where the brokers know topics by their names only. */
  topicId(): Promise<string> {
    return this.#patiently(() => this.#link.topicId())
  }

  bounds(partition: number): Promise<LogBounds> {
    return this.#patiently(() => this.#link.bounds(partition))
  }

  /** Tells the group where a member is; the group refuses it of one that is no longer. */
  note(member: GroupMember, partition: number, next: number): Promise<void> {
    return this.#link.note(member, partition, next)
  }

  /** Offset of the next record to be written. */
  async end(partition: number): Promise<number> {
    const { high } = await this.bounds(partition)
    return (await this.#fetch(partition, high, SINGLE_BYTES_MAX)).highWatermark
  }

  async #read(partition: number, from: number, bytesMax: number): Promise<LogRead> {
    return this.#decode(partition, from, await this.#fetch(partition, from, bytesMax))
  }

  #fetch(partition: number, from: number, bytesMax: number): Promise<Fetched> {
    return this.#patiently(async () => {
      const found = await this.#fetcher.fetch({ partition, from, bytesMax })
      const { errorCode } = found
      if (errorCode === OFFSET_OUT_OF_RANGE) throw new OffsetOutOfRange(partition, from)
      if (errorCode === 0 || errorCode === CORRUPT_MESSAGE) return found
      throw new FetchRefused(`partition ${partition}`, errorCode)
    })
  }

  async #decode(partition: number, from: number, answer: Fetched): Promise<LogRead> {
    const { topic, batchInflatedBytesMax } = this.#options
    const { topicId } = answer
    const bounds = { low: answer.logStartOffset, high: answer.lastStableOffset }
    if (answer.errorCode === CORRUPT_MESSAGE) {
      return {
        span: { topic, partition, from, to: from, records: [] },
        bounds,
        undecodable: { from, to: from + 1, why: 'the broker finds the log damaged there' },
        hasCreateTime: false,
        topicId,
      }
    }
    const { records, to, undecodable, hasCreateTime } = await decodeRecordSet({
      bytes: answer.records,
      from,
      end: bounds.high,
      aborted: answer.aborted,
      batchInflatedBytesMax,
    })
    // A broker looks at the log's end before it reads, so records may lie beyond what it says.
    const high = Math.max(bounds.high, to)
    const span = { topic, partition, from, to, records }
    return { span, bounds: { ...bounds, high }, undecodable, hasCreateTime, topicId }
  }

  /** Throws OffsetOutOfRange at once, everything else as ours. */
  async #patiently<T>(exchange: () => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await exchange()
      } catch (error) {
        if (error instanceof OffsetOutOfRange) throw error
        const delay = RETRY_DELAYS_MS[attempt]
        if (delay === undefined || this.#isClosed || isLasting(error)) throw kafkaError(error)
        await new Promise((done) => setTimeout(done, delay))
        await this.#refresh()
      }
    }
  }

  /** Throws where no broker answers, after some attempts of kafkajs. */
  async #refresh(): Promise<void> {
    try {
      if (this.#isClosed) throw new Error('the reader was closed')
      await this.#link.refresh()
    } catch (error) {
      throw kafkaError(error)
    }
  }
}

/** Another attempt would end the same way. */
const isLasting = (error: unknown): boolean =>
  error instanceof TributaryError || (error instanceof FetchRefused && !error.isTransient)
