// What a run goes on in: a broker, a Redis with AOF and a ClickHouse engine of its own, topics and
// database, and what a worker or an operator's command is told of them.
import { Kafka, logLevel } from 'kafkajs'
import { fileURLToPath } from 'node:url'
import { openServer } from '../../src/adapters/clickhouse/server.ts'
import type { ClickHouse } from '../../src/adapters/clickhouse/connection.ts'
import { startPrivateClickHouse } from '../services/private-clickhouse.ts'
import type { PrivateClickHouse } from '../services/private-clickhouse.ts'
import { startPrivateKafka } from '../services/private-kafka.ts'
import type { PrivateKafka } from '../services/private-kafka.ts'
import { startPrivateRedis } from '../services/private-redis.ts'
import type { PrivateRedis } from '../services/private-redis.ts'
import { spawnBound } from './spawn-bound.ts'
import { createTopics } from '../services/create-topics.ts'

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url))
export const TOPIC = 'test_chaos'
export const PARTITIONS = 4
export const PARTITION_NUMBERS = Array.from({ length: PARTITIONS }, (_, partition) => partition)
/** Workers that die are missed soon. */
export const SESSION_MS = 3_000
/** From one look of a worker at an open hour to the next. */
export const RECHECK_EVERY_MS = 10_000

export interface Surroundings {
  readonly kafka: PrivateKafka
  readonly redis: PrivateRedis
  readonly clickhouse: PrivateClickHouse
  readonly db: ClickHouse
  readonly env: Readonly<Record<string, string>>
}

export interface ProgramRun {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Starts the services; `removeServers` ends them. */
export async function openSurroundings(): Promise<Surroundings> {
  const [kafka, redis, clickhouse] = await Promise.all([
    startPrivateKafka({
      properties: {
        'group.min.session.timeout.ms': 1_000,
        'group.initial.rebalance.delay.ms': 0,
      },
    }),
    startPrivateRedis(),
    startPrivateClickHouse(),
  ])
  const env = {
    TRIBUTARY_KAFKA__BROKERS: kafka.brokers,
    TRIBUTARY_KAFKA__TOPIC: TOPIC,
    TRIBUTARY_KAFKA__GROUP: TOPIC,
    TRIBUTARY_KAFKA__ALLOW_CREATE_TIME: 'true',
    TRIBUTARY_KAFKA__SESSION_TIMEOUT: `${SESSION_MS}ms`,
    TRIBUTARY_REDIS__URL: redis.url,
    TRIBUTARY_CLICKHOUSE__URL: clickhouse.url,
    TRIBUTARY_CLICKHOUSE__DATABASE: TOPIC,
    TRIBUTARY_FLUSH_INTERVAL: '500ms',
    TRIBUTARY_RECHECK_INTERVAL: `${RECHECK_EVERY_MS}ms`,
    // A machine that does more than this run is no standstill.
    TRIBUTARY_STALL_TIMEOUT: '180s',
    TRIBUTARY_STOP_TIMEOUT: '120s',
    TRIBUTARY_LOG_LEVEL: 'debug',
  }
  const config = { 'message.timestamp.type': 'CreateTime', 'retention.ms': '-1' }
  await createTopic(kafka.brokers, { topic: TOPIC, partitions: PARTITIONS, config })
  const migrated = await runProgram(['migrate', '--clickhouse-only'], env)
  if (migrated.exitCode !== 0) throw new Error(`migrate failed: ${migrated.stderr}`)
  const db = openServer({ url: clickhouse.url, database: TOPIC })
  return { kafka, redis, clickhouse, db, env }
}

/** The program as it is shipped, compiled. */
export function runProgram(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<ProgramRun> {
  const child = spawnBound(MAIN, args, env)
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr }))
  })
}

export interface TopicPlan {
  readonly topic: string
  readonly partitions: number
  readonly config: Readonly<Record<string, string>>
}

/** Creates it, and its dead-letter topic. */
export async function createTopic(
  brokers: string,
  { topic, partitions, config }: TopicPlan,
): Promise<void> {
  const admin = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }))
  await createTopics(
    admin,
    { topic, numPartitions: partitions, configEntries },
    { topic: `${topic}.dlq`, numPartitions: 1 },
  )
  await admin.disconnect()
}
