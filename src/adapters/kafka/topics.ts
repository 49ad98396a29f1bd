// What Kafka says of its cluster, of our topics and of the consumer group. Keeps nothing; every
// error is TributaryError.
import type { Admin } from 'kafkajs'
import { kafkaAdmin, kafkaTopicAdmin } from './client.ts'
import type { KafkaOptions, TopicAdmin } from './client.ts'
import { createTopic } from './create-topic.ts'
import { kafkaError, protocolTypeOf } from './errors.ts'
import { askGroup, partitionsFrom } from './group-facts.ts'
import type { GroupFacts } from './group-facts.ts'
import { topicConfig } from './topic-config.ts'
import type { TopicDescription, TopicSettings, WantedTopic } from './topics-wanted.ts'
import { LEADER_NOT_YET, untilReady } from './until-ready.ts'

export interface ClusterFacts {
  readonly clusterId: string
  /** `host:port` as the brokers advertise themselves. */
  readonly brokers: readonly string[]
}

export interface KafkaTopics {
  /** `topic`: where it is there and ours to see, no other matters. */
  cluster(topic: string): Promise<ClusterFacts>
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
  const admins = new Map<string, TopicAdmin>()
  const creator = kafkaAdmin(options)
  async function ask<T>(topic: string, question: (asking: TopicAdmin) => Promise<T>): Promise<T> {
    try {
      const asking = admins.get(topic) ?? kafkaTopicAdmin(options, topic)
      admins.set(topic, asking)
      await asking.admin.connect()
      return await question(asking)
    } catch (error) {
      throw kafkaError(error)
    }
  }
  return {
    cluster: (topic) => ask(topic, (asking) => askCluster(asking, creator)),
    describe: (topic) => ask(topic, (asking) => describe(asking, topic)),
    settings: (topic) => ask(topic, ({ admin }) => askSettings(admin, topic)),
    create: (wanted) => ask(wanted.topic, ({ admin }) => createTopic(creator, admin, wanted)),
    group: (group, topic) => ask(topic, ({ admin }) => askGroup(admin, group, topic)),
    partitionsFrom: (topic, timeMs) =>
      ask(topic, ({ admin }) => partitionsFrom(admin, topic, timeMs)),
    async stop() {
      const all = [creator, ...[...admins.values()].map(({ admin }) => admin)]
      await Promise.all(all.map((admin) => admin.disconnect()))
    },
  }
}

/** A topic that is not there, or not ours to see, is no reason to say nothing of the cluster. */
async function askCluster(asking: TopicAdmin, creator: Admin): Promise<ClusterFacts> {
  const { clusterId, brokers } = await asking.metadata().catch(async (error: unknown) => {
    const type = protocolTypeOf(error)
    if (type !== 'UNKNOWN_TOPIC_OR_PARTITION' && !type.endsWith('AUTHORIZATION_FAILED')) throw error
    await creator.connect()
    return creator.describeCluster()
  })
  return { clusterId, brokers: brokers.map(({ host, port }) => `${host}:${port}`) }
}

async function describe(
  { admin, metadata }: TopicAdmin,
  topic: string,
): Promise<TopicDescription | null> {
  try {
    const { partitions } = await untilReady(LEADER_NOT_YET, metadata)
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
