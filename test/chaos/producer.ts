// A producer that never stops: its clock starts in the past and runs fast. It sends whatever is due
// by then, again until Kafka has acknowledged it, so that after a fault a record may be in the log
// twice. What was really written is read back in the end: each record carries its number.
import { setTimeout as sleep } from 'node:timers/promises'
import { Kafka, logLevel } from 'kafkajs'
import type { Message, Producer } from 'kafkajs'
import type { Settings } from '../../src/core/settings.ts'
import { partitionOf } from '../../src/schema/partitioners.ts'
import { toWire } from '../logs/to-wire.ts'
import type { LogRecord } from '../oracle/log.ts'
import { poisonOf } from './poison.ts'
import { DAY_MS, FIRST_MS, timeLine } from './time-line.ts'

/** Names the record among those that were generated. */
export const NUMBER_HEADER = 'chaos.number'
const SEND_EVERY_MS = 250
const SEND_MAX = 500
const MINOR_MAX = 10 ** 15
/** Record times must stay behind the workers' clocks. */
const LAST_MS = Date.now() - DAY_MS

export interface ProducerOptions {
  readonly brokers: string
  readonly topic: string
  readonly partitions: number
  readonly seed: number
  readonly settings: Settings
  /** Days of record time that pass in a second; for `start`. */
  readonly daysPerSecond?: number
}

type Numbered = Message & { readonly partition: number }

export class FastProducer {
  readonly #options: ProducerOptions
  readonly #line: Generator<LogRecord, never>
  /** By number. What it says of a refused record is why it must be refused. */
  readonly records: LogRecord[] = []
  #next: LogRecord
  #isStopped = false
  #running: Promise<void> = Promise.resolve()
  /** Sends that had to be repeated. */
  repeated = 0

  constructor(options: ProducerOptions) {
    this.#options = options
    this.#line = timeLine(options.seed, options.settings)
    this.#next = this.#line.next().value
  }

  start(): void {
    this.#running = this.#run()
  }

  /** All of the first days at once. */
  async produceDays(days: number): Promise<void> {
    const producer = await connect(this.#options.brokers)
    try {
      for (;;) {
        const messages = this.#due(FIRST_MS + days * DAY_MS)
        if (messages.length === 0) return
        await this.#send(producer, messages)
      }
    } finally {
      await producer.disconnect()
    }
  }

  /** Resolves when everything that was generated is acknowledged. */
  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#running
  }

  /** Days of record time produced so far. */
  get days(): number {
    return ((this.records.at(-1)?.timeMs ?? FIRST_MS) - FIRST_MS) / DAY_MS
  }

  async #run(): Promise<void> {
    const { brokers, daysPerSecond = 1 } = this.#options
    const producer = await connect(brokers)
    const startedMs = Date.now()
    try {
      while (!this.#isStopped) {
        const elapsed = (Date.now() - startedMs) / 1_000
        const now = FIRST_MS + elapsed * daysPerSecond * DAY_MS
        const messages = this.#due(Math.min(now, LAST_MS))
        if (messages.length > 0) await this.#send(producer, messages)
        if (messages.length < SEND_MAX) await sleep(SEND_EVERY_MS)
      }
    } finally {
      await producer.disconnect()
    }
  }

  #due(nowMs: number): Numbered[] {
    const messages: Numbered[] = []
    while (this.#next.timeMs <= nowMs && messages.length < SEND_MAX) {
      messages.push(this.#message(this.#next))
      this.#next = this.#line.next().value
    }
    return messages
  }

  async #send(producer: Producer, messages: Numbered[]): Promise<void> {
    for (;;) {
      try {
        await producer.send({ topic: this.#options.topic, acks: -1, messages })
        return
      } catch {
        this.repeated++
        await sleep(SEND_EVERY_MS)
      }
    }
  }

  #message(record: LogRecord): Numbered {
    const { partitions } = this.#options
    const number = this.records.length
    const common = {
      timestamp: String(record.timeMs),
      headers: { [NUMBER_HEADER]: String(number) },
    }
    if (record.kind === 'event') {
      const key = record.event.userHash
      const partition = partitionOf(Buffer.from(key), 'murmur2', partitions)
      this.records.push(asJudged(record))
      return { ...common, partition, key, value: JSON.stringify(toWire(record.event)) }
    }
    if (record.kind === 'tick') {
      this.records.push(record)
      const headers = { ...common.headers, 'tributary.tick': '1' }
      return {
        ...common,
        partition: number % partitions,
        key: null,
        value: Buffer.of(),
        headers,
      }
    }
    const { reason, ...poison } = poisonOf(number, partitions)
    this.records.push({ ...record, reason })
    return { ...common, ...poison }
  }
}

/** Generated refunds may be of more than an amount can be. */
function asJudged(record: LogRecord): LogRecord {
  if (record.kind !== 'event' || record.event.valueMinor <= MINOR_MAX) return record
  const { offset, timeMs } = record
  return { offset, timeMs, kind: 'rejected', reason: 'value_too_large' }
}

async function connect(brokers: string): Promise<Producer> {
  const retry = { initialRetryTime: 100, maxRetryTime: 500, retries: 5 }
  const kafka = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING, retry })
  const producer = kafka.producer({ allowAutoTopicCreation: false, retry })
  await producer.connect()
  return producer
}
