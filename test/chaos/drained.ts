// Has everything that stands in Kafka been applied, and has it landed in ClickHouse? And what is
// left of the persons in Redis?
import { Kafka, logLevel } from 'kafkajs'
import { Redis } from 'ioredis'
import { partitionKeys } from '../../src/adapters/redis/keys.ts'
import { PARTITION_NUMBERS, TOPIC } from './surroundings.ts'
import type { Surroundings } from './surroundings.ts'

export async function isDrained({ kafka, db }: Surroundings, topic: string): Promise<boolean> {
  const admin = new Kafka({ brokers: [kafka.brokers], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  const ends = await admin.fetchTopicOffsets(topic)
  await admin.disconnect()
  const sql = `SELECT partition, flushed_through FROM progress FINAL WHERE topic = '${topic}'`
  const landed = new Map(await db.rows<[number, string]>(sql))
  return ends.every(({ partition, high }) => Number(landed.get(partition) ?? 0) === Number(high))
}

/** How many persons began a journey of whom nothing is left. */
export async function stateFigures({ redis }: Surroundings): Promise<number> {
  const client = new Redis(redis.url)
  try {
    const counts = await Promise.all(
      PARTITION_NUMBERS.map((partition) =>
        client.hmget(partitionKeys(TOPIC, partition).meta, 'journeys_begun', 'journeys'),
      ),
    )
    return counts.reduce((sum, [begun, held]) => sum + Number(begun) - Number(held), 0)
  } finally {
    client.disconnect()
  }
}
