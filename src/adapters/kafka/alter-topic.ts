// Changes settings of a topic that is there. Kafka's request replaces all of a topic's settings, so
// those that somebody has set before are read and sent along. The controller answers before brokers
// tell the new settings: whoever reads them at once would see, and send along, the old ones.
import kafkajs from 'kafkajs'
import type { Admin } from 'kafkajs'
import { kafkaTopicAdmin } from './client.ts'
import type { KafkaOptions } from './client.ts'
import { kafkaError } from './errors.ts'
import { topicConfig } from './topic-config.ts'

// The default import: what kafkajs names behind CompressionTypes, Node cannot name.
const { ConfigResourceTypes, ConfigSource } = kafkajs

const TOLD_MAX_MS = 10_000
const TOLD_EVERY_MS = 50

export async function alterTopic(
  options: KafkaOptions,
  topic: string,
  changes: Readonly<Record<string, string>>,
): Promise<void> {
  const { admin } = kafkaTopicAdmin(options, topic)
  const resource = { type: ConfigResourceTypes.TOPIC, name: topic }
  try {
    await admin.connect()
    const kept = (await topicConfig(admin, topic))
      .filter(({ configSource }) => configSource === ConfigSource.TOPIC_CONFIG)
      .map(({ configName, configValue }) => [configName, configValue] as const)
    const configEntries = Object.entries({ ...Object.fromEntries(kept), ...changes }).map(
      ([name, value]) => ({ name, value }),
    )
    await admin.alterConfigs({ validateOnly: false, resources: [{ ...resource, configEntries }] })
    await untilTold(admin, topic, changes)
  } catch (error) {
    throw kafkaError(error)
  } finally {
    await admin.disconnect()
  }
}

/** At most for some seconds: a broker may write a value in another way than it was given. */
async function untilTold(
  admin: Admin,
  topic: string,
  changes: Readonly<Record<string, string>>,
): Promise<void> {
  const end = performance.now() + TOLD_MAX_MS
  for (;;) {
    const told = await topicConfig(admin, topic)
    const areTold = Object.entries(changes).every(([name, value]) =>
      told.some(({ configName, configValue }) => configName === name && configValue === value),
    )
    if (areTold || performance.now() >= end) return
    await new Promise((done) => setTimeout(done, TOLD_EVERY_MS))
  }
}
