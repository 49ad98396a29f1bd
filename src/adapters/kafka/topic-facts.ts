// What is true of the topic as a whole, but for its id, asked of the cluster each time.
// The default import: what kafkajs names behind CompressionTypes, Node cannot name.
import kafkajs from 'kafkajs'
import type { Admin } from 'kafkajs'
import type { TopicFacts } from '../../ports/record-source.ts'

/** Throws kafkajs' errors; a topic that does not exist is one. */
export async function topicFacts(
  admin: Admin,
  topic: string,
): Promise<Omit<TopicFacts, 'topicId'>> {
  const [{ clusterId }, metadata, configs] = await Promise.all([
    admin.describeCluster(),
    admin.fetchTopicMetadata({ topics: [topic] }),
    admin.describeConfigs({
      includeSynonyms: false,
      resources: [
        {
          type: kafkajs.ConfigResourceTypes.TOPIC,
          name: topic,
          configNames: ['cleanup.policy', 'message.timestamp.type'],
        },
      ],
    }),
  ])
  const partitions = metadata.topics.find(({ name }) => name === topic)?.partitions.length ?? 0
  if (partitions === 0) throw new Error(`Kafka names no partitions of ${topic}`)
  const entries = configs.resources[0]?.configEntries ?? []
  const valueOf = (name: string): string => {
    const entry = entries.find(({ configName }) => configName === name)
    if (entry === undefined) throw new Error(`Kafka does not tell ${name} of ${topic}`)
    return entry.configValue
  }
  return {
    clusterId,
    partitions,
    isCompacted: valueOf('cleanup.policy').split(',').includes('compact'),
    isCreateTime: valueOf('message.timestamp.type') === 'CreateTime',
  }
}
