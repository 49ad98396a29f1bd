// What a run goes on in: a broker, a Redis with AOF and a ClickHouse engine of its own, topics and
// database, and what a worker or an operator's command is told of them.
import { Kafka, logLevel } from 'kafkajs'
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { openServer } from '../../src/adapters/clickhouse/server.ts'
import type { ClickHouse } from '../../src/adapters/clickhouse/connection.ts'
import { startPrivateClickHouse } from '../services/private-clickhouse.ts'
import type { PrivateClickHouse } from '../services/private-clickhouse.ts'
import { startPrivateKafka } from '../services/private-kafka.ts'
import type { PrivateKafka } from '../services/private-kafka.ts'
import { startPrivateRedis } from '../services/private-redis.ts'
import type { PrivateRedis } from '../services/private-redis.ts'

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url))
const NAME = 'test_chaos'
export const PARTITIONS = 4
/** Workers that die are missed soon. */
export const SESSION_MS = 3_000

export interface Surroundings {
  readonly kafka: PrivateKafka
  readonly redis: PrivateRedis
  readonly clickhouse: PrivateClickHouse
  readonly topic: string
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
    TRIBUTARY_KAFKA__TOPIC: NAME,
    TRIBUTARY_KAFKA__GROUP: NAME,
    TRIBUTARY_KAFKA__ALLOW_CREATE_TIME: 'true',
    TRIBUTARY_KAFKA__SESSION_TIMEOUT: `${SESSION_MS}ms`,
    TRIBUTARY_REDIS__URL: redis.url,
    TRIBUTARY_CLICKHOUSE__URL: clickhouse.url,
    TRIBUTARY_CLICKHOUSE__DATABASE: NAME,
    TRIBUTARY_FLUSH_INTERVAL: '500ms',
    TRIBUTARY_RECHECK_INTERVAL: '3s',
    TRIBUTARY_LOG_LEVEL: 'debug',
  }
  await createTopics(kafka.brokers)
  const migrated = await runProgram(['migrate', '--clickhouse-only'], env)
  if (migrated.exitCode !== 0) throw new Error(`migrate failed: ${migrated.stderr}`)
  const db = openServer({ url: clickhouse.url, database: NAME })
  return { kafka, redis, clickhouse, topic: NAME, db, env }
}

/** The program as it is shipped, compiled. */
export function runProgram(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<ProgramRun> {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('TRIBUTARY_'))
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...Object.fromEntries(own), NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr }))
  })
}

async function createTopics(brokers: string): Promise<void> {
  const admin = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  const configEntries = [
    { name: 'message.timestamp.type', value: 'CreateTime' },
    { name: 'retention.ms', value: '-1' },
  ]
  await admin.createTopics({
    topics: [
      { topic: NAME, numPartitions: PARTITIONS, configEntries },
      { topic: `${NAME}.dlq`, numPartitions: 1 },
    ],
    waitForLeaders: true,
  })
  await admin.disconnect()
}
