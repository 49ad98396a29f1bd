// Creates a topic as it is wanted, and waits until its partitions are led.
import type { Admin } from 'kafkajs'
import { configEntriesOf } from './topics-wanted.ts'
import type { WantedTopic } from './topics-wanted.ts'
import { TOPIC_NOT_YET, untilReady } from './until-ready.ts'

/** For thousands of partitions. */
const CREATED_MAX_MS = 30_000

/** `admin` asks of this topic. Resolves to whether it was there already, however it is set. */
export async function createTopic(
  creator: Admin,
  admin: Admin,
  wanted: WantedTopic,
): Promise<'created' | 'exists'> {
  await creator.connect()
  const isNew = await creator.createTopics({
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
    // The leaders may hear of it last.
    await untilReady(TOPIC_NOT_YET, () => admin.fetchTopicOffsets(wanted.topic), CREATED_MAX_MS)
  }
  return isNew ? 'created' : 'exists'
}
