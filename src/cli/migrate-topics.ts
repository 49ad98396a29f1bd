// The topics' part of `tributary migrate`: what is missing is created; what is there is compared
// with what is wanted, and changed only on request, since each change concerns other users of the
// topic, too.
import { alterTopic } from '../adapters/kafka/alter-topic.ts'
import type { KafkaOptions } from '../adapters/kafka/client.ts'
import { backfillTopic, deadLetterTopic, eventsTopic } from '../adapters/kafka/topics-wanted.ts'
import { topicDifferences } from '../adapters/kafka/topics-wanted.ts'
import type {
  TopicDescription,
  TopicDifference,
  WantedTopic,
} from '../adapters/kafka/topics-wanted.ts'
import { kafkaTopics } from '../adapters/kafka/topics.ts'
import type { KafkaTopics } from '../adapters/kafka/topics.ts'
import type { Config } from '../config/config.ts'

export interface TopicRequest {
  /** undefined: as many as there are, else 6. */
  readonly partitions: number | undefined
  readonly replication: number | undefined
  /** Of events, ms; -1: no limit; undefined: 90 days, or no limit for a backfill. */
  readonly retentionMs: number | undefined
  /** Settings that differ are set; partitions and replicas never. */
  readonly alters: boolean
  /** Only looks. */
  readonly isDryRun: boolean
}

export interface TopicResult {
  readonly topic: string
  readonly holds: WantedTopic['holds']
  readonly partitions: number
  readonly state: 'created' | 'exists' | 'altered' | 'missing'
  /** What differs still. */
  readonly differences: readonly TopicDifference[]
}

const PARTITIONS = 6
const NEVER_ALTERED = new Set(['partitions', 'replication'])

/** Events, then dead letters. Throws TRIBUTARY_KAFKA_UNAVAILABLE. */
export async function migrateTopics(
  options: KafkaOptions,
  kafka: Config['kafka'],
  request: TopicRequest,
): Promise<TopicResult[]> {
  const topics = kafkaTopics(options)
  try {
    const results: TopicResult[] = []
    for (const make of wantedTopics(kafka, request)) {
      results.push(await migrateTopic({ options, topics, request }, make))
    }
    return results
  } finally {
    await topics.stop()
  }
}

/** `found`: what is there, which may have been made for a backfill or not. */
type Wanted = (partitions: number, found: TopicDescription | null) => WantedTopic

function wantedTopics(kafka: Config['kafka'], request: TopicRequest): readonly Wanted[] {
  const { replication, retentionMs } = request
  const replicas = replication === undefined ? {} : { replication }
  const kept = retentionMs === undefined ? {} : { retentionMs }
  return [
    (partitions, found) => {
      const type = found?.settings?.timestampType ?? 'CreateTime'
      const isBackfill = kafka.allowCreateTime && type === 'CreateTime'
      const make = isBackfill ? backfillTopic : eventsTopic
      return make(kafka.topic, { partitions, ...replicas, ...kept })
    },
    (partitions) => deadLetterTopic(kafka.dlq, { partitions, ...replicas }),
  ]
}

interface Work {
  readonly options: KafkaOptions
  readonly topics: KafkaTopics
  readonly request: TopicRequest
}

async function migrateTopic(work: Work, make: Wanted): Promise<TopicResult> {
  const { topics, request } = work
  const asked = make(request.partitions ?? PARTITIONS, null)
  const found = await topics.describe(asked.topic)
  if (found !== null) {
    const wanted = make(request.partitions ?? found.partitions, found)
    const differences = topicDifferences(found, wanted)
    const { topic, holds } = wanted
    const exists = { topic, holds, partitions: found.partitions }
    if (!request.alters || request.isDryRun) return { ...exists, state: 'exists', differences }
    return { ...exists, ...(await alter(work, wanted, differences)) }
  }
  const { topic, holds, partitions } = asked
  const missing = { topic, holds, partitions, differences: [] }
  if (request.isDryRun) return { ...missing, state: 'missing' }
  const state = await topics.create(asked)
  return { ...missing, state }
}

async function alter(
  { options, topics }: Work,
  wanted: WantedTopic,
  differences: readonly TopicDifference[],
): Promise<Pick<TopicResult, 'state' | 'differences'>> {
  const changes = differences.filter(({ setting }) => !NEVER_ALTERED.has(setting))
  if (changes.length === 0) return { state: 'exists', differences }
  const values = changes.map(({ setting, wanted: value }) => [setting, value] as const)
  await alterTopic(options, wanted.topic, Object.fromEntries(values))
  const found = await topics.describe(wanted.topic)
  const left = found === null ? [] : topicDifferences(found, wanted)
  return { state: 'altered', differences: left }
}
