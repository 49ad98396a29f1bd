// Reading a partition's state back, each in one or two round trips.
import type { Redis } from 'ioredis'
import { ByteListBuilder } from '../../core/byte-list.ts'
import type { ByteList, DictionaryEntry, DueList, LedgerHour } from '../../ports/state-store.ts'
import type { PartitionKeys } from './keys.ts'
import { hoursOf } from './meta-fields.ts'

const PERSON_BYTES = 16
const NOTHING = new Uint8Array()

const listOf = (items: readonly (Uint8Array | null)[]): ByteList => {
  const list = new ByteListBuilder()
  for (const item of items) list.add(item ?? NOTHING)
  return list.build()
}

/** A hash whose fields are bytes, as field, value, field, value … */
const readBytesHash = (redis: Redis, key: string): Promise<Buffer[]> =>
  redis.callBuffer('HGETALL', key) as Promise<Buffer[]>

export async function readLedger(redis: Redis, keys: PartitionKeys): Promise<LedgerHour[]> {
  const hours = hoursOf('ledger', await redis.hkeys(keys.meta))
  return Promise.all(
    hours.map(async (hour) => {
      const pairs = await readBytesHash(redis, keys.ledger(hour))
      return {
        hour,
        fields: listOf(pairs.filter((_, at) => at % 2 === 0)),
        values: listOf(pairs.filter((_, at) => at % 2 === 1)),
      }
    }),
  )
}

export async function countJourneys(redis: Redis, keys: PartitionKeys): Promise<number> {
  const counts = await Promise.all(keys.buckets.map((bucket) => redis.hlen(bucket)))
  return counts.reduce((sum, one) => sum + one, 0)
}

export async function readDictionary(
  redis: Redis,
  keys: PartitionKeys,
): Promise<DictionaryEntry[]> {
  const entries = Object.entries(await redis.hgetall(keys.dictionary))
  return entries.map(([field, value]) => {
    const [kind, id] = field.split(':')
    return { kind: Number(kind), id: Number(id), value }
  })
}

export async function readDue(
  redis: Redis,
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

/** The persons of a bucket are asked for together. */
export async function readJourneys(
  redis: Redis,
  keys: PartitionKeys,
  persons: Uint8Array,
): Promise<ByteList> {
  const count = persons.length / PERSON_BYTES
  const buckets = new Map<string, number[]>()
  for (let i = 0; i < count; i += 1) {
    const key = keys.journeys(persons, i * PERSON_BYTES)
    const known = buckets.get(key)
    if (known) known.push(i)
    else buckets.set(key, [i])
  }
  const person = (i: number): Buffer =>
    Buffer.from(persons.buffer, persons.byteOffset + i * PERSON_BYTES, PERSON_BYTES)
  const journeys = Array.from<Buffer | null>({ length: count }).fill(null)
  await Promise.all(
    [...buckets].map(async ([key, indices]) => {
      const values = await redis.hmgetBuffer(key, ...indices.map(person))
      for (const [at, i] of indices.entries()) journeys[i] = values[at] ?? null
    }),
  )
  return listOf(journeys)
}
