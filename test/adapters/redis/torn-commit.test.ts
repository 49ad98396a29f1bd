// A Redis whose log ends within a transaction drops that transaction at its next start, but leaves
// a part of it in the log, and applies that part at the start after, together with the next
// transaction (redis 7.0; valkey-io/valkey#4342): a state that never was. It must be noticed.
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Redis } from 'ioredis'
import { connectRedis } from '../../../src/adapters/redis/connect.ts'
import type { RedisClient } from '../../../src/adapters/redis/connect.ts'
import { redisStateStore } from '../../../src/adapters/redis/redis-state-store.ts'
import { DEFAULT_SETTINGS } from '../../../src/core/settings.ts'
import type { StateStore } from '../../../src/ports/state-store.ts'
import { loadPartition } from '../../../src/runtime/acquire.ts'
import { ANNA, META, bytes, commitOf } from '../../contract/state-samples.ts'
import { describeWithPrivate } from '../../services/describe-with-private.ts'
import { startPrivateRedis } from '../../services/private-redis.ts'
import type { PrivateRedis } from '../../services/private-redis.ts'

const TOPIC = 'test_torn'

describeWithPrivate(['redis'], 'a commit of which Redis has kept a part', () => {
  let server: PrivateRedis
  let redis: RedisClient
  beforeAll(async () => {
    server = await startPrivateRedis({ options: { appendfsync: 'always' } })
  })
  afterAll(() => redis.disconnect())

  async function connected(): Promise<StateStore> {
    redis = await connectRedis({ url: server.url })
    return redisStateStore(redis, TOPIC, 0)
  }

  it('is no state to go on from', async () => {
    const before = await connected()
    await before.acquire('owner-a')
    await before.create('owner-a', META)
    const journeys = { persons: ANNA, journeys: bytes('a'.repeat(200)) }
    expect(await before.commit(commitOf({ ...journeys, meta: { ...META, next: 110 } }))).toBe(
      'committed',
    )
    redis.disconnect()
    await server.stop()
    server.cutLog(100)
    await server.restart()

    const fallen = await connected()
    expect((await fallen.owner()).meta).toEqual(META)
    // A transaction of somebody else.
    await (redis as Redis).multi().set('{other}a', '1').set('{other}b', '2').exec()
    redis.disconnect()
    await server.restart()

    const after = await connected()
    const { meta } = await after.owner()
    expect(meta).toMatchObject({ next: 110, isTorn: true })
    const loading = loadPartition({ store: after, settings: DEFAULT_SETTINGS }, meta ?? META)
    await expect(loading).rejects.toMatchObject({ reason: 'state_incomplete' })

    // Begun anew, it is whole.
    await after.acquire('owner-b')
    expect(await after.restart('owner-b', META)).toBe('committed')
    expect((await after.owner()).meta).toEqual(META)
    expect(await after.commit(commitOf({ ...journeys, token: 'owner-b' }))).toBe('committed')
    expect((await after.owner()).meta).toEqual({ ...META, next: 110 })
  })
})
