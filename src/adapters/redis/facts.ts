// What `tributary doctor` has to know of a Redis: how it is set up, and whether our user may do all
// that the worker does. That is tried out on keys of nobody's partition, which are gone afterwards.
import type { RedisClient } from './connect.ts'
import { redisError } from './errors.ts'
import { exchange } from './exchange.ts'
import { NOBODYS_PARTITION, refusalOf } from './health.ts'
import { readInfo, reignIn } from './info.ts'
import { partitionKeys } from './keys.ts'
import { OWNER_FIELD, ownerOf } from './meta-fields.ts'
import { PackedWrite } from './packed-write.ts'
import { runFenced } from './run-script.ts'

export interface RedisFacts {
  readonly version: string
  readonly isCluster: boolean
  /** `master` or `slave`, in Redis' words. */
  readonly role: string
  /** Must be `noeviction`. */
  readonly evictionPolicy: string
  readonly isAppendOnly: boolean
  readonly usedBytes: number
  /** 0: as much as there is. */
  readonly maxBytes: number
  /** Why it would refuse a commit now, or what our user may not do; '': it takes all. */
  readonly refusal: string
}

/** Of a cluster, the node of one key stands for all. Throws TRIBUTARY_REDIS_UNAVAILABLE. */
export function redisFacts(redis: RedisClient, topic: string): Promise<RedisFacts> {
  return exchange(redis, async () => {
    const info = await readInfo(redis, partitionKeys(topic, NOBODYS_PARTITION).meta)
    const refusal = refusalOf(info)
    return {
      version: info['redis_version'] ?? '',
      isCluster: info['cluster_enabled'] === '1',
      role: info['role'] ?? '',
      evictionPolicy: info['maxmemory_policy'] ?? '',
      isAppendOnly: info['aof_enabled'] === '1',
      usedBytes: Number(info['used_memory']),
      maxBytes: Number(info['maxmemory']),
      refusal: refusal === '' ? await tryOut(redis, topic, reignIn(info)) : refusal,
    }
  })
}

/** Every command that the state store uses, once; '' or the first refusal. */
async function tryOut(redis: RedisClient, topic: string, reign: string): Promise<string> {
  const { meta, dictionary, due } = partitionKeys(topic, NOBODYS_PARTITION)
  const fence = { token: 'doctor', next: 'any' } as const
  const write = new PackedWrite().begin('set', dictionary, 2).text('field').text('value')
  write.begin('unset', dictionary, 1).text('field').begin('append', due(0), 1).text('person')
  const clear = new PackedWrite().begin('drop', dictionary, 0).begin('drop', due(0), 0)
  clear.begin('drop', meta, 0)
  const steps: readonly (() => Promise<unknown>)[] = [
    () => redis.hset(meta, OWNER_FIELD, ownerOf(fence.token, reign)),
    () => redis.hmget(meta, 'field'),
    () => runFenced(redis, meta, fence, write),
    () => redis.hgetall(meta),
    () => redis.hkeys(meta),
    () => redis.hlen(meta),
    () => redis.mget(due(0)),
    () => redis.hdel(meta, 'field'),
    () => runFenced(redis, meta, fence, clear),
    () => redis.unlink(meta),
  ]
  let refusal = ''
  for (const step of steps) {
    try {
      if ((await step()) === 'fenced' && refusal === '') refusal = 'INFO is of another server'
    } catch (error) {
      if (refusal === '') refusal = redisError(redis, error).message
    }
  }
  return refusal
}
