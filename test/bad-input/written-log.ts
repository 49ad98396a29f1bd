// Writes drawn batches to a real topic and remembers what stands at which offset; then turns over
// bytes in the broker's files, since no broker takes a batch with a wrong checksum or an unknown
// codec.
import { closeSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { CompressionTypes, Kafka, logLevel } from 'kafkajs'
import type { Producer } from 'kafkajs'
import { openRawProducer } from '../adapters/kafka/raw-produce.ts'
import type { RawProducer } from '../adapters/kafka/raw-produce.ts'
import { encodeBatch, sealed } from '../adapters/kafka/record-batch/encode-batch.ts'
import type { Damage, DrawnBatch, TimedRecord } from './drawn-log.ts'

export interface WrittenRecord extends TimedRecord {
  readonly offset: number
}

export interface WrittenDamage {
  readonly from: number
  readonly to: number
  readonly damage: Damage
}

/** One partition as a reader of committed records must find it. */
export interface WrittenPartition {
  readonly records: WrittenRecord[]
  readonly damages: WrittenDamage[]
  /** The offset behind the last, control records included. */
  end: number
}

const CODEC_UNKNOWN = 7
/** The low byte of a batch's attributes. */
const ATTRIBUTES_AT = 22

export class LogWriter {
  readonly partitions: readonly WrittenPartition[]
  readonly #kafka: Kafka
  readonly #topic: string
  readonly #raw: RawProducer
  readonly #transactional: Producer

  private constructor(
    kafka: Kafka,
    topic: string,
    partitions: number,
    raw: RawProducer,
    own: Producer,
  ) {
    this.#kafka = kafka
    this.#topic = topic
    this.#raw = raw
    this.#transactional = own
    this.partitions = Array.from({ length: partitions }, () => ({
      records: [],
      damages: [],
      end: 0,
    }))
  }

  static async open(brokers: string, topic: string, partitions: number): Promise<LogWriter> {
    const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING })
    const own = kafka.producer({
      transactionalId: `${topic}-writer`,
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
    })
    const [raw] = await Promise.all([openRawProducer(kafka, topic), own.connect()])
    return new LogWriter(kafka, topic, partitions, raw, own)
  }

  async close(): Promise<void> {
    await Promise.all([this.#raw.close(), this.#transactional.disconnect()])
  }

  async write(batch: DrawnBatch): Promise<void> {
    const { records, transaction, damage } = batch
    const to = this.partitions[batch.partition]!
    // The marker that ends a transaction comes when it comes: only the broker knows the offsets.
    const from =
      transaction === null
        ? await this.#raw.produce(batch.partition, encode(batch))
        : await this.#writeTransaction(batch)
    to.end = from + records.length
    if (damage !== null) to.damages.push({ from, to: from + records.length, damage })
    else if (transaction !== 'abort') {
      for (const [i, record] of records.entries()) {
        to.records.push({ ...record, offset: from + i })
      }
    }
  }

  /** Resolves to the offset of its first record. */
  async #writeTransaction({ partition, records, codec, transaction }: DrawnBatch): Promise<number> {
    const open = await this.#transactional.transaction()
    const messages = records.map(({ key, value, timeMs }) => {
      return { partition, key, value, timestamp: String(timeMs) }
    })
    const compression = codec === 1 ? CompressionTypes.GZIP : CompressionTypes.None
    const [answer] = await open.send({ topic: this.#topic, messages, compression })
    await (transaction === 'commit' ? open.commit() : open.abort())
    return Number(answer?.baseOffset)
  }

  /** Waits until all transactions have ended, and looks where each partition ends then. */
  async finish(): Promise<void> {
    const admin = this.#kafka.admin()
    await admin.connect()
    for (let isOpen = true; isOpen; await delay(50)) {
      const ends = await admin.fetchTopicOffsets(this.#topic)
      isOpen = ends.some(({ partition, high }) => Number(high) < this.partitions[partition]!.end)
      if (isOpen) continue
      for (const { partition, high } of ends) this.partitions[partition]!.end = Number(high)
    }
    await admin.disconnect()
  }

  /** @param folder of the broker's data; it may run meanwhile */
  damage(folder: string): void {
    for (const [partition, { damages }] of this.partitions.entries()) {
      for (const { from, damage } of damages) {
        if (damage === 'inflating') continue
        damageBatch(path.join(folder, `${this.#topic}-${partition}`), from, damage)
      }
    }
  }
}

function encode({ records, codec }: DrawnBatch): Buffer {
  const times = records.map(({ timeMs }) => timeMs)
  const [baseTimestamp = 0] = times
  return encodeBatch({
    records: records.map((record) => ({ ...record, timeDelta: record.timeMs - baseTimestamp })),
    codec,
    baseTimestamp,
    maxTimestamp: times.reduce((most, one) => Math.max(most, one), -1),
  })
}

/** Segments hold batches one behind the other: base offset, length, and so many bytes. */
function damageBatch(folder: string, offset: number, damage: Damage): void {
  for (const name of readdirSync(folder).filter((one) => one.endsWith('.log'))) {
    const file = path.join(folder, name)
    const bytes = readFileSync(file)
    const endOf = (at: number): number => at + 12 + bytes.readInt32BE(at + 8)
    for (let at = 0; at + 61 <= bytes.length; at = endOf(at)) {
      if (Number(bytes.readBigInt64BE(at)) !== offset) continue
      const batch = bytes.subarray(at, endOf(at))
      if (damage === 'checksum') batch[batch.length - 1]! ^= 0xff
      else {
        batch[ATTRIBUTES_AT] = CODEC_UNKNOWN
        sealed(batch)
      }
      overwrite(file, batch, at)
      return
    }
  }
  throw new Error(`no batch begins at offset ${offset} in ${folder}`)
}

/** The broker has the file open. */
function overwrite(file: string, bytes: Buffer, at: number): void {
  const open = openSync(file, 'r+')
  writeSync(open, bytes, 0, bytes.length, at)
  closeSync(open)
}
