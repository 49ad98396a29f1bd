// What commands for operators work with: the topic, the state and the ledger of a configuration,
// without joining the group or taking part in it.
import { createClickHouseLedger } from '../adapters/clickhouse/ledger-sink.ts'
import { openServer } from '../adapters/clickhouse/server.ts'
import { KafkaSource } from '../adapters/kafka/kafka-source.ts'
import { noProbe, noTelemetry, systemClock, systemRandom } from '../adapters/process/system.ts'
import { connectRedis } from '../adapters/redis/connect.ts'
import { redisStateStore } from '../adapters/redis/redis-state-store.ts'
import type { Config } from '../config/config.ts'
import type { LedgerSink } from '../ports/ledger-sink.ts'
import type { RecordSource } from '../ports/record-source.ts'
import type { StateStore } from '../ports/state-store.ts'
import { DEFAULT_LIMITS } from '../runtime/partition-options.ts'
import type { PartitionOptions } from '../runtime/partition-options.ts'
import { settingsFingerprint } from '../schema/settings-fingerprint.ts'
import { kafkaOptions } from './kafka-options.ts'

export interface Operations {
  readonly source: RecordSource
  readonly ledger: LedgerSink
  storeOf(partition: number): StateStore
  optionsOf(partition: number): PartitionOptions
  /** Ends every connection. Never throws. */
  close(): Promise<void>
}

/**
 * @throws TributaryError, with everything closed again, when one of the services does not answer
 */
export async function openOperations(config: Config): Promise<Operations> {
  const { topic, group } = config.kafka
  const { batchInflatedBytesMax, settings } = config
  const source = new KafkaSource({ ...kafkaOptions(config), topic, group, batchInflatedBytesMax })
  const db = openServer(config.clickhouse)
  const closers: (() => unknown)[] = [() => source.stop(), () => db.close()]
  const close = async () => {
    await Promise.allSettled(closers.map(async (closer) => closer()))
  }
  try {
    const redis = await connectRedis(config.redis)
    closers.push(() => redis.disconnect())
    await source.connect()
    const ledger = createClickHouseLedger(db)
    const storeOf = (partition: number) => redisStateStore(redis, topic, partition)
    const optionsOf = (partition: number): PartitionOptions => ({
      topic,
      partition,
      group,
      start: config.kafka.start,
      allowCreateTime: config.kafka.allowCreateTime,
      settings,
      fingerprint: settingsFingerprint(settings, config.kafka.partitioner),
      limits: DEFAULT_LIMITS,
      store: storeOf(partition),
      ledger,
      // No operator's command refuses a record.
      deadLetters: { send: () => Promise.reject(new Error('nothing may be refused here')) },
      clock: systemClock,
      random: systemRandom,
      probe: noProbe,
      telemetry: noTelemetry,
    })
    return { source, ledger, storeOf, optionsOf, close }
  } catch (error) {
    await close()
    throw error
  }
}
