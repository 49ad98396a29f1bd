// Where our producers put a record that names no partition: where kafkajs' default would, whose
// murmur2 counts in BigInt and takes a second for a key of a MB. Meanwhile no heartbeat is sent: a
// few such keys among dead letters would cost the worker its membership, again and again.
import type { ICustomPartitioner } from 'kafkajs'
import { asBuffer } from '../../schema/decode-utf8.ts'
import { partitionOf } from '../../schema/partitioners.ts'

/** By key; without one in turns, over the partitions that have a leader. */
export const createPartitioner: ICustomPartitioner = () => {
  let turn = 0
  return ({ partitionMetadata, message: { partition, key } }) => {
    if (partition !== undefined) return partition
    if (key !== null && key !== undefined) {
      const bytes = typeof key === 'string' ? Buffer.from(key) : asBuffer(key)
      return partitionOf(bytes, 'murmur2', partitionMetadata.length)
    }
    const led = partitionMetadata.filter(({ leader }) => leader >= 0)
    const choice = led.length > 0 ? led : partitionMetadata
    return choice[turn++ % choice.length]!.partitionId
  }
}
