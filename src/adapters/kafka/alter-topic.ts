// Changes settings of a topic that is there. Kafka's request replaces all of a topic's settings, so
// those that somebody has set before are read and sent along.
import kafkajs from 'kafkajs'
import { kafkaAdmin } from './client.ts'
import type { KafkaOptions } from './client.ts'
import { kafkaError } from './errors.ts'

// The default import: what kafkajs names behind CompressionTypes, Node cannot name.
const { ConfigResourceTypes, ConfigSource } = kafkajs

export async function alterTopic(
  options: KafkaOptions,
  topic: string,
  changes: Readonly<Record<string, string>>,
): Promise<void> {
  const admin = kafkaAdmin(options)
  const resource = { type: ConfigResourceTypes.TOPIC, name: topic }
  try {
    await admin.connect()
    const found = await admin.describeConfigs({ resources: [resource], includeSynonyms: false })
    const kept = (found.resources[0]?.configEntries ?? [])
      .filter(({ configSource }) => configSource === ConfigSource.TOPIC_CONFIG)
      .map(({ configName, configValue }) => [configName, configValue] as const)
    const configEntries = Object.entries({ ...Object.fromEntries(kept), ...changes }).map(
      ([name, value]) => ({ name, value }),
    )
    await admin.alterConfigs({ validateOnly: false, resources: [{ ...resource, configEntries }] })
  } catch (error) {
    throw kafkaError(error)
  } finally {
    await admin.disconnect()
  }
}
