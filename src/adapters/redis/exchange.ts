// One exchange with Redis. Its errors come as ours, and a connection that has fallen silent is
// given up: TCP would wait for many minutes.
import type { RedisClient } from './connect.ts'
import { isTimeout, redisError } from './errors.ts'

/** Throws TributaryError TRIBUTARY_REDIS_UNAVAILABLE; what was asked may have been done. */
export async function exchange<T>(redis: RedisClient, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (isTimeout(error)) redis.disconnect(true)
    throw redisError(redis, error)
  }
}
