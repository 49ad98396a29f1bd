// Where our producers put records: a key where kafkajs and Java put it, whatever its length, and
// what has no key where somebody leads.
import { fc, test } from '@fast-check/vitest'
import { Partitioners } from 'kafkajs'
import { expect } from 'vitest'
import { createPartitioner } from '../../../src/adapters/kafka/partitioner.ts'

const metadataOf = (leaders: readonly number[]) =>
  leaders.map((leader, partitionId) => ({
    partitionId,
    leader,
    partitionErrorCode: 0,
    replicas: [],
    isr: [],
  }))
const leaders = fc.array(fc.constantFrom(-1, 1, 2), { minLength: 1, maxLength: 20 })
const bytes = fc.uint8Array({ maxLength: 70 }).map((raw) => Buffer.from(raw))
const key = fc.oneof(bytes, fc.string())
const topic = 'events'

test.prop([key, leaders])('a key goes where kafkajs puts it', (one, all) => {
  const args = { topic, partitionMetadata: metadataOf(all), message: { key: one, value: null } }
  expect(createPartitioner()(args)).toBe(Partitioners.DefaultPartitioner()(args))
})

test.prop([key, leaders, fc.nat(30)])('who names a partition gets it', (one, all, partition) => {
  const message = { key: one, value: null, partition }
  expect(createPartitioner()({ topic, partitionMetadata: metadataOf(all), message })).toBe(
    partition,
  )
})

test.prop([leaders])('what has no key goes to every partition with a leader in turn', (all) => {
  const place = createPartitioner()
  const args = { topic, partitionMetadata: metadataOf(all), message: { key: null, value: null } }
  const places = all.map(() => place(args))
  const led = all.flatMap((leader, partition) => (leader >= 0 ? [partition] : []))
  const wanted = led.length > 0 ? led : all.map((_, partition) => partition)
  expect(new Set(places)).toEqual(new Set(wanted))
})
