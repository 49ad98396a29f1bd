// Generated logs of many persons as a Kafka topic, and what the oracle makes of them: the rows that
// must stand in ClickHouse in the end, whatever happened in between. The topic has CreateTime, so
// that the record times are those of the log.
import { Kafka, logLevel } from 'kafkajs'
import type { Message } from 'kafkajs'
import { expect } from 'vitest'
import { createClickHouseLedger } from '../../src/adapters/clickhouse/ledger-sink.ts'
import type { ClickHouse } from '../../src/adapters/clickhouse/connection.ts'
import type { Settings } from '../../src/core/settings.ts'
import { TABLES } from '../../src/core/tables.ts'
import { partitionOf } from '../../src/schema/partitioners.ts'
import { oracleRows } from '../core/oracle-rows.ts'
import { deleteTopics } from '../services.ts'
import { createTopics } from '../services/create-topics.ts'
import { generateLog } from '../logs/build-log.ts'
import { movedBy, ownedBy } from '../logs/owned-by.ts'
import { toWire } from '../logs/to-wire.ts'
import type { LogRecord } from '../oracle/log.ts'
import { runOracle } from '../oracle/oracle.ts'

const DAY_MS = 86_400_000
const HOUR_MAX = 1_000_000
const PERSONS_PER_LOG = 4

/**
 * The logs of many seeds, each with persons of its own, merged by record time, ending yesterday.
 */
export function mergedLog(seed: number, settings: Settings, logs: number): LogRecord[] {
  const all = Array.from({ length: logs }, (_, i) =>
    generateLog(seed * 1_000 + i, { settings, persons: PERSONS_PER_LOG }).map((record) =>
      ownedBy(record, `${seed}-${i}-`),
    ),
  )
  const merged = all.flat().sort((a, b) => a.timeMs - b.timeMs)
  const laterMs = Date.now() - DAY_MS - merged.at(-1)!.timeMs
  return merged.map((record) => movedBy(record, laterMs))
}

/** A topic that holds what was produced to it so far, as the oracle takes it. */
export class LiveTopic {
  readonly topic: string
  readonly #kafka: Kafka
  /** By partition, with the offsets that Kafka gave. */
  readonly logs: LogRecord[][]

  constructor(brokers: string, topic: string, partitions: number) {
    this.topic = topic
    this.#kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING })
    this.logs = Array.from({ length: partitions }, () => [])
  }

  async create(): Promise<void> {
    const configEntries = [
      { name: 'message.timestamp.type', value: 'CreateTime' },
      { name: 'retention.ms', value: '-1' },
    ]
    const { topic, logs } = this
    await this.#withAdmin((admin) =>
      createTopics(
        admin,
        { topic, numPartitions: logs.length, configEntries },
        { topic: `${topic}.dlq`, numPartitions: 1 },
      ),
    )
  }

  async delete(): Promise<void> {
    await this.#withAdmin((admin) => deleteTopics(admin, this.topic, `${this.topic}.dlq`))
  }

  /** Appends the records in their order; rejected ones and ticks to any partition. */
  async produce(records: readonly LogRecord[]): Promise<void> {
    const producer = this.#kafka.producer({ allowAutoTopicCreation: false, idempotent: true })
    await producer.connect()
    try {
      for (let at = 0; at < records.length; at += 500) {
        const messages = records.slice(at, at + 500).map((record) => this.#message(record))
        await producer.send({ topic: this.topic, messages })
      }
    } finally {
      await producer.disconnect()
    }
  }

  #message(record: LogRecord): Message {
    const { timeMs } = record
    const count = this.logs.length
    const timestamp = String(timeMs)
    if (record.kind === 'event') {
      const { userHash } = record.event
      const partition = partitionOf(Buffer.from(userHash), 'murmur2', count)
      this.#keep(partition, record)
      return { partition, key: userHash, value: JSON.stringify(toWire(record.event)), timestamp }
    }
    const partition = timeMs % count
    if (record.kind === 'tick') {
      this.#keep(partition, record)
      const headers = { 'tributary.tick': '1' }
      return { partition, key: null, value: Buffer.of(), headers, timestamp }
    }
    this.#keep(partition, { ...record, reason: 'invalid_json' })
    return { partition, key: 'nobody', value: '{', timestamp }
  }

  #keep(partition: number, record: LogRecord): void {
    const log = this.logs[partition]!
    log.push({ ...record, offset: log.length })
  }

  async #withAdmin(work: (admin: ReturnType<Kafka['admin']>) => Promise<unknown>): Promise<void> {
    const admin = this.#kafka.admin()
    await admin.connect()
    try {
      await work(admin)
    } finally {
      await admin.disconnect()
    }
  }
}

/** Every row of every table, raw: as the oracle books it, to the last version. */
export async function expectOracleRows(
  db: ClickHouse,
  { topic, logs }: LiveTopic,
  settings: Settings,
): Promise<void> {
  const ledger = createClickHouseLedger(db)
  for (const [partition, log] of logs.entries()) {
    const lineages = await ledger.lineages(topic, partition)
    const active = lineages.filter(({ status }) => status === 'active')
    if (log.length === 0) continue
    expect(active, `active lineages of partition ${partition}`).toHaveLength(1)
    const { lineage } = active[0]!
    const identity = { lineage, partition, generation: lineages.length }
    const wanted = oracleRows(runOracle(log, settings), identity)
    for (const { name } of TABLES) {
      const range = { topic, partition, lineage, hourFrom: 0, hourTo: HOUR_MAX }
      const rows = (await ledger.read(name, range)).map((row) => JSON.stringify(row)).sort()
      expect(rows, `${name} of partition ${partition}`).toEqual(wanted.get(name) ?? [])
    }
  }
}

/** All rows of the log so far have landed. */
export async function hasLanded(db: ClickHouse, { topic, logs }: LiveTopic): Promise<boolean> {
  const sql = `SELECT partition, flushed_through FROM progress FINAL WHERE topic = '${topic}'`
  const landed = new Map(await db.rows<[number, string]>(sql))
  return logs.every((log, partition) => Number(landed.get(partition) ?? 0) === log.length)
}
