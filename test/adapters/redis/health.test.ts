// What is said of a Redis that cannot take what a worker writes, and what it does take when full.
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { connectRedis } from '../../../src/adapters/redis/connect.ts'
import type { RedisClient } from '../../../src/adapters/redis/connect.ts'
import { redisFacts } from '../../../src/adapters/redis/facts.ts'
import { pingRedis } from '../../../src/adapters/redis/health.ts'
import { redisStateStore } from '../../../src/adapters/redis/redis-state-store.ts'
import { ANNA, META, bytes, commitOf, contentOf } from '../../contract/state-samples.ts'
import { describeWithPrivate } from '../../services/describe-with-private.ts'
import { startPrivateRedis } from '../../services/private-redis.ts'
import type { PrivateRedis } from '../../services/private-redis.ts'

const TOPIC = 'test'

describeWithPrivate(['redis'], 'a Redis', () => {
  let server: PrivateRedis
  let redis: RedisClient
  let operator: RedisClient
  let partition = 0
  beforeAll(async () => {
    server = await startPrivateRedis()
    redis = await connectRedis({ url: server.url })
    operator = await connectRedis({ url: server.url })
  })
  afterEach(async () => {
    await vi.waitFor(
      () =>
        Promise.all([
          operator.replicaof('NO', 'ONE'),
          operator.config('SET', 'maxmemory', '0', 'maxmemory-policy', 'noeviction'),
          operator.config('SET', 'replica-read-only', 'yes'),
        ]),
      { timeout: 60_000, interval: 20 },
    )
  })
  afterAll(async () => {
    redis.disconnect()
    operator.disconnect()
    await server.remove()
  })

  const isHealthy = () => pingRedis(redis, TOPIC)
  const setMax = (bytesMax: string) => operator.config('SET', 'maxmemory', bytesMax)

  it('is described', async () => {
    await setMax('1gb')
    expect(await redisFacts(redis, TOPIC)).toEqual({
      version: expect.stringMatching(/^\d+\.\d+/) as string,
      isCluster: false,
      role: 'master',
      evictionPolicy: 'noeviction',
      isAppendOnly: true,
      usedBytes: expect.any(Number) as number,
      maxBytes: 1 << 30,
      refusal: '',
    })
    expect(await redis.keys('*')).toEqual([])
  })

  it('is well, and being asked changes nothing', async () => {
    await isHealthy()
    expect(await redis.keys('*')).toEqual([])
  })

  it('is a replica', async () => {
    await operator.replicaof('127.0.0.1', 1)
    await expect(isHealthy()).rejects.toMatchObject({
      message: expect.stringContaining('READONLY') as string,
      hint: expect.stringContaining('primary') as string,
    })
    await operator.config('SET', 'replica-read-only', 'no')
    await vi.waitFor(() => expect(isHealthy()).rejects.toThrow('it is a slave'), {
      timeout: 60_000,
    })
    expect(await redisFacts(redis, TOPIC)).toMatchObject({
      role: 'slave',
      refusal: expect.stringContaining('READONLY') as string,
    })
  })

  it('is full', async () => {
    await setMax('1')
    await expect(isHealthy()).rejects.toThrow('OOM')
    const { refusal } = await redisFacts(redis, TOPIC)
    expect(refusal).toContain('OOM')
  })

  it('may evict', async () => {
    await operator.config('SET', 'maxmemory-policy', 'allkeys-lru')
    expect(await redisStateStore(redis, TOPIC, 0).evictionPolicy()).toBe('allkeys-lru')
    expect(await redisFacts(redis, TOPIC)).toMatchObject({ evictionPolicy: 'allkeys-lru' })
  })

  it('is silent: said soon, not after as long as a commit may take', async () => {
    server.freeze()
    await expect(pingRedis(redis, TOPIC, 100)).rejects.toThrow('no answer in time')
    server.thaw()
    await isHealthy()
  })

  it('that is full refuses all of a commit, takes what makes room, and then the commit', async () => {
    const store = redisStateStore(redis, TOPIC, partition++)
    await store.acquire('owner-a')
    await store.create('owner-a', META)
    const hour = { hour: 480_000, fields: bytes('f'), values: bytes('v') }
    const first = commitOf({
      persons: ANNA,
      journeys: bytes('anna'),
      dueAppended: [{ hour: 480_001, persons: ANNA }],
      ledger: [hour],
    })
    await store.commit(first)
    const before = await contentOf(store, ANNA)
    const meta = { ...META, next: 120 }
    const second = commitOf({
      from: 110,
      meta,
      persons: ANNA,
      journeys: bytes(''),
      dueDropped: [480_001],
    })
    await setMax('1')
    await expect(store.commit(second)).rejects.toThrow('OOM')
    expect(await contentOf(store, ANNA)).toEqual(before)
    expect(await store.forgetHours('owner-a', [480_000])).toBe('committed')
    expect(await store.loadLedger()).toEqual([])
    expect(await store.restart('owner-a', { ...META, next: 110 })).toBe('committed')
    await setMax('0')
    expect(await store.commit(second)).toBe('committed')
  })

  it('has no owner any more when it becomes the master again', async () => {
    const store = redisStateStore(redis, TOPIC, partition++)
    await store.acquire('owner-a')
    await store.create('owner-a', META)
    await operator.replicaof('127.0.0.1', '1')
    await operator.replicaof('NO', 'ONE')
    expect(await store.owner()).toEqual({ token: null, meta: META })
    expect(await store.commit(commitOf({}))).toBe('fenced')
    await store.acquire('owner-a')
    expect(await store.commit(commitOf({}))).toBe('committed')
  })
})
