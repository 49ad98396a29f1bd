// Writes one record batch as it is, by a Produce request (version 7) of our own: what no producer
// would make of records by itself.
import type { Kafka } from 'kafkajs'
import { BrokerLink } from '../../../src/adapters/kafka/broker-link.ts'
import type { ProtocolRequest, ProtocolResponse } from '../../../src/adapters/kafka/fetch-codec.ts'

const TIMEOUT_MS = 30_000

/** Throws where the broker does not take it. */
export async function rawProduce(
  kafka: Kafka,
  topic: string,
  partition: number,
  batch: Buffer,
): Promise<void> {
  const link = new BrokerLink(kafka, topic)
  await link.connect()
  try {
    const leader = await link.leaderOf(partition)
    const request = produceRequest(topic, partition, batch)
    const { errorCode } = await link.send(leader ?? '', request, produceResponse)
    if (errorCode !== 0) throw new Error(`the broker refused the batch: error ${errorCode}`)
  } finally {
    await link.disconnect()
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
  return {
    apiKey: 0,
    apiVersion: 7,
    apiName: 'Produce',
    encode: () => Promise.resolve({ buf: body, buffer: body }),
  }
}

const produceResponse: ProtocolResponse<{ readonly errorCode: number }> = {
  decode: (payload) => {
    // Topics, name, partitions, partition, error.
    const errorCode = payload.readInt16BE(4 + 2 + payload.readInt16BE(4) + 4 + 4)
    return Promise.resolve({ errorCode, clientSideThrottleTime: 0 })
  },
  parse: (answer) => Promise.resolve(answer),
}
