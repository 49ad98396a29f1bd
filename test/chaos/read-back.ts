// What really stands in Kafka in the end: the log of each partition as the oracle takes it, and the
// dead letters. Read by a plain consumer, which shares nothing with the worker.
import { Kafka, logLevel } from 'kafkajs'
import type { KafkaMessage } from 'kafkajs'
import type { LogRecord } from '../oracle/log.ts'
import { NUMBER_HEADER } from './producer.ts'

/** Every record of the topic in the order of its partition. */
async function readAll(
  brokers: string,
  topic: string,
  take: (partition: number, message: KafkaMessage) => void,
): Promise<void> {
  const kafka = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  const ends = await admin.fetchTopicOffsets(topic)
  await admin.disconnect()
  const left = new Map(ends.map(({ partition, high }) => [partition, Number(high)]))
  for (const { partition, high, low } of ends) if (high === low) left.delete(partition)
  if (left.size === 0) return
  const consumer = kafka.consumer({ groupId: `reader-${topic}-${Date.now()}` })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  try {
    await new Promise<void>((resolve, reject) => {
      const { CRASH } = consumer.events
      consumer.on(CRASH, ({ payload }) => reject(payload.error))
      const eachMessage = async (one: { partition: number; message: KafkaMessage }) => {
        const { partition, message } = one
        const high = left.get(partition)
        if (high === undefined) return
        take(partition, message)
        if (Number(message.offset) === high - 1) left.delete(partition)
        if (left.size === 0) resolve()
      }
      consumer.run({ autoCommit: false, eachMessage }).catch(reject)
    })
  } finally {
    await consumer.disconnect()
  }
}

/** The logs by partition, made of the records that were generated. */
export async function readLogs(
  from: { readonly brokers: string; readonly topic: string; readonly partitions: number },
  records: readonly LogRecord[],
): Promise<LogRecord[][]> {
  const logs: LogRecord[][] = Array.from({ length: from.partitions }, () => [])
  await readAll(from.brokers, from.topic, (partition, { offset, headers }) => {
    const record = records[Number(String(headers?.[NUMBER_HEADER]))]
    if (record === undefined) throw new Error(`nobody produced ${partition}/${offset}`)
    logs[partition]!.push({ ...record, offset: Number(offset) })
  })
  return logs
}

/** `partition/offset reason` of every dead letter, without repetitions. */
export async function readLetters(brokers: string, dlq: string): Promise<Set<string>> {
  const letters = new Set<string>()
  await readAll(brokers, dlq, (_, { headers }) => {
    const text = (name: string): string => String(headers?.[name])
    const place = `${text('__connect.errors.partition')}/${text('__connect.errors.offset')}`
    letters.add(`${place} ${text('tributary.reason')}`)
  })
  return letters
}
