// What is true of the topic as a whole, but for its id, asked of the cluster each time.
import type { TopicFacts } from '../../ports/record-source.ts'
import type { TopicAdmin } from './client.ts'
import { topicConfig } from './topic-config.ts'

/** Throws kafkajs' errors; a topic that does not exist is one. */
export async function topicFacts(
  { admin, metadata }: TopicAdmin,
  topic: string,
): Promise<Omit<TopicFacts, 'topicId'>> {
  const [{ clusterId, partitions }, entries] = await Promise.all([
    metadata(),
    topicConfig(admin, topic, ['cleanup.policy', 'message.timestamp.type']),
  ])
  if (partitions.length === 0) throw new Error(`Kafka names no partitions of ${topic}`)
  const valueOf = (name: string): string => {
    const entry = entries.find(({ configName }) => configName === name)
    if (entry === undefined) throw new Error(`Kafka does not tell ${name} of ${topic}`)
    return entry.configValue
  }
  return {
    clusterId,
    partitions: partitions.length,
    isCompacted: valueOf('cleanup.policy').split(',').includes('compact'),
    isCreateTime: valueOf('message.timestamp.type') === 'CreateTime',
  }
}
