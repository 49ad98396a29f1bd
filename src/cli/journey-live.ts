// A person's journey from the state that workers keep in Redis, read beside them: nothing is
// written, and nobody loses a partition over it.
import { connectRedis } from '../adapters/redis/connect.ts'
import type { RedisClient } from '../adapters/redis/connect.ts'
import { redisStateStore } from '../adapters/redis/redis-state-store.ts'
import type { Config } from '../config/config.ts'
import { formatTime } from '../core/utc.ts'
import { TributaryError } from '../ports/errors.ts'
import type { DictionaryEntry, PartitionMeta, StateStore } from '../ports/state-store.ts'
import { parsePartitionCounts } from '../schema/partition-counts.ts'
import { partitionOf } from '../schema/partitioners.ts'
import { settingsFingerprint } from '../schema/settings-fingerprint.ts'

export interface LiveQuestion {
  readonly config: Config
  /** The record key. */
  readonly userHash: string
  /** 16 bytes. */
  readonly person: Uint8Array
  /** undefined: that of the key, or all of them where nobody can tell. */
  readonly partition: number | undefined
}

export interface LiveJourney {
  readonly partition: number
  readonly meta: PartitionMeta
  readonly dictionary: readonly DictionaryEntry[]
  /** null: the partition holds no journey of this person. */
  readonly bytes: Uint8Array | null
  /** What a reader should know about it, in sentences. */
  readonly remarks: readonly string[]
}

/** @throws TRIBUTARY_REDIS_UNAVAILABLE, TRIBUTARY_USAGE where Redis holds no state of the topic */
export async function findLiveJourney(question: LiveQuestion): Promise<LiveJourney> {
  const redis = await connectRedis(question.config.redis)
  try {
    const candidates = await candidatesOf(redis, question)
    const found: Found[] = []
    for (const partition of candidates) {
      const state = await readPartition(redis, question, partition)
      if (state !== null) found.push(state)
    }
    const held = found.filter(({ bytes }) => bytes !== null)
    const chosen = held[0] ?? found[0]
    if (chosen === undefined) throw noState(question.config, candidates[0] ?? 0)
    return { ...chosen, remarks: remarksOn(chosen, held, question.config) }
  } finally {
    redis.disconnect()
  }
}

type Found = Omit<LiveJourney, 'remarks'>

/** The partitions that may hold the person, the likeliest first. */
async function candidatesOf(
  redis: RedisClient,
  { config, userHash, partition }: LiveQuestion,
): Promise<readonly number[]> {
  if (partition !== undefined) return [partition]
  const { topic, partitioner } = config.kafka
  const { meta } = await redisStateStore(redis, topic, 0).owner()
  if (meta === null) throw noState(config, 0)
  const counts = parsePartitionCounts(meta.partitionCounts).map(({ count }) => count)
  if (partitioner === 'none') return Array.from({ length: counts.at(-1) ?? 1 }, (_, i) => i)
  const key = Buffer.from(userHash)
  const places = counts.toReversed().map((count) => partitionOf(key, partitioner, count))
  return [...new Set(places)]
}

/** null: there is no state of it. */
async function readPartition(
  redis: RedisClient,
  { config, person }: LiveQuestion,
  partition: number,
): Promise<Found | null> {
  const store = redisStateStore(redis, config.kafka.topic, partition)
  for (;;) {
    const { meta } = await store.owner()
    if (meta === null) return null
    const bytes = await readJourney(store, person)
    // After the journey: it only grows, so every name that the journey uses is in it.
    const dictionary = await store.loadDictionary()
    const { meta: after } = await store.owner()
    // An operator may begin the state anew at any moment.
    if (after?.lineage === meta.lineage) return { partition, meta, dictionary, bytes }
  }
}

async function readJourney(store: StateStore, person: Uint8Array): Promise<Uint8Array | null> {
  const { bytes } = await store.loadJourneys(person)
  return bytes.length === 0 ? null : bytes
}

function remarksOn({ partition, meta }: Found, held: readonly Found[], config: Config): string[] {
  const { topic } = config.kafka
  const where = `Redis ${new URL(config.redis.url).host}, ${topic}/${partition}`
  const asOf = `as of ${formatTime(meta.streamTimeMs)} UTC, before offset ${meta.next}`
  const others = held.slice(1).map((one) => one.partition)
  return [
    `${where}, ${asOf}`,
    ...(others.length === 0
      ? []
      : [`this person also has a journey in partition ${others.join(', ')}: see --partition`]),
    ...(meta.fingerprint === settingsFingerprint(config.settings, config.kafka.partitioner)
      ? []
      : ['the state was made with other settings or by another version: this may be told wrongly']),
  ]
}

const noState = ({ kafka, redis }: Config, partition: number): TributaryError =>
  new TributaryError(
    'TRIBUTARY_USAGE',
    `Redis ${new URL(redis.url).host} holds no state of ${kafka.topic}/${partition}.`,
    { hint: 'Check TRIBUTARY_REDIS__URL and TRIBUTARY_KAFKA__TOPIC; has a worker run yet?' },
  )
