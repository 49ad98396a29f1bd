// The state of one partition in Redis (DESIGN section 6). Reads are plain commands; every write but
// taking ownership goes through `commit.lua`, which checks the fence and writes all or nothing.
import type { StateStore } from '../../ports/state-store.ts'
import type { RedisClient } from './connect.ts'
import { exchange } from './exchange.ts'
import {
  writeOfCommit,
  writeOfCreation,
  writeOfForgetting,
  writeOfRestart,
} from './fenced-write.ts'
import { readInfo, reignOf } from './info.ts'
import { partitionKeys } from './keys.ts'
import { decodeMeta, OWNER_FIELD, ownerOf, tokenOf } from './meta-fields.ts'
import { countJourneys, readDictionary, readDue, readJourneys, readLedger } from './reads.ts'
import { runFenced } from './run-script.ts'

/** @param redis from `connectRedis`: its errors must not hide a repeated command */
export function redisStateStore(redis: RedisClient, topic: string, partition: number): StateStore {
  const keys = partitionKeys(topic, partition)
  const ask = <T>(question: () => Promise<T>): Promise<T> => exchange(redis, question)
  return {
    acquire: (token) =>
      ask(async () => {
        await redis.hset(keys.meta, OWNER_FIELD, ownerOf(token, await reignOf(redis, keys.meta)))
        return decodeMeta(await redis.hgetall(keys.meta))
      }),
    create: (token, meta) =>
      ask(() => {
        const fence = { token, next: 'absent' } as const
        return runFenced(redis, keys.meta, fence, writeOfCreation(keys, meta))
      }),
    countJourneys: () => ask(() => countJourneys(redis, keys)),
    evictionPolicy: () =>
      ask(async () => {
        const { maxmemory_policy: policy } = await readInfo(redis, keys.meta)
        if (policy === undefined) throw new Error('INFO names no maxmemory_policy')
        return policy === 'noeviction' ? null : policy
      }),
    restart: (token, meta) =>
      ask(async () => {
        // What is dropped is named one by one, so it must be what is there.
        const fields = await redis.hgetall(keys.meta)
        const found = decodeMeta(fields)
        const { next = 'absent', generation = 0 } = found ?? {}
        const write = writeOfRestart(keys, Object.keys(fields), meta)
        return runFenced(redis, keys.meta, { token, next, generation }, write)
      }),
    owner: () =>
      ask(async () => {
        const fields = await redis.hgetall(keys.meta)
        const token = tokenOf(fields[OWNER_FIELD] ?? '', await reignOf(redis, keys.meta))
        return { token, meta: decodeMeta(fields) }
      }),
    loadDictionary: () => ask(() => readDictionary(redis, keys)),
    loadLedger: () => ask(() => readLedger(redis, keys)),
    loadDue: (hourFrom, hourTo) => ask(() => readDue(redis, keys, hourFrom, hourTo)),
    loadJourneys: (persons) => ask(() => readJourneys(redis, keys, persons)),
    commit: (commit) =>
      ask(() => {
        const { token, from: next, meta } = commit
        const fence = { token, next, generation: meta.generation }
        return runFenced(redis, keys.meta, fence, writeOfCommit(keys, commit))
      }),
    forgetHours: (token, hours) =>
      ask(() => {
        const fence = { token, next: 'any' } as const
        return runFenced(redis, keys.meta, fence, writeOfForgetting(keys, hours))
      }),
  }
}
