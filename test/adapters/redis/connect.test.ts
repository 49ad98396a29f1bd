// What a connection does when all is well is the contract suite's; here: how it begins, what it
// says when it cannot be had, and that it neither waits nor repeats when it breaks.
import { expect, it, vi } from 'vitest'
import { connectRedis } from '../../../src/adapters/redis/connect.ts'
import type { RedisClient, RedisConnectOptions } from '../../../src/adapters/redis/connect.ts'
import { redisStateStore } from '../../../src/adapters/redis/redis-state-store.ts'
import { META } from '../../contract/state-samples.ts'
import { makeCertificates } from '../../services/certificates.ts'
import { describeWithPrivate } from '../../services/describe-with-private.ts'
import { startPrivateRedis } from '../../services/private-redis.ts'

const NEVER_MS = 3_600_000
const WAIT = { timeout: 60_000, interval: 20 }

/** Connects for as long as `use` takes. */
async function connected<T>(
  options: RedisConnectOptions,
  use: (redis: RedisClient) => Promise<T>,
): Promise<T> {
  const redis = await connectRedis(options)
  try {
    return await use(redis)
  } finally {
    redis.disconnect()
  }
}
const ping = (options: RedisConnectOptions) => connected(options, (redis) => redis.ping())
const unavailable = (text: string) => ({
  code: 'TRIBUTARY_REDIS_UNAVAILABLE',
  message: expect.stringContaining(text) as string,
})

it.each(['127.0.0.1', 'localhost'])('says at once that nobody is at %s', async (host) => {
  await expect(ping({ url: `redis://${host}:1` })).rejects.toMatchObject({
    ...unavailable('ECONNREFUSED'),
    hint: expect.stringContaining('TRIBUTARY_REDIS__URL') as string,
  })
})

it.each(['redis://', 'redis://host/zero', 'redis://host?db=1', 'no address'])(
  'refuses the address %s',
  async (url) => {
    await expect(ping({ url })).rejects.toMatchObject({ code: 'TRIBUTARY_CONFIG' })
  },
)

describeWithPrivate(['redis', 'openssl'], 'a connection to Redis', () => {
  it('logs in as the user of the address, and says why it is not let in', async () => {
    const server = await startPrivateRedis({ users: ['user a@b on >se:cret/ ~* +@all'] })
    const url = (login: string) => `redis://${login}@127.0.0.1:${server.port}`
    const whoami = { url: url('a%40b:se%3Acret%2F') }
    expect(await connected(whoami, (redis) => redis.call('ACL', 'WHOAMI'))).toBe('a@b')
    await expect(ping({ url: url('a%40b:wrong') })).rejects.toMatchObject(unavailable('WRONGPASS'))
    await server.remove()
  })

  it('speaks TLS with those whom its authority knows, with a certificate of its own', async () => {
    const tls = makeCertificates()
    const server = await startPrivateRedis({ tls, options: { 'tls-auth-clients': 'yes' } })
    const own = { tlsCertFile: tls.client.certificate, tlsKeyFile: tls.client.key }
    const url = server.tlsUrl
    expect(await ping({ url, tlsCaFile: tls.authority, ...own })).toBe('PONG')
    await expect(ping({ url, ...own })).rejects.toMatchObject(unavailable('certificate'))
    const other = { url, tlsCaFile: tls.otherAuthority, ...own }
    await expect(ping(other)).rejects.toMatchObject(unavailable('certificate'))
    const another = url.replace('localhost', 'localhost.localdomain')
    await expect(ping({ url: another, tlsCaFile: tls.authority })).rejects.toMatchObject({
      code: 'TRIBUTARY_REDIS_UNAVAILABLE',
    })
    await expect(ping({ url, tlsCaFile: '/nowhere.pem' })).rejects.toMatchObject({
      code: 'TRIBUTARY_CONFIG',
    })
    await server.remove()
  })

  it('waits for a Redis that is loading its data, but keeps nothing for later', async () => {
    const server = await startPrivateRedis({ options: { 'enable-debug-command': 'yes' } })
    const { url } = server
    const filling = await connectRedis({ url, commandTimeoutMs: NEVER_MS })
    const store = redisStateStore(filling, 'test', 0)
    await filling.call('DEBUG', 'POPULATE', '200', 'test', '1000')
    await filling.call('BGREWRITEAOF')
    await vi.waitFor(async () => {
      expect(await filling.info('persistence')).toMatch(/aof_rewrite_in_progress:0/)
    }, WAIT)
    await server.restart({ args: ['--key-load-delay', '20000'], ready: false })
    await vi.waitFor(() => expect(server.log()).toMatch(/Reading RDB base file/), WAIT)
    await expect(store.acquire('late')).rejects.toMatchObject({
      code: 'TRIBUTARY_REDIS_UNAVAILABLE',
    })
    expect(await connected({ url }, (redis) => redis.dbsize())).toBe(200)
    await vi.waitFor(() => filling.ping(), WAIT)
    expect((await store.owner()).token).toBeNull()
    filling.disconnect()
    await server.remove()
  })

  it('fails at once what is under way when it breaks, and what follows until it is back', async () => {
    const server = await startPrivateRedis()
    const redis = await connectRedis({ url: server.url, commandTimeoutMs: NEVER_MS })
    const store = redisStateStore(redis, 'test', 0)
    server.freeze()
    const asked = expect(store.owner()).rejects.toMatchObject({
      code: 'TRIBUTARY_REDIS_UNAVAILABLE',
    })
    await server.kill()
    await asked
    await expect(store.acquire('late')).rejects.toMatchObject(unavailable('ECONN'))
    await server.restart()
    await vi.waitFor(() => store.owner(), WAIT)
    expect(await store.owner()).toEqual({ token: null, meta: null })
    redis.disconnect()
    await server.remove()
  })

  it('gives up a connection that has fallen silent, and what was asked is not asked again', async () => {
    const server = await startPrivateRedis()
    const redis = await connectRedis({ url: server.url, commandTimeoutMs: 300 })
    const store = redisStateStore(redis, 'test', 0)
    await store.acquire('owner-a')
    server.freeze()
    await expect(store.owner()).rejects.toMatchObject(unavailable('no answer in time'))
    await vi.waitFor(() => expect(redis.status).not.toBe('ready'), WAIT)
    await expect(store.acquire('late')).rejects.toMatchObject({
      code: 'TRIBUTARY_REDIS_UNAVAILABLE',
    })
    server.thaw()
    await vi.waitFor(() => store.owner(), WAIT)
    expect((await store.owner()).token).toBe('owner-a')
    expect(await store.create('owner-a', META)).toBe('committed')
    redis.disconnect()
    await server.remove()
  })

  it('puts no key and no value into an error', async () => {
    const server = await startPrivateRedis()
    await server.restart({ args: ['--rename-command', 'HMGET', 'ANOTHER'] })
    await connected({ url: server.url }, async (redis) => {
      const store = redisStateStore(redis, 'test', 0)
      const person = Buffer.from('sixteen  letters')
      const error: unknown = await store.loadJourneys(person).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject(unavailable('unknown command'))
      const said = JSON.stringify(error, Object.getOwnPropertyNames(error)).toLowerCase()
      expect(said).not.toContain('letters')
      expect(said).not.toContain(person.toString('hex'))
    })
    await server.remove()
  })
})
