// The parts of a running worker: every adapter with its connections, put together as the runtime
// wants them, and closed together. Opened in the order in which a mistake is found soonest.
import { openServer } from '../adapters/clickhouse/server.ts'
import { createClickHouseLedger } from '../adapters/clickhouse/ledger-sink.ts'
import { kafkaDeadLetters } from '../adapters/kafka/dead-letters.ts'
import { KafkaSource } from '../adapters/kafka/kafka-source.ts'
import { kafkaTicks } from '../adapters/kafka/ticks.ts'
import { kafkaTopics } from '../adapters/kafka/topics.ts'
import { systemClock, systemRandom } from '../adapters/process/system.ts'
import { connectRedis } from '../adapters/redis/connect.ts'
import { pingRedis } from '../adapters/redis/health.ts'
import { redisStateStore } from '../adapters/redis/redis-state-store.ts'
import type { ProcessTelemetry } from '../adapters/telemetry/telemetry.ts'
import type { Config } from '../config/config.ts'
import type { Probe } from '../ports/clock.ts'
import type { Telemetry } from '../ports/telemetry.ts'
import { DEFAULT_LIMITS } from '../runtime/partition-options.ts'
import { DEFAULT_TIMINGS } from '../runtime/worker-options.ts'
import type { WorkerOptions } from '../runtime/worker-options.ts'
import { settingsFingerprint } from '../schema/settings-fingerprint.ts'
import { kafkaOptions } from './kafka-options.ts'
import { expectTopics, ledgerQuestion, refuseOtherSchema } from './run-checks.ts'
import type { Questions } from './run-services.ts'

export interface RunParts {
  readonly worker: WorkerOptions
  /** For the watch beside the worker. */
  readonly questions: Questions
  /** Ends every connection but the source's, which is the worker's to end. Soon; never throws. */
  close(): Promise<void>
}

/** A question that is asked every few seconds waits no longer. */
const QUESTION_TIMEOUT_MS = 5_000
/** A service that is silent is not waited for. */
const CLOSE_MAX_MS = 2_000

/** @throws TributaryError, with everything closed again, when `run` had better not begin */
export async function openParts(
  config: Config,
  telemetry: ProcessTelemetry,
  probe: Probe,
): Promise<RunParts> {
  const closers: (() => unknown)[] = []
  const close = async () => {
    const patience = new AbortController()
    const late = systemClock.sleep(CLOSE_MAX_MS, patience.signal)
    await Promise.race([Promise.allSettled(closers.map(async (closer) => closer())), late])
    patience.abort()
  }
  try {
    const { worker, questions } = await open(config, telemetry, closers)
    return { worker: { ...worker, probe }, questions, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function open(
  config: Config,
  telemetry: ProcessTelemetry,
  closers: (() => unknown)[],
): Promise<{ worker: Omit<WorkerOptions, 'probe'>; questions: Questions }> {
  const { kafka, clickhouse } = config
  const options = kafkaOptions(config)
  const topics = kafkaTopics(options)
  const deadLetters = kafkaDeadLetters(options, kafka.dlq)
  const ticks = config.ticks ? kafkaTicks(options, kafka.topic) : null
  const connecting = connectRedis(config.redis)
  const db = openServer(clickhouse)
  const asked = openServer({ ...clickhouse, timeoutMs: QUESTION_TIMEOUT_MS })
  const ledger = ledgerQuestion(asked)
  closers.push(
    () => topics.stop(),
    () => deadLetters.stop(),
    () => ticks?.stop(),
    () => connecting.then((connected) => connected.disconnect()),
    () => db.close(),
    () => asked.close(),
  )
  const [redis] = await Promise.all([
    connecting,
    expectTopics(topics, [kafka.topic, kafka.dlq]).then(() => deadLetters.start()),
    ticks?.start(),
    refuseOtherSchema(ledger),
  ])
  return {
    worker: {
      ...chosen(config, telemetry),
      source: new KafkaSource({
        ...options,
        topic: kafka.topic,
        group: kafka.group,
        batchInflatedBytesMax: config.batchInflatedBytesMax,
      }),
      ticks,
      deadLetters,
      ledger: createClickHouseLedger(db),
      storeOf: (partition) => redisStateStore(redis, kafka.topic, partition),
    },
    questions: {
      kafka: () => topics.cluster(kafka.topic),
      redis: () => pingRedis(redis, kafka.topic, QUESTION_TIMEOUT_MS),
      clickhouse: ledger,
    },
  }
}

/** What of a worker's options comes from the configuration and from the process. */
function chosen(
  config: Config,
  telemetry: Telemetry,
): Omit<WorkerOptions, 'source' | 'ticks' | 'deadLetters' | 'ledger' | 'storeOf' | 'probe'> {
  const { kafka, settings } = config
  return {
    settings,
    fingerprint: settingsFingerprint(settings, kafka.partitioner),
    partitioner: kafka.partitioner,
    start: kafka.start,
    allowCreateTime: kafka.allowCreateTime,
    onHalt: config.halt,
    limits: {
      ...DEFAULT_LIMITS,
      unflushedRowsMax: config.unflushedRowsMax,
      cachedJourneysMax: config.cachedJourneysMax,
    },
    timings: {
      ...DEFAULT_TIMINGS,
      flushEveryMs: config.flushIntervalMs,
      recheckEveryMs: config.recheckIntervalMs,
      stallMs: config.stallTimeoutMs,
      tickIdleMs: config.tickIdleMs,
    },
    clock: systemClock,
    random: systemRandom,
    telemetry,
  }
}
