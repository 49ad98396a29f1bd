// What Kafka says of its cluster, of our topics and of the consumer group, and how our topics are
// created. Asks one question after the other and keeps nothing; every error is TributaryError.
// The default import: what kafkajs names behind CompressionTypes, Node cannot name.
import kafkajs from 'kafkajs'
import type { Admin, GroupDescription } from 'kafkajs'
import { kafkaAdmin } from './client.ts'
import type { KafkaOptions } from './client.ts'
import { kafkaError, protocolTypeOf } from './errors.ts'
import { topicConfig } from './topic-config.ts'
import type { TopicDescription, TopicSettings, WantedTopic } from './topics-wanted.ts'
import { configEntriesOf } from './topics-wanted.ts'

const { AssignerProtocol } = kafkajs

const TOPIC_NOT_YET = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE'])
/** A broker tells of a new topic before it leads all of its partitions: 100 take it a second. */
const LEADER_NOT_YET = new Set(['LEADER_NOT_AVAILABLE', 'NOT_LEADER_FOR_PARTITION'])
/** A new cluster makes the topic of groups when it is first asked for one. */
const GROUP_NOT_YET = new Set([
  'GROUP_LOAD_IN_PROGRESS',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR_FOR_GROUP',
])
const READY_MAX_MS = 10_000
/** For thousands of partitions. */
const CREATED_MAX_MS = 30_000
const READY_EVERY_MS = 100

export interface ClusterFacts {
  readonly clusterId: string
  /** `host:port` as the brokers advertise themselves. */
  readonly brokers: readonly string[]
}

export interface GroupFacts {
  /** Kafka's word: `Stable`, `Empty`, `PreparingRebalance` …; `Dead`: there is no such group. */
  readonly state: string
  /** By client id, each with its partitions of the topic. */
  readonly members: readonly GroupMember[]
  readonly partitions: readonly GroupPosition[]
}

export interface GroupMember {
  readonly clientId: string
  readonly host: string
  readonly partitions: readonly number[]
}

export interface GroupPosition {
  readonly partition: number
  readonly low: number
  readonly high: number
  /** What the group has noted; null: nothing. */
  readonly noted: number | null
  /** Records from there, or else from the start, to the end. */
  readonly lag: number
}

export interface KafkaTopics {
  cluster(): Promise<ClusterFacts>
  /** null: there is no such topic. */
  describe(topic: string): Promise<TopicDescription | null>
  /** null: this user may not look at them. @throws also when there is no such topic */
  settings(topic: string): Promise<TopicSettings | null>
  /** Resolves to whether it was there already, however it is set. */
  create(wanted: WantedTopic): Promise<'created' | 'exists'>
  /** The topic must exist. */
  group(group: string, topic: string): Promise<GroupFacts>
  /** Partitions that hold a record of that time (epoch ms) or later. The topic must exist. */
  partitionsFrom(topic: string, timeMs: number): Promise<readonly number[]>
  stop(): Promise<void>
}

/** Connects at the first question. */
export function kafkaTopics(options: KafkaOptions): KafkaTopics {
  const admin = kafkaAdmin(options)
  let isConnected = false
  async function ask<T>(question: () => Promise<T>): Promise<T> {
    try {
      if (!isConnected) await admin.connect()
      isConnected = true
      return await question()
    } catch (error) {
      throw kafkaError(error)
    }
  }
  return {
    cluster: () => ask(() => askCluster(admin)),
    describe: (topic) => ask(() => describe(admin, topic)),
    settings: (topic) => ask(() => askSettings(admin, topic)),
    create: (wanted) => ask(() => create(admin, wanted)),
    group: (group, topic) => ask(() => askGroup(admin, group, topic)),
    partitionsFrom: (topic, timeMs) => ask(() => partitionsFrom(admin, topic, timeMs)),
    stop: () => admin.disconnect(),
  }
}

async function askCluster(admin: Admin): Promise<ClusterFacts> {
  const { clusterId, brokers } = await admin.describeCluster()
  return { clusterId, brokers: brokers.map(({ host, port }) => `${host}:${port}`) }
}

async function describe(admin: Admin, topic: string): Promise<TopicDescription | null> {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
    const partitions = topics[0]?.partitions ?? []
    const replicas = partitions.map((one) => one.replicas.length)
    const settings = await askSettings(admin, topic)
    return { topic, partitions: partitions.length, replication: Math.min(...replicas), settings }
  } catch (error) {
    if (protocolTypeOf(error) === 'UNKNOWN_TOPIC_OR_PARTITION') return null
    throw error
  }
}

