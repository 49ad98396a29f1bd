// Would a worker halt? Compares what Redis holds of each partition with the settings, the topic and
// the group, as an acquire does, and with the lineages in ClickHouse, as a flush does, but takes
// nothing over.
import { createClickHouseLedger } from '../adapters/clickhouse/ledger-sink.ts'
import { openServer } from '../adapters/clickhouse/server.ts'
import type { GroupPosition } from '../adapters/kafka/group-facts.ts'
import { kafkaTopics } from '../adapters/kafka/topics.ts'
import { connectRedis } from '../adapters/redis/connect.ts'
import { redisStateStore } from '../adapters/redis/redis-state-store.ts'
import type { Config } from '../config/config.ts'
import type { LineageRow } from '../ports/ledger-sink.ts'
import type { PartitionMeta } from '../ports/state-store.ts'
import { isReplaced } from '../runtime/lineage-in-force.ts'
import { parsePartitionCounts } from '../schema/partition-counts.ts'
import { settingsFingerprint } from '../schema/settings-fingerprint.ts'
import { findingsOf } from './doctor-finding.ts'
import type { Finding } from './doctor-finding.ts'
import { kafkaOptions } from './kafka-options.ts'

const { pass, fail } = findingsOf('state')

/** What the state must have been made under. */
export interface Expected {
  readonly clusterId: string
  readonly group: string
  readonly fingerprint: string
  /** Partitions of the topic. */
  readonly count: number
}

export interface FoundState {
  readonly log: GroupPosition
  /** null: there is none. */
  readonly meta: PartitionMeta | null
  /** As ClickHouse has them; none where it cannot be asked. */
  readonly lineages: readonly LineageRow[]
}

export async function* examineState(config: Config, timeoutMs: number): AsyncGenerator<Finding> {
  const { topic, group } = config.kafka
  const db = openServer({ ...config.clickhouse, timeoutMs })
  const ledger = createClickHouseLedger(db)
  const kafka = kafkaTopics(kafkaOptions(config))
  try {
    const redis = await connectRedis(config.redis)
    try {
      const { clusterId } = await kafka.cluster(topic)
      const { partitions } = await kafka.group(group, topic)
      const found = await Promise.all(
        partitions.map(async (log): Promise<FoundState> => {
          const { meta } = await redisStateStore(redis, topic, log.partition).owner()
          // That it does not answer is said elsewhere.
          const lineages = await ledger.lineages(topic, log.partition).catch(() => [])
          return { log, meta, lineages }
        }),
      )
      const fingerprint = settingsFingerprint(config.settings, config.kafka.partitioner)
      yield* stateFindings(found, { clusterId, group, fingerprint, count: partitions.length })
    } finally {
      redis.disconnect()
    }
  } finally {
    await Promise.all([kafka.stop(), db.close()])
  }
}

interface Rule {
  readonly check: string
  readonly isBroken: (meta: PartitionMeta, found: FoundState, expected: Expected) => boolean
  readonly seen: string
  readonly fix: string
}

const BY_HAND = 'deploy/README.md says what an operator can do.'

/** What a worker halts for, by what can be seen without taking a partition over. */
const RULES: readonly Rule[] = [
  {
    check: 'settings',
    isBroken: (meta, _, { fingerprint }) => meta.fingerprint !== fingerprint,
    seen: 'made under other settings, or by another version',
    fix: 'Take the settings back, or `tributary admin rebuild` computes everything anew.',
  },
  {
    check: 'cluster',
    isBroken: (meta, _, { clusterId }) => meta.clusterId !== clusterId,
    seen: 'made from another Kafka cluster',
    fix: BY_HAND,
  },
  {
    check: 'group',
    isBroken: (meta, _, { group }) => meta.group !== group,
    seen: 'made by another consumer group',
    fix: 'Set TRIBUTARY_KAFKA__GROUP to the one it was made by.',
  },
  {
    check: 'partition count',
    isBroken: ({ partitionCounts }, _, { count }) =>
      parsePartitionCounts(partitionCounts).at(-1)?.count !== count,
    seen: 'made when the topic had another number of partitions',
    fix: '`tributary admin partitions --accept` goes on with the new number.',
  },
  {
    check: 'log',
    isBroken: ({ next, activeAt }, { log: { low, high } }) =>
      next < low || Math.max(next, activeAt) > high,
    seen: 'at an offset outside of the log: trimmed, or created anew',
    fix: BY_HAND,
  },
  {
    check: 'lineage',
    isBroken: (meta, { lineages }) => isReplaced(meta, lineages),
    seen: 'from before an `admin` command that replaced it: a copy that is too old',
    fix: 'Restore a later copy of Redis, or `tributary admin rebuild`.',
  },
]

export function* stateFindings(
  found: readonly FoundState[],
  expected: Expected,
): Generator<Finding> {
  const held = found.flatMap((one) => (one.meta === null ? [] : [{ ...one, meta: one.meta }]))
  let isFine = true
  for (const { check, isBroken, seen, fix } of RULES) {
    const broken = held.filter((one) => isBroken(one.meta, one, expected))
    if (broken.length === 0) continue
    isFine = false
    yield fail(check, `${partitionList(broken)} ${seen}`, fix)
  }
  const lost = found.filter(({ meta, log }) => meta === null && log.noted !== null)
  if (lost.length > 0) {
    isFine = false
    const seen = `${partitionList(lost)} gone from Redis, although the group has consumed`
    yield fail('journeys', seen, `${BY_HAND} Restore Redis first, if there is a copy.`)
  }
  if (!isFine) return
  const journeys = held.reduce((sum, { meta }) => sum + meta.journeys, 0)
  yield pass(
    'journeys',
    held.length === 0
      ? 'none yet'
      : `${held.length} of ${found.length} partitions, ${journeys} journeys`,
  )
}

function partitionList(found: readonly { readonly log: GroupPosition }[]): string {
  const numbers = found.map(({ log }) => log.partition)
  return `partition${numbers.length === 1 ? '' : 's'} ${numbers.join(', ')}:`
}
