// Refused records to the dead-letter topic, at least once: whoever reads it deduplicates by topic,
// partition and offset. One request at a time, each acknowledged by all in-sync replicas; nothing
// is ever dropped for its size.
import type { Message } from 'kafkajs'
import type { DeadLetter, DeadLetterSink } from '../../ports/dead-letter-sink.ts'
import { kafkaProducer } from './client.ts'
import type { KafkaOptions } from './client.ts'
import { messageOf, roomOf } from './dead-letters-message.ts'
import { kafkaError } from './errors.ts'
import { kafkaTopics } from './topics.ts'

/** Larger sends cost kafkajs more than they save. */
const SEND_MAX = 1_000
/** Kafka's default, for users that may write to the topic but not look at its settings. */
const BYTES_DEFAULT = 1_048_588

export interface KafkaDeadLetters extends DeadLetterSink {
  /** Connects. @throws TRIBUTARY_KAFKA_UNAVAILABLE, also when there is no such topic. */
  start(): Promise<void>
  stop(): Promise<void>
}

/** @param topic the dead-letter topic, with LogAppendTime */
export function kafkaDeadLetters(options: KafkaOptions, topic: string): KafkaDeadLetters {
  const producer = kafkaProducer(options, topic, 'atLeastOnce')
  /** Of one record batch; null: to be asked, again after every failure. */
  let bytesMax: number | null = null

  const send = async (messages: Message[]): Promise<void> => {
    await producer.send({ topic, messages, acks: -1 })
  }
  return {
    async start() {
      try {
        bytesMax = await askBytesMax(options, topic)
        await producer.connect()
      } catch (error) {
        throw kafkaError(error)
      }
    },
    async send(letters) {
      try {
        bytesMax ??= await askBytesMax(options, topic)
        for (const messages of sendsOf(letters, roomOf(bytesMax))) await send(messages)
      } catch (error) {
        bytesMax = null
        throw kafkaError(error)
      }
    },
    stop: () => producer.disconnect(),
  }
}

/** The letters in their order, in sends that the topic takes. */
function* sendsOf(letters: readonly DeadLetter[], room: number): Generator<Message[]> {
  let messages: Message[] = []
  let bytes = 0
  for (const letter of letters) {
    const next = messageOf(letter, room)
    if (messages.length === SEND_MAX || (bytes + next.bytes > room && messages.length > 0)) {
      yield messages
      messages = []
      bytes = 0
    }
    messages.push(next.message)
    bytes += next.bytes
  }
  if (messages.length > 0) yield messages
}

async function askBytesMax(options: KafkaOptions, topic: string): Promise<number> {
  const topics = kafkaTopics(options)
  try {
    return (await topics.settings(topic))?.maxMessageBytes ?? BYTES_DEFAULT
  } finally {
    await topics.stop()
  }
}