async function askSettings(admin: Admin, topic: string): Promise<TopicSettings | null> {
  try {
    const entries = await topicConfig(admin, topic)
    const text = (name: string): string =>
      entries.find(({ configName }) => configName === name)?.configValue ?? ''
    return {
      timestampType:
        text('message.timestamp.type') === 'CreateTime' ? 'CreateTime' : 'LogAppendTime',
      retentionMs: Number(text('retention.ms')),
      retentionBytes: Number(text('retention.bytes')),
      cleanupPolicy: text('cleanup.policy'),
      maxMessageBytes: Number(text('max.message.bytes')),
      // Beyond 2^53 by default, where a few milliseconds do not matter.
      timestampBeforeMaxMs: Number(text('message.timestamp.before.max.ms')),
    }
  } catch (error) {
    if (protocolTypeOf(error).endsWith('AUTHORIZATION_FAILED')) return null
    throw error
  }
}

async function create(admin: Admin, wanted: WantedTopic): Promise<'created' | 'exists'> {
  const isNew = await admin.createTopics({
    // kafkajs gives up waiting where a broker does not know of the topic yet.
    waitForLeaders: false,
    topics: [
      {
        topic: wanted.topic,
        numPartitions: wanted.partitions,
        replicationFactor: wanted.replication ?? -1,
        configEntries: configEntriesOf(wanted),
      },
    ],
  })
  if (isNew) {
    const ask = () => admin.fetchTopicMetadata({ topics: [wanted.topic] })
    await untilReady(TOPIC_NOT_YET, ask, CREATED_MAX_MS)
    // The leaders may hear of it last.
    const notYet = new Set([...TOPIC_NOT_YET, ...LEADER_NOT_YET])
    await untilReady(notYet, () => admin.fetchTopicOffsets(wanted.topic), CREATED_MAX_MS)
  }
  return isNew ? 'created' : 'exists'
}

/** Brokers learn of what is new a moment later; one that is slow is no failure. */
async function untilReady<T>(
  notYet: ReadonlySet<string>,
  ask: () => Promise<T>,
  maxMs = READY_MAX_MS,
): Promise<T> {
  // By the clock: where a partition has no leader kafkajs itself asks for some seconds.
  for (const end = performance.now() + maxMs; ;) {
    try {
      return await ask()
    } catch (error) {
      if (performance.now() >= end || !notYet.has(protocolTypeOf(error))) throw error
      await new Promise((done) => setTimeout(done, READY_EVERY_MS))
    }
  }
}

const endsOf = (admin: Admin, topic: string) =>
  untilReady(LEADER_NOT_YET, () => admin.fetchTopicOffsets(topic))

async function askGroup(admin: Admin, group: string, topic: string): Promise<GroupFacts> {
  const ends = await endsOf(admin, topic)
  const [noted] = await untilReady(GROUP_NOT_YET, () =>
    admin.fetchOffsets({ groupId: group, topics: [topic] }),
  )
  const { groups } = await untilReady(GROUP_NOT_YET, () => admin.describeGroups([group]))
  const found = groups[0]
  const positions = ends.map(({ partition, low, high }): GroupPosition => {
    const offset = noted?.partitions.find((one) => one.partition === partition)?.offset ?? '-1'
    const at = offset === '-1' ? null : Number(offset)
    const lag = Math.max(0, Number(high) - Math.max(at ?? 0, Number(low)))
    return { partition, low: Number(low), high: Number(high), noted: at, lag }
  })
  return {
    state: found?.state ?? 'Dead',
    members: membersOf(found, topic),
    partitions: positions.toSorted((a, b) => a.partition - b.partition),
  }
}

/** Where no record is as late, Kafka answers with the end of the log as it is by then. */
async function partitionsFrom(admin: Admin, topic: string, timeMs: number): Promise<number[]> {
  const ends = await endsOf(admin, topic)
  const found = await untilReady(LEADER_NOT_YET, () =>
    admin.fetchTopicOffsetsByTimestamp(topic, timeMs),
  )
  const at = new Map(found.map(({ partition, offset }) => [partition, Number(offset)]))
  return ends
    .filter(({ partition, high }) => (at.get(partition) ?? Infinity) < Number(high))
    .map(({ partition }) => partition)
    .toSorted((a, b) => a - b)
}

function membersOf(group: GroupDescription | undefined, topic: string): GroupMember[] {
  const members = (group?.members ?? []).map(({ clientId, clientHost, memberAssignment }) => {
    const assigned = AssignerProtocol.MemberAssignment.decode(memberAssignment)?.assignment[topic]
    return { clientId, host: clientHost, partitions: (assigned ?? []).toSorted((a, b) => a - b) }
  })
  return members.toSorted((a, b) => (a.clientId < b.clientId ? -1 : 1))
}
