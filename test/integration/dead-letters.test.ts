// Dead letters while their broker goes down: a send that was not acknowledged is an error, soon,
// and the same letters can be sent again, by the same sink, once the broker is back.
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { kafkaDeadLetters } from '../../src/adapters/kafka/dead-letters.ts'
import { kafkaTopics } from '../../src/adapters/kafka/topics.ts'
import { deadLetterTopic } from '../../src/adapters/kafka/topics-wanted.ts'
import type { DeadLetter } from '../../src/ports/dead-letter-sink.ts'
import { describeWithPrivate } from '../services/describe-with-private.ts'
import { startPrivateKafka } from '../services/private-kafka.ts'
import type { PrivateKafka } from '../services/private-kafka.ts'

const TOPIC = 'test.dlq'

const lettersFrom = (first: number): DeadLetter[] =>
  Array.from({ length: 20 }, (_, i) => ({
    topic: 'test',
    partition: 0,
    record: { offset: first + i, timeMs: 1, key: null, value: Buffer.from('{') },
    outcome: 'rejected',
    reason: 'invalid_json',
  }))

describeWithPrivate(['kafka'], 'dead letters and a broker that dies', () => {
  let kafka: PrivateKafka
  beforeAll(async () => {
    kafka = await startPrivateKafka()
  }, 180_000)
  afterAll(() => kafka.remove())

  /** The offsets that the letters in the topic name. */
  async function offsets(): Promise<Set<number>> {
    const client = new Kafka({ brokers: [kafka.brokers], logLevel: logLevel.NOTHING })
    const consumer = client.consumer({ groupId: 'test', maxWaitTimeInMs: 100 })
    const found = new Set<number>()
    await consumer.connect()
    await consumer.subscribe({ topic: TOPIC, fromBeginning: true })
    await consumer.run({
      eachMessage: ({ message }) => {
        found.add(Number(String(message.headers?.['__connect.errors.offset'])))
        return Promise.resolve()
      },
    })
    await vi.waitFor(() => expect(found.size).toBe(40), { timeout: 60_000 })
    await consumer.disconnect()
    return found
  }

  it('fails while it is down and goes through when it is back, with nothing lost', async () => {
    const options = { brokers: kafka.brokers, clientId: 'test' }
    const topics = kafkaTopics(options)
    await topics.create(deadLetterTopic(TOPIC, { partitions: 1 }))
    await topics.stop()
    const deadLetters = kafkaDeadLetters(options, TOPIC)
    await deadLetters.start()
    await deadLetters.send(lettersFrom(0))
    await kafka.kill()
    const unavailable = { code: 'TRIBUTARY_KAFKA_UNAVAILABLE' }
    await expect(deadLetters.send(lettersFrom(20))).rejects.toMatchObject(unavailable)
    await kafka.restart()
    await vi.waitFor(() => deadLetters.send(lettersFrom(20)), { timeout: 60_000, interval: 500 })
    expect(await offsets()).toEqual(new Set(Array.from({ length: 40 }, (_, i) => i)))
    await deadLetters.stop()
  })
})
