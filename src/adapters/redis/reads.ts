// Reading a partition's state back.
import { Pipeline } from 'ioredis'
import { ByteListBuilder } from '../../core/byte-list.ts'
import { PERSON_BYTES } from '../../core/person-bytes.ts'
import type { ByteList, DictionaryEntry, DueList, LedgerHour } from '../../ports/state-store.ts'
import { byBucket } from './by-bucket.ts'
import type { RedisClient } from './connect.ts'
import { JourneysRequest } from './journeys-request.ts'
import type { PartitionKeys } from './keys.ts'
import { hoursOf } from './meta-fields.ts'

/** Journeys of one round trip, so that neither side holds others up; a bucket has 32 of them. */
const PERSONS_MAX = 8_192
const NOTHING = new Uint8Array()

/** Hour by hour: each answer may be long, and has the time that one command is given. */
export async function readLedger(redis: RedisClient, keys: PartitionKeys): Promise<LedgerHour[]> {
  const hours: LedgerHour[] = []
  for (const hour of hoursOf('ledger', await redis.hkeys(keys.meta))) {
    const pairs = (await redis.callBuffer('HGETALL', keys.ledger(hour))) as Buffer[]
    const [fields, values] = [new ByteListBuilder(), new ByteListBuilder()]
    for (const [at, item] of pairs.entries()) (at % 2 === 0 ? fields : values).add(item)
    hours.push({ hour, fields: fields.build(), values: values.build() })
  }
  return hours
}

export async function countJourneys(redis: RedisClient, keys: PartitionKeys): Promise<number> {
  const counts = await Promise.all(keys.buckets.map((bucket) => redis.hlen(bucket)))
  return counts.reduce((sum, one) => sum + one, 0)
}

export async function readDictionary(
  redis: RedisClient,
  keys: PartitionKeys,
): Promise<DictionaryEntry[]> {
  const entries = Object.entries(await redis.hgetall(keys.dictionary))
  return entries.map(([field, value]) => {
    const [kind, id] = field.split(':')
    return { kind: Number(kind), id: Number(id), value }
  })
}

export async function readDue(
  redis: RedisClient,
  keys: PartitionKeys,
  hourFrom: number,
  hourTo: number,
): Promise<DueList[]> {
  const hours = hoursOf('due', await redis.hkeys(keys.meta)).filter(
    (hour) => hour >= hourFrom && hour <= hourTo,
  )
  if (hours.length === 0) return []
  const lists = await redis.mgetBuffer(hours.map((hour) => keys.due(hour)))
  return hours.map((hour, i) => ({ hour, persons: lists[i] ?? NOTHING }))
}

/** One value per person, empty where there is none. */
export async function readJourneys(
  redis: RedisClient,
  keys: PartitionKeys,
  persons: Uint8Array,
): Promise<ByteList> {
  const journeys: (Buffer | null)[] = []
  const step = PERSONS_MAX * PERSON_BYTES
  for (let from = 0; from < persons.length; from += step) {
    const some = persons.subarray(from, from + step)
    for (const one of await readSome(redis, keys, some)) journeys.push(one)
  }
  let bytes = 0
  for (const one of journeys) bytes += one?.length ?? 0
  const list = new ByteListBuilder(journeys.length, bytes)
  for (const one of journeys) list.add(one ?? NOTHING)
  return list.build()
}

/** In one round trip; the persons of a bucket are asked for together. */
async function readSome(
  redis: RedisClient,
  keys: PartitionKeys,
  persons: Uint8Array,
): Promise<(Buffer | null)[]> {
  const { order, starts } = byBucket(persons)
  const pipeline = new Pipeline(redis)
  for (const [b, bucket] of keys.buckets.entries()) {
    const numbers = order.subarray(starts[b], starts[b + 1])
    if (numbers.length > 0) pipeline.sendCommand(new JourneysRequest(bucket, persons, numbers))
  }
  const journeys = Array.from<Buffer | null>({ length: order.length })
  let at = 0
  for (const [error, values] of (await pipeline.exec()) ?? []) {
    if (error !== null) throw error
    for (const value of values as (Buffer | null)[]) {
      journeys[order[at]!] = value
      at += 1
    }
  }
  return journeys
}
