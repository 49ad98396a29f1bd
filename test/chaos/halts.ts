// Each halt of the contract, brought about on the real services, and the way on that an operator
// has. First those that lie in the state of one partition, one trouble per partition of one topic,
// which is rebuilt and compared with the oracle; then those of a log, a topic, a service.
import path from 'node:path'
import { Redis } from 'ioredis'
import kafkajs from 'kafkajs'
import { createClickHouseLedger } from '../../src/adapters/clickhouse/ledger-sink.ts'
import { partitionKeys } from '../../src/adapters/redis/keys.ts'
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts'
import { EXIT } from '../../src/ports/errors.ts'
import { HALT_REASONS } from '../../src/runtime/halt.ts'
import { damageBatch, stateTroubles } from '../integration/halt-troubles.ts'
import { compareWithOracle } from './compare.ts'
import { isDrained } from './drained.ts'
import type { Findings } from './findings.ts'
import { HaltStage } from './halt-stage.ts'
import { FastProducer } from './producer.ts'
import { readLetters, readLogs } from './read-back.ts'
import type { Surroundings } from './surroundings.ts'

const TOPIC = 'test_chaos_halts'
const PARTITIONS = 9
const DAYS = 70
const BATCH = 5
const HOUR_MS = 3_600_000
const CREATE_TIME = { 'message.timestamp.type': 'CreateTime', 'retention.ms': '-1' }
/** The same words in every decision. */
const REASON = ['--reason', 'chaos', '--execute']

/** By reason, how many partitions halted. Findings are sentences. */
export async function runHalts(
  surroundings: Surroundings,
  seed: number,
  findings: Findings,
): Promise<Readonly<Record<string, number>>> {
  const stage = new HaltStage(surroundings)
  const redis = new Redis(surroundings.redis.url)
  try {
    findings.add(...(await haltStates(stage, redis, seed)))
    await haltByEviction(stage, redis)
    await haltByTopic(stage)
    await haltByTrim(stage, redis)
    await haltByClock(stage)
    await haltByDamage(stage)
  } catch (error) {
    findings.add(`halts: ${error instanceof Error ? error.message : String(error)}`)
  } finally {
    redis.disconnect()
  }
  const missing = HALT_REASONS.filter((reason) => stage.seen[reason] === undefined)
  if (missing.length > 0) findings.add(`halts that did not come about: ${missing.join(', ')}`)
  return stage.seen
}

/** Each partition has its trouble; the operator has all of them built anew. */
async function haltStates(stage: HaltStage, redis: Redis, seed: number): Promise<string[]> {
  const { kafka, db } = stage.surroundings
  const { brokers } = kafka
  const env = stage.envOf(TOPIC)
  await stage.create(TOPIC, PARTITIONS, CREATE_TIME)
  const at = { brokers, topic: TOPIC, partitions: PARTITIONS }
  const producer = new FastProducer({ ...at, seed: seed + 1, settings: DEFAULT_SETTINGS })
  await producer.produceDays(DAYS)
  await stage.runUntil(env, 'all has landed', () => isDrained(stage.surroundings, TOPIC))

  const troubles = stateTroubles(redis, TOPIC)
  for (const [partition, [, bring]] of troubles.entries()) await bring(partition)
  const halts = troubles.map(([reason], partition) => [reason, partition] as const)
  await stage.expectHalts(env, halts)
  await stage.operator(env, ['admin', 'partitions', '--accept', '--execute'])
  await stage.operator(env, ['admin', 'rebuild', '--all', ...REASON])
  const ledger = createClickHouseLedger(db)
  const hasBuilt = async (): Promise<boolean> => {
    const all = await Promise.all(
      Array.from({ length: PARTITIONS }, (_, partition) => ledger.lineages(TOPIC, partition)),
    )
    return all.flat().every(({ status }) => status !== 'building')
  }
  await stage.runUntil(env, 'all has been built anew', hasBuilt)
  const logs = await readLogs(at, producer.records)
  const letters = await readLetters(brokers, `${TOPIC}.dlq`)
  const on = { topic: TOPIC, settings: DEFAULT_SETTINGS, letters }
  return [...(await compareWithOracle(db, on, logs)).differences]
}

const allHalt = (reason: (typeof HALT_REASONS)[number]) =>
  Array.from({ length: PARTITIONS }, (_, partition) => [reason, partition] as const)

