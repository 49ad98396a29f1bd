// The Kafka source on a real broker keeps the contract of every source.
import { afterAll, beforeAll } from 'vitest'
import { eventsTopic } from '../../../src/adapters/kafka/topics-wanted.ts'
import { recordSourceContract } from '../../contract/record-source.contract.ts'
import { describeWithService } from '../../services.ts'
import { kafkaHands } from './kafka-hands.ts'
import { onBroker } from './on-broker.ts'

describeWithService('kafka', 'KafkaSource', (brokers) => {
  const { options, kafka, create } = onBroker(brokers)
  const admin = kafka.admin()
  const producer = kafka.producer({ allowAutoTopicCreation: false })

  beforeAll(() => Promise.all([admin.connect(), producer.connect()]))
  afterAll(() => Promise.all([admin.disconnect(), producer.disconnect()]))

  recordSourceContract(async (partitions) => {
    const topic = await create(eventsTopic('source', { partitions }))
    return kafkaHands({ options, kafka, admin, producer, topic })
  })
})
