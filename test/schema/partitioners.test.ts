import { Partitioners } from 'kafkajs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { murmur2, partitionOf } from '../../src/schema/partitioners.ts'

describe('murmur2', () => {
  // Vectors of org.apache.kafka.common.utils.UtilsTest.testMurmur2.
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('of %s is %d, as in Java', (key, hash) => {
    expect(murmur2(Buffer.from(key))).toBe(hash)
  })

  it('puts any key where kafkajs puts it', () => {
    const partitioner = Partitioners.DefaultPartitioner()
    const key = fc.uint8Array({ maxLength: 70 })
    fc.assert(
      fc.property(key, fc.integer({ min: 1, max: 1000 }), (bytes, count) => {
        const partitionMetadata = Array.from({ length: count }, (_, partitionId) => ({
          partitionId,
          partitionErrorCode: 0,
          leader: 1,
          replicas: [],
          isr: [],
        }))
        const message = { key: Buffer.from(bytes), value: null }
        const expected = partitioner({ topic: 'events', partitionMetadata, message })
        expect(partitionOf(bytes, 'murmur2', count)).toBe(expected)
      }),
      { numRuns: 300 },
    )
  })
})

describe('crc32', () => {
  it('puts a key where librdkafka puts it: the IEEE checksum, unsigned, modulo the count', () => {
    expect(partitionOf(Buffer.from('123456789'), 'crc32', 1000)).toBe(0xcbf43926 % 1000)
    expect(partitionOf(Buffer.from(''), 'crc32', 7)).toBe(0)
  })
})