async function haltByEviction(stage: HaltStage, redis: Redis): Promise<void> {
  await redis.config('SET', 'maxmemory-policy', 'allkeys-lru')
  await stage.expectHalts(stage.envOf(TOPIC), allHalt('would_evict'))
  await redis.config('SET', 'maxmemory-policy', 'noeviction')
}

/** Its times come from producers and that is not allowed; it is compacted. */
async function haltByTopic(stage: HaltStage): Promise<void> {
  const env = stage.envOf(TOPIC)
  const strict = { ...env, TRIBUTARY_KAFKA__ALLOW_CREATE_TIME: 'false' }
  await stage.expectHalts(strict, allHalt('create_time'))
  const policy = (name: string): Promise<unknown> => {
    const entries = Object.entries({ ...CREATE_TIME, 'cleanup.policy': name })
    const configEntries = entries.map(([key, value]) => ({ name: key, value }))
    const resources = [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: TOPIC, configEntries }]
    return stage.withAdmin((admin) => admin.alterConfigs({ validateOnly: false, resources }))
  }
  await policy('compact')
  await stage.expectHalts(env, allHalt('compacted_topic'))
  await policy('delete')
  await stage.runUntil(env, 'all is held', ({ held }) => held.size === PARTITIONS)
}

/** What has not been applied is no longer in the log. */
async function haltByTrim(stage: HaltStage, redis: Redis): Promise<void> {
  const env = stage.envOf(TOPIC)
  const partition = PARTITIONS - 1
  await redis.hset(partitionKeys(TOPIC, partition).meta, 'next', '0', 'last_record', '')
  await stage.withAdmin(async (admin) => {
    const ends = await admin.fetchTopicOffsets(TOPIC)
    const offset = ends.find((one) => one.partition === partition)!.high
    await admin.deleteTopicRecords({ topic: TOPIC, partitions: [{ partition, offset }] })
  })
  await stage.expectHalts(env, [['before_log_start', partition]])
  const rebuild = ['admin', 'rebuild', '--partition', String(partition), ...REASON]
  await stage.operator(env, rebuild, EXIT.usage)
  await stage.operator(env, [...rebuild, '--lose-history'])
  await stage.runUntil(env, 'all is held', ({ held }) => held.size === PARTITIONS)
}

async function haltByClock(stage: HaltStage): Promise<void> {
  const topic = 'test_chaos_ahead'
  await stage.create(topic, 1, { ...CREATE_TIME, 'message.timestamp.after.max.ms': `${2 ** 40}` })
  await stage.produce(topic, events(Date.now() + 2 * HOUR_MS))
  await stage.expectHalts(stage.envOf(topic), [['clock_ahead', 0]])
}

/** The disk has damaged the second of three batches; the operator gives it up. */
async function haltByDamage(stage: HaltStage): Promise<void> {
  const { kafka, db } = stage.surroundings
  const topic = 'test_chaos_damaged'
  const env = stage.envOf(topic)
  await stage.create(topic, 1, CREATE_TIME)
  for (let batch = 0; batch < 3; batch++) await stage.produce(topic, events(Date.now()))
  damageBatch(path.join(kafka.folder, 'data', `${topic}-0`), 1)
  await stage.expectHalts(env, [['undecodable_batch', 0]])
  const offsets = ['--from', String(BATCH), '--to', String(2 * BATCH)]
  await stage.operator(env, ['admin', 'skip', '--partition', '0', ...offsets, ...REASON])
  const sql = `SELECT outcome, sum(records) FROM intake FINAL WHERE lineage IN
    (SELECT lineage FROM lineages FINAL WHERE topic = '${topic}') GROUP BY outcome ORDER BY outcome`
  const wanted = JSON.stringify([
    ['applied', String(2 * BATCH)],
    ['rejected', String(BATCH)],
  ])
  await stage.runUntil(
    env,
    'the batch is given up',
    async () => JSON.stringify(await db.rows(sql)) === wanted,
  )
}

/** Of one person: a record batch of one partition. */
function events(timeMs: number) {
  return Array.from({ length: BATCH }, (_, i) => {
    const event = {
      event_id: `${timeMs}-${i}-${Math.random()}`,
      user_hash: 'somebody',
      timestamp: timeMs,
      channel: 'email',
      action_type: 'view',
    }
    return { key: 'somebody', value: JSON.stringify(event), timestamp: String(timeMs) }
  })
}
