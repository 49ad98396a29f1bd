// What a worker of these tests needs around it: topics with the broker's time, a migrated database,
// events whose every text carries a mark, so that a mark in the log or the metrics is a leak.
import { Kafka, logLevel } from 'kafkajs'
import { expect, vi } from 'vitest'
import { migrate } from '../../src/adapters/clickhouse/migrate.ts'
import { openServer } from '../../src/adapters/clickhouse/server.ts'
import { kafkaTopics } from '../../src/adapters/kafka/topics.ts'
import { deadLetterTopic, eventsTopic } from '../../src/adapters/kafka/topics-wanted.ts'
import { connectRedis } from '../../src/adapters/redis/connect.ts'
import { deleteKeys, deleteTopics, dropDatabase, testName } from '../services.ts'
import type { LiveWorker } from '../integration/live-worker.ts'

const PARTITIONS = 2
/** In every text of every event; nowhere else. */
export const MARK = 'quokka'
const WAIT = { timeout: 60_000, interval: 50 }

export interface Addresses {
  readonly brokers: string
  readonly redisUrl: string
  readonly clickhouseUrl: string
}

export class RunSurroundings {
  readonly name = testName('run')
  readonly env: Readonly<Record<string, string>>
  readonly db
  readonly #addresses: Addresses
  readonly #kafka: Kafka
  /** Records produced so far. */
  produced = 0

  constructor(addresses: Addresses) {
    const { brokers, redisUrl, clickhouseUrl } = addresses
    this.#addresses = addresses
    this.#kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING })
    this.db = openServer({ url: clickhouseUrl, database: this.name })
    this.env = {
      TRIBUTARY_KAFKA__BROKERS: brokers,
      TRIBUTARY_KAFKA__TOPIC: this.name,
      TRIBUTARY_KAFKA__GROUP: this.name,
      TRIBUTARY_REDIS__URL: redisUrl,
      TRIBUTARY_CLICKHOUSE__URL: clickhouseUrl,
      TRIBUTARY_CLICKHOUSE__DATABASE: this.name,
      TRIBUTARY_HTTP__PORT: '0',
      TRIBUTARY_FLUSH_INTERVAL: '1s',
    }
  }

  async create(): Promise<void> {
    const topics = kafkaTopics({ brokers: this.#addresses.brokers, clientId: 'test' })
    try {
      await topics.create(eventsTopic(this.name, { partitions: PARTITIONS }))
      await topics.create(deadLetterTopic(`${this.name}.dlq`, { partitions: 1 }))
    } finally {
      await topics.stop()
    }
    await migrate(this.db)
  }

  async remove(): Promise<void> {
    const admin = this.#kafka.admin()
    await admin.connect()
    await deleteTopics(admin, this.name, `${this.name}.dlq`)
    await admin.disconnect()
    const redis = await connectRedis({ url: this.#addresses.redisUrl })
    await deleteKeys(redis, this.name)
    redis.disconnect()
    await dropDatabase(this.db)
    await this.db.close()
  }

  /** So many events of many persons; of every ten one is late, one no JSON, one a raw e-mail. */
  async produce(events: number): Promise<void> {
    const producer = this.#kafka.producer({ allowAutoTopicCreation: false })
    await producer.connect()
    const messages = Array.from({ length: events }, (_, i) => markedMessage(this.produced + i))
    await producer.send({ topic: this.name, messages })
    await producer.disconnect()
    this.produced += events
  }

  /** What ClickHouse holds, by outcome. */
  async intake(): Promise<Record<string, number>> {
    const sql = 'SELECT outcome, sum(records) FROM bi_intake GROUP BY outcome'
    const rows = await this.db.rows<[string, string]>(sql)
    return Object.fromEntries(rows.map(([outcome, records]) => [outcome, Number(records)]))
  }
}

function markedMessage(i: number) {
  const kind = i % 10
  const user = `${MARK}-${i % 37}`
  const metadata = { live_event_id: `show-${MARK}`, content_id: MARK, note: MARK }
  const event = {
    event_id: `${MARK}-${i}`,
    user_hash: kind === 2 ? `${MARK}@example.com` : user,
    timestamp: kind === 0 ? Date.now() - 30 * 86_400_000 : Date.now(),
    channel: `channel-${MARK}`,
    campaign: `campaign-${MARK}`,
    action_type: kind === 5 ? 'purchase' : 'view',
    metadata: kind === 5 ? { ...metadata, value: '10.00', currency: 'EUR' } : metadata,
  }
  return {
    key: kind === 2 ? event.user_hash : user,
    value: kind === 1 ? `{"${MARK}` : JSON.stringify(event),
    headers: { mark: MARK },
  }
}

/** Where the worker serves metrics and health. */
export async function urlOf(worker: LiveWorker): Promise<string> {
  return String((await worker.sees('http_listening'))['url'])
}

/** Waits until `/readyz` answers with that status, and with that in its words. */
export async function untilReadyz(url: string, status: number, words = ''): Promise<string> {
  return vi.waitFor(async () => {
    const response = await fetch(`${url}/readyz`)
    const body = await response.text()
    expect({ status: response.status, body }).toEqual({
      status,
      body: expect.stringContaining(words),
    })
    return body
  }, WAIT)
}

/**
 * Waits until so many records are committed; the whole scrape. In every scrape on the way, what was
 * consumed must be what became of it.
 */
export async function untilCommitted(url: string, records: number): Promise<string> {
  const differences = new Set<number>()
  const scrape = await vi.waitFor(async () => {
    const text = await (await fetch(`${url}/metrics`)).text()
    const outcomes = sumOf(text, 'tributary_records_total')
    const became = ['tributary_reread_records_total', 'tributary_records_in_flight'].reduce(
      (sum, name) => sum + sumOf(text, name),
      outcomes,
    )
    differences.add(sumOf(text, 'tributary_consumed_records_total') - became)
    expect(outcomes).toBe(records)
    return text
  }, WAIT)
  expect([...differences]).toEqual([0])
  return scrape
}

/** Of all series of a metric. */
export function sumOf(scrape: string, metric: string): number {
  return [...scrape.matchAll(new RegExp(`^${metric}(?:\\{.*\\})? (\\S+)$`, 'gm'))].reduce(
    (sum, [, value]) => sum + Number(value),
    0,
  )
}
