// The state of one partition in Redis (DESIGN section 6). Reads are plain commands; every write but
// taking ownership goes through `commit.lua`, which checks the fence and writes all or nothing.
import type { Redis } from 'ioredis'
import type { StateStore } from '../../ports/state-store.ts'
import { redisError } from './errors.ts'
import { FencedWrite, writeOfCommit, writeOfForgetting, writeOfRestart } from './fenced-write.ts'
import { partitionKeys } from './keys.ts'
import { decodeMeta, encodeMeta, OWNER_FIELD } from './meta-fields.ts'
import { countJourneys, readDictionary, readDue, readJourneys, readLedger } from './reads.ts'
import { runFenced } from './run-script.ts'

/** Runs an exchange with Redis; its errors come as ours. */
async function ask<T>(exchange: () => Promise<T>): Promise<T> {
  try {
    return await exchange()
  } catch (error) {
    throw redisError(error)
  }
}

/** @param redis from `connectRedis`: its errors must not hide a repeated command */
export function redisStateStore(redis: Redis, topic: string, partition: number): StateStore {
  const keys = partitionKeys(topic, partition)
  return {
    acquire: (token) =>
      ask(async () => {
        await redis.hset(keys.meta, OWNER_FIELD, token)
        return decodeMeta(await redis.hgetall(keys.meta))
      }),
    create: (token, meta) =>
      ask(() => {
        const write = new FencedWrite().add('set', keys.meta, ...encodeMeta(meta))
        return runFenced(redis, keys.meta, { token, next: 'absent' }, write)
      }),
    countJourneys: () => ask(() => countJourneys(redis, keys)),
    evictionPolicy: () =>
      ask(async () => {
        const policy = /^maxmemory_policy:(\S+)/m.exec(await redis.info('memory'))?.[1]
        if (policy === undefined) throw new Error('INFO names no maxmemory_policy')
        return policy === 'noeviction' ? null : policy
      }),
    restart: (token, meta) =>
      ask(async () => {
        const write = writeOfRestart(keys, await redis.hkeys(keys.meta), meta)
        return runFenced(redis, keys.meta, { token, next: 'any' }, write)
      }),
    owner: () =>
      ask(async () => {
        const fields = await redis.hgetall(keys.meta)
        return { token: fields[OWNER_FIELD] ?? null, meta: decodeMeta(fields) }
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
      ask(() =>
        runFenced(redis, keys.meta, { token, next: 'any' }, writeOfForgetting(keys, hours)),
      ),
  }
}
