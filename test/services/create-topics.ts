// New topics on a real broker, ready to be used.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Admin, ITopicConfig } from 'kafkajs'

const READY_MAX_MS = 60_000
const READY_EVERY_MS = 50

/** Creates them, and waits until a broker leads all of their partitions. None may be there. */
export async function createTopics(admin: Admin, ...topics: ITopicConfig[]): Promise<void> {
  // kafkajs gives up waiting where a broker knows nothing of a topic after a tenth of a second.
  const areNew = await admin.createTopics({ topics, waitForLeaders: false })
  if (!areNew) throw new Error('not all of the topics are new')
  const end = performance.now() + READY_MAX_MS
  for (const { topic } of topics) await untilLed(admin, topic, end)
}

async function untilLed(admin: Admin, topic: string, end: number): Promise<void> {
  for (;;) {
    try {
      await admin.fetchTopicOffsets(topic)
      return
    } catch (error) {
      if (performance.now() >= end) throw error
      await sleep(READY_EVERY_MS)
    }
  }
}
