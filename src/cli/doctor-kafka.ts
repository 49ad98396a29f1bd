// What `doctor` looks at in Kafka: brokers, both topics and their settings, the consumer group.
import type { GroupFacts, GroupPosition } from '../adapters/kafka/group-facts.ts'
import { kafkaTopics } from '../adapters/kafka/topics.ts'
import type { ClusterFacts, KafkaTopics } from '../adapters/kafka/topics.ts'
import {
  backfillTopic,
  deadLetterTopic,
  eventsTopic,
  topicDifferences,
} from '../adapters/kafka/topics-wanted.ts'
import type { TopicDescription, WantedTopic } from '../adapters/kafka/topics-wanted.ts'
import type { Config } from '../config/config.ts'
import { formatDuration } from '../config/duration.ts'
import { findingsOf } from './doctor-finding.ts'
import type { Finding } from './doctor-finding.ts'
import { kafkaOptions } from './kafka-options.ts'

const { pass, warn, fail } = findingsOf('kafka')

export async function* examineKafka(config: Config): AsyncGenerator<Finding> {
  const { topic, dlq, group } = config.kafka
  const kafka = kafkaTopics(kafkaOptions(config))
  try {
    const cluster = await kafka.cluster(topic)
    yield pass('brokers', `${cluster.brokers.join(', ')}; cluster ${cluster.clusterId}`)
    const events = await kafka.describe(topic)
    yield* topicFindings(events, topic, (found) => wantedEvents(found, cluster, config))
    const letters = await kafka.describe(dlq)
    yield* topicFindings(letters, dlq, (found) =>
      deadLetterTopic(dlq, { partitions: found.partitions, ...replicationOn(cluster) }),
    )
    if (events === null) return
    yield* groupFindings(group, await kafka.group(group, topic))
    yield await timeFinding(kafka, topic)
  } finally {
    await kafka.stop()
  }
}

/** A worker halts at a record so far ahead of its clock. */
const AHEAD_FAIL_MS = 3_600_000
const AHEAD_WARN_MS = 5_000

async function timeFinding(kafka: KafkaTopics, topic: string): Promise<Finding> {
  const nowMs = Date.now()
  for (const aheadMs of [AHEAD_FAIL_MS, AHEAD_WARN_MS]) {
    const partitions = await kafka.partitionsFrom(topic, nowMs + aheadMs)
    if (partitions.length === 0) continue
    const ahead = `${formatDuration(aheadMs)} ahead of this machine's clock`
    const seen = `partition ${partitions.join(', ')}: records more than ${ahead}`
    const fix =
      'Set the clocks by NTP, of the brokers and here; of producers on a CreateTime topic.'
    return (aheadMs === AHEAD_FAIL_MS ? fail : warn)('clock', seen, fix)
  }
  return pass('clock', "no record is ahead of this machine's clock")
}

/** On a cluster one replica is one broker away from lost. */
const replicationOn = ({ brokers }: ClusterFacts): { replication?: number } =>
  brokers.length > 1 ? { replication: 2 } : {}

function wantedEvents(found: TopicDescription, cluster: ClusterFacts, config: Config): WantedTopic {
  const choices = { partitions: found.partitions, ...replicationOn(cluster) }
  const isBackfill = config.kafka.allowCreateTime && found.settings?.timestampType === 'CreateTime'
  return (isBackfill ? backfillTopic : eventsTopic)(found.topic, choices)
}

function* topicFindings(
  found: TopicDescription | null,
  topic: string,
  wantedOf: (found: TopicDescription) => WantedTopic,
): Generator<Finding> {
  const name = `topic ${topic}`
  if (found === null) {
    return yield fail(name, 'does not exist', '`tributary migrate` creates the topics.')
  }
  if (found.settings === null) {
    const fix = 'Grant DescribeConfigs on the topic, so that its settings can be checked.'
    return yield warn(name, 'this user may not look at its settings', fix)
  }
  const differences = topicDifferences(found, wantedOf(found))
  for (const { setting, found: is, wanted, isFatal, fix } of differences) {
    const seen = `${setting} is ${inWords(setting, is)}, expected ${inWords(setting, wanted)}`
    yield (isFatal ? fail : warn)(name, seen, fix)
  }
  if (differences.length > 0) return
  const { timestampType, retentionMs } = found.settings
  const kept = inWords('retention.ms', String(retentionMs))
  yield pass(name, `${found.partitions} partitions, ${timestampType}, records kept ${kept}`)
}

function inWords(setting: string, value: string): string {
  if (!setting.endsWith('.ms')) return value
  return value === '-1' ? 'for ever' : formatDuration(Number(value))
}

function* groupFindings(name: string, group: GroupFacts): Generator<Finding> {
  const check = `group ${name}`
  const noted = group.partitions.filter((one) => one.noted !== null)
  const outside = noted.filter(isOutside)
  if (outside.length > 0) {
    const where = outside.map(({ partition, noted: at }) => `${partition} at ${at}`).join(', ')
    yield fail(
      check,
      `has noted offsets outside of the log: partition ${where}`,
      'The topic was trimmed or created anew; deploy/README.md says what an operator can do.',
    )
  }
  const free = group.partitions.filter(
    ({ partition }) => !group.members.some((member) => member.partitions.includes(partition)),
  )
  if (group.members.length > 0 && free.length > 0) {
    const seen = `${free.length} of ${group.partitions.length} partitions have no owner`
    yield warn(check, seen, 'Normal during a rebalance; look again in a minute.')
  } else if (outside.length === 0) yield pass(check, groupWords(group, noted.length))
}

const isOutside = ({ noted, low, high }: GroupPosition): boolean =>
  noted !== null && (noted < low || noted > high)

function groupWords({ state, members, partitions }: GroupFacts, noted: number): string {
  if (noted === 0 && members.length === 0) return 'has not consumed yet'
  const lag = partitions.reduce((sum, one) => sum + one.lag, 0)
  const workers = members.length === 0 ? 'no worker runs' : `${members.length} members`
  return `${state}, ${workers}, ${lag} records behind`
}
