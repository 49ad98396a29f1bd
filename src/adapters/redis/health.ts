// Can the worker write now? For `/readyz`: quick, and it changes nothing.
import type { RedisClient } from './connect.ts'
import { redisError, SILENT } from './errors.ts'
import { exchange } from './exchange.ts'
import { readInfo } from './info.ts'
import { partitionKeys } from './keys.ts'

const TIMEOUT_MS = 2_000
/** A partition that no topic has: nothing is ever kept under its keys. */
export const NOBODYS_PARTITION = -1

/**
 * Resolves when Redis answers, is a primary and takes writes; of a cluster, one node stands for
 * all. Throws TributaryError TRIBUTARY_REDIS_UNAVAILABLE with the reason, at the latest after
 * `timeoutMs`.
 */
export async function pingRedis(
  redis: RedisClient,
  topic: string,
  timeoutMs = TIMEOUT_MS,
): Promise<void> {
  const { meta } = partitionKeys(topic, NOBODYS_PARTITION)
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(redisError(redis, SILENT)), timeoutMs)
  })
  // A write that finds nothing to do is refused where every write is.
  const asked = exchange(redis, async () => {
    const [info] = await Promise.all([readInfo(redis, meta), redis.hdel(meta, 'none')])
    const refusal = refusalOf(info)
    if (refusal !== '') throw new Error(refusal)
  })
  try {
    await Promise.race([asked, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Why it would not take what a commit writes, as far as INFO tells; '': nothing is known. */
export function refusalOf(info: Readonly<Record<string, string | undefined>>): string {
  if (info['role'] !== 'master') return `READONLY it is a ${info['role']}, not a primary`
  const max = Number(info['maxmemory'])
  const used = Number(info['used_memory']) - Number(info['mem_not_counted_for_evict'])
  return max > 0 && used >= max ? `OOM it holds ${used} of at most ${max} bytes` : ''
}
