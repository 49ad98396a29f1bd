// A topic's configuration as a broker tells it.
// The default import: what kafkajs names behind CompressionTypes, Node cannot name.
import kafkajs from 'kafkajs'
import type { Admin, ConfigEntries } from 'kafkajs'

/**
 * Every setting, or those that are named, whoever has set it. Throws kafkajs' errors; a topic that
 * is not there is one.
 */
export async function topicConfig(
  admin: Admin,
  topic: string,
  configNames?: string[],
): Promise<readonly ConfigEntries[]> {
  const named = configNames === undefined ? {} : { configNames }
  const resources = [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, ...named }]
  const { resources: found } = await admin.describeConfigs({ resources, includeSynonyms: false })
  return found[0]?.configEntries ?? []
}
