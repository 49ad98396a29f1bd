// The same on Redis Cluster: one node that owns all slots refuses whatever a cluster of many would.
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { Cluster } from 'ioredis'
import { connectRedis } from '../../../src/adapters/redis/connect.ts'
import type { RedisClient } from '../../../src/adapters/redis/connect.ts'
import { redisFacts } from '../../../src/adapters/redis/facts.ts'
import { pingRedis } from '../../../src/adapters/redis/health.ts'
import { redisStateStore } from '../../../src/adapters/redis/redis-state-store.ts'
import { META } from '../../contract/state-samples.ts'
import { stateStoreContract } from '../../contract/state-store.contract.ts'
import { makeCertificates } from '../../services/certificates.ts'
import { describeWithPrivate } from '../../services/describe-with-private.ts'
import { startPrivateRedis } from '../../services/private-redis.ts'
import type { PrivateRedis } from '../../services/private-redis.ts'

const WAIT = { timeout: 60_000, interval: 20 }
const USER =
  'user tributary on >secret ~tb:{test/* -@all +cluster|slots +cluster|info ' +
  '+evalsha +eval +hset +hdel +hgetall +hkeys +hlen +hmget +mget +append +unlink +info'

describeWithPrivate(['redis', 'openssl'], 'on Redis Cluster', () => {
  let server: PrivateRedis
  let redis: RedisClient
  let partition = 0
  beforeAll(async () => {
    server = await startPrivateRedis({ cluster: true, users: [USER] })
    redis = await connectRedis({
      url: server.url.replace('//', '//tributary:secret@'),
      commandTimeoutMs: 1_000,
    })
  })
  afterAll(async () => {
    redis.disconnect()
    await server.remove()
  })

  it('is recognised', async () => {
    expect(redis).toBeInstanceOf(Cluster)
    expect(await redisFacts(redis, 'test')).toMatchObject({ isCluster: true, refusal: '' })
  })

  stateStoreContract(() => redisStateStore(redis, 'test', partition++))

  it('speaks TLS with every node', async () => {
    const tls = makeCertificates()
    const options = { 'tls-cluster': 'yes' }
    const safe = await startPrivateRedis({ cluster: true, tls, options })
    const client = await connectRedis({ url: safe.tlsUrl, tlsCaFile: tls.authority })
    expect(client).toBeInstanceOf(Cluster)
    expect(await redisStateStore(client, 'test', 0).acquire('owner-a')).toBeNull()
    client.disconnect()
    await safe.remove()
  })

  it('says so when the node is gone, and goes on when it is back', async () => {
    const store = redisStateStore(redis, 'test', partition++)
    await store.acquire('owner-a')
    await store.create('owner-a', META)
    await server.stop()
    await expect(store.owner()).rejects.toMatchObject({ code: 'TRIBUTARY_REDIS_UNAVAILABLE' })
    await expect(pingRedis(redis, 'test')).rejects.toMatchObject({
      code: 'TRIBUTARY_REDIS_UNAVAILABLE',
    })
    await server.restart()
    await vi.waitFor(() => pingRedis(redis, 'test'), WAIT)
    // The state is there; who owned it has to take it over anew.
    expect(await store.owner()).toEqual({ token: null, meta: META })
    expect(await store.restart('owner-a', META)).toBe('fenced')
    await store.acquire('owner-a')
    expect(await store.owner()).toEqual({ token: 'owner-a', meta: META })
    expect(await store.restart('owner-a', META)).toBe('committed')
  })

  it('gives up a node that has fallen silent', async () => {
    const store = redisStateStore(redis, 'test', partition++)
    await store.acquire('owner-a')
    server.freeze()
    await expect(store.owner()).rejects.toThrow('no answer in time')
    await vi.waitFor(() => expect(redis.status).not.toBe('ready'), WAIT)
    server.thaw()
    await vi.waitFor(() => store.owner(), WAIT)
    expect((await store.owner()).token).toBe('owner-a')
  })
})
