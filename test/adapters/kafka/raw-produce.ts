// Writes record batches as they are, by a Produce request (version 7) of our own: what no producer
// would make of records by itself.
import type { Kafka } from 'kafkajs'
import { BrokerLink } from '../../../src/adapters/kafka/broker-link.ts'
import { requestOf, responseOf } from '../../../src/adapters/kafka/protocol.ts'
import type { ProtocolRequest } from '../../../src/adapters/kafka/protocol.ts'

const TIMEOUT_MS = 30_000

export interface RawProducer {
  /** Resolves to the offset of its first record. Throws where the broker does not take it. */
  produce(partition: number, batch: Buffer): Promise<number>
  close(): Promise<void>
}

export async function openRawProducer(kafka: Kafka, topic: string): Promise<RawProducer> {
  const link = new BrokerLink(kafka, topic)
  await link.connect()
  return {
    produce: async (partition, batch) => {
      const leader = await link.leaderOf(partition)
      const request = produceRequest(topic, partition, batch)
      const { errorCode, baseOffset } = await link.send(leader ?? '', request, produceResponse)
      if (errorCode !== 0) throw new Error(`the broker refused the batch: error ${errorCode}`)
      return baseOffset
    },
    close: () => link.disconnect(),
  }
}

/** One batch. */
export async function rawProduce(
  kafka: Kafka,
  topic: string,
  partition: number,
  batch: Buffer,
): Promise<void> {
  const producer = await openRawProducer(kafka, topic)
  try {
    await producer.produce(partition, batch)
  } finally {
    await producer.close()
  }
}

function produceRequest(topic: string, partition: number, batch: Buffer): ProtocolRequest {
  const name = Buffer.from(topic)
  const head = Buffer.alloc(26 + name.length)
  // No transaction; all replicas acknowledge.
  let at = head.writeInt16BE(-1)
  at = head.writeInt16BE(-1, at)
  at = head.writeInt32BE(TIMEOUT_MS, at)
  at = head.writeInt32BE(1, at)
  at = head.writeInt16BE(name.length, at)
  at += name.copy(head, at)
  for (const value of [1, partition, batch.length]) at = head.writeInt32BE(value, at)
  const body = Buffer.concat([head.subarray(0, at), batch])
  return requestOf({ apiKey: 0, apiVersion: 7, apiName: 'Produce' }, body)
}

const produceResponse = responseOf((payload) => {
  // Topics, name, partitions, partition; then error and base offset.
  const at = 4 + 2 + payload.readInt16BE(4) + 4 + 4
  const errorCode = payload.readInt16BE(at)
  const baseOffset = Number(payload.readBigInt64BE(at + 2))
  return { errorCode, baseOffset, clientSideThrottleTime: 0 }
})
