// Ticks into a topic: records that only carry their record time, so that quiet partitions lapse
// too. Read back like any other record, hence part of every replay.
import { TICK_HEADER } from '../../ports/tick-sink.ts'
import type { TickSink } from '../../ports/tick-sink.ts'
import { kafkaProducer } from './client.ts'
import type { KafkaOptions } from './client.ts'
import { kafkaError } from './errors.ts'

export interface KafkaTicks extends TickSink {
  start(): Promise<void>
  stop(): Promise<void>
}

export function kafkaTicks(options: KafkaOptions, topic: string): KafkaTicks {
  const producer = kafkaProducer(options, topic, 'atLeastOnce')
  const ask = async (work: () => Promise<unknown>): Promise<void> => {
    try {
      await work()
    } catch (error) {
      throw kafkaError(error)
    }
  }
  return {
    start: () => ask(() => producer.connect()),
    append: (partition, timeMs) =>
      ask(() => {
        const time = timeMs === undefined ? {} : { timestamp: String(timeMs) }
        const headers = { [TICK_HEADER]: '1' }
        const tick = { partition, key: null, value: Buffer.of(), headers, ...time }
        return producer.send({ topic, messages: [tick], acks: -1 })
      }),
    stop: () => producer.disconnect(),
  }
}
