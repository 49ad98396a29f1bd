// What befalls the Redis of a run: it forgets the end of its log, falls silent, is full, becomes a
// replica, loads for a while, is killed. After each it is as it was.
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { partitionKeys } from '../../src/adapters/redis/keys.ts'
import type { Draw } from '../logs/moves.ts'
import type { PrivateRedis } from '../services/private-redis.ts'
import { PARTITION_NUMBERS, TOPIC } from './surroundings.ts'
import { until } from './until.ts'

/** A twentieth of a second per key; commands are answered meanwhile. */
const SLOW_LOADING = ['--key-load-delay', '2000', '--loading-process-events-interval-bytes', '1024']
const GROWTH_MIN = 40_000
const CUT_BYTES_MAX = 400_000

async function asOperator<T>(server: PrivateRedis, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(server.url, { retryStrategy: () => 20, enableReadyCheck: false })
  redis.on('error', () => {})
  try {
    return await work(redis)
  } finally {
    redis.disconnect()
  }
}

const METAS = PARTITION_NUMBERS.map((partition) => partitionKeys(TOPIC, partition).meta)
/** 0: no state yet. */
const positions = (redis: Redis): Promise<number[]> =>
  Promise.all(METAS.map(async (meta) => Number(await redis.hget(meta, 'next'))))

/** Every partition has a state, and its log holds what came since. */
export async function haveBegun(server: PrivateRedis): Promise<void> {
  await until('every partition has a state', () =>
    asOperator(server, async (redis) => (await positions(redis)).every((next) => next > 0)),
  )
  await settle(server)
}

/** By how many bytes its log has grown since it began anew. */
const growth = (server: PrivateRedis): Promise<number> =>
  asOperator(server, async (redis) => {
    const info = await redis.info('persistence')
    const size = (name: string): number => Number(new RegExp(`${name}:(\\d+)`).exec(info)?.[1])
    return size('aof_current_size') - size('aof_base_size')
  })

/**
 * Stops it, cuts up to half of what its log has grown by since it began, and starts it again.
 * Resolves to whether a position has gone back.
 */
export async function rewind(server: PrivateRedis, draw: Draw): Promise<boolean> {
  await until('there is something to forget', async () => (await growth(server)) > GROWTH_MIN)
  const before = await asOperator(server, positions)
  const grown = await growth(server)
  await server.stop()
  const most = Math.min(CUT_BYTES_MAX, Math.floor(grown / 2))
  server.cutLog(draw(Math.floor(most / 8), most))
  await restartWhole(server)
  const after = await asOperator(server, positions)
  return after.some((next, i) => next < before[i]!)
}

export const stall = async (server: PrivateRedis, draw: Draw): Promise<void> => {
  server.freeze()
  await sleep(draw(1_000, 4_000))
  server.thaw()
}

export const fill = (server: PrivateRedis, draw: Draw): Promise<void> =>
  asOperator(server, async (redis) => {
    await redis.config('SET', 'maxmemory', '1')
    await sleep(draw(1_000, 3_000))
    await redis.config('SET', 'maxmemory', '0')
  })

export const follow = (server: PrivateRedis, draw: Draw): Promise<void> =>
  asOperator(server, async (redis) => {
    await redis.replicaof('127.0.0.1', 1)
    await sleep(draw(1_000, 3_000))
    await redis.replicaof('NO', 'ONE')
  })

/** Its log begins anew behind a snapshot, which no rewind reaches. */
export const settle = (server: PrivateRedis): Promise<void> =>
  asOperator(server, async (redis) => {
    await redis.call('BGREWRITEAOF')
    while (/rewrite_(in_progress|scheduled):1/.test(await redis.info('persistence'))) {
      await sleep(20)
    }
  })

/** The snapshot is loaded key by key. */
export async function load(server: PrivateRedis): Promise<void> {
  await settle(server)
  await server.restart({ args: SLOW_LOADING })
}

export async function kill(server: PrivateRedis, draw: Draw): Promise<void> {
  await server.kill()
  await sleep(draw(0, 2_000))
  await restartWhole(server)
}

/**
 * A transaction that is in the log in part is cut back to its last whole command, and that part
 * would be applied at the next start but one, together with the next transaction
 * (valkey-io/valkey#4342): a state that never was. So the log begins anew at once.
 */
async function restartWhole(server: PrivateRedis): Promise<void> {
  await server.restart()
  await settle(server)
}
