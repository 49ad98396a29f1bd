// A connection on which an error tells the truth: nothing is sent twice behind the caller's back,
// since a repeated commit would come back as `fenced` although the first one was written.
import { Redis } from 'ioredis'

const COMMAND_TIMEOUT_MS = 10_000
const RECONNECT_MS_MAX = 1_000

/**
 * Connects in the background, and again after every loss; commands fail when there is no answer in
 * time.
 */
export function connectRedis(url: string): Redis {
  const redis = new Redis(url, {
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: null,
    commandTimeout: COMMAND_TIMEOUT_MS,
    retryStrategy: (attempt) => Math.min(50 * attempt, RECONNECT_MS_MAX),
  })
  // A lost connection is reported by the commands that fail for it; without a listener the library
  // prints.
  redis.on('error', () => {})
  return redis
}
