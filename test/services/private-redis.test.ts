// The Redis that a test file has to itself does what tests of faults and security rely on.
import { readFileSync } from 'node:fs'
import { Cluster, Redis } from 'ioredis'
import type { RedisOptions } from 'ioredis'
import { afterEach, expect, it } from 'vitest'
import { makeCertificates, trusting } from './certificates.ts'
import { describeWithPrivate } from './describe-with-private.ts'
import { startPrivateRedis } from './private-redis.ts'
import type { PrivateRedis, PrivateRedisOptions } from './private-redis.ts'

describeWithPrivate(['redis', 'openssl'], 'a Redis of its own', () => {
  const servers: PrivateRedis[] = []
  const clients: { disconnect: () => void }[] = []
  const start = async (how: PrivateRedisOptions = {}) => {
    const server = await startPrivateRedis(how)
    servers.push(server)
    return server
  }
  const connect = (url: string, options: RedisOptions = {}) => {
    const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, ...options })
    client.on('error', () => {})
    clients.push(client)
    return client
  }
  afterEach(async () => {
    for (const client of clients.splice(0)) client.disconnect()
    for (const server of servers.splice(0)) await server.remove()
  })

  it('keeps over kill -9 what its log holds, and forgets what is cut off', async () => {
    // With everysec a write waits for a sync under way, and kill -9 can lose it.
    const server = await start({ options: { appendfsync: 'always' } })
    const before = connect(server.url)
    // The last entry of the log is longer than what will be cut off.
    await before.set('test_first', 'a')
    await before.set('test_second', 'b'.repeat(100))
    await server.kill()
    await server.restart()
    expect(await connect(server.url).mget('test_first', 'test_second')).toEqual([
      'a',
      'b'.repeat(100),
    ])
    await server.stop()
    server.cutLog(50)
    await server.restart()
    expect(await connect(server.url).mget('test_first', 'test_second')).toEqual(['a', null])
    await server.stop()
    expect(() => server.cutLog(1e9)).toThrow('append-only file holds')
  })

  it('is silent while it is frozen, and refuses writes beyond its memory', async () => {
    const server = await start({ options: { maxmemory: '100kb' } })
    server.freeze()
    const silent = connect(server.url, { commandTimeout: 100 })
    await expect(silent.ping()).rejects.toThrow('timed out')
    server.thaw()
    await expect(connect(server.url).set('test_key', 'a')).rejects.toThrow('OOM')
    await server.restart({ args: ['--maxmemory', '0'] })
    expect(await connect(server.url).set('test_key', 'a')).toBe('OK')
  })

  it('is a cluster of one node that owns all slots, after a restart too', async () => {
    const server = await start({ cluster: true })
    await server.restart()
    const cluster = new Cluster([{ host: '127.0.0.1', port: server.port }])
    clients.push(cluster)
    expect(await cluster.set('test_{tag}', 'a')).toBe('OK')
    const crossing = connect(server.url).mset('test_a', '1', 'test_b', '2')
    await expect(crossing).rejects.toThrow('CROSSSLOT')
  })

  it('serves TLS to those who trust its authority', async () => {
    const tls = makeCertificates()
    const server = await start({ tls })
    expect(await connect(server.tlsUrl, { tls: trusting(tls) }).ping()).toBe('PONG')
    let cause: unknown
    const distrusting = connect(server.tlsUrl, { tls: { ca: readFileSync(tls.otherAuthority) } })
    distrusting.on('error', (error) => (cause = error))
    await expect(distrusting.ping()).rejects.toThrow()
    expect(cause).toMatchObject({ code: 'SELF_SIGNED_CERT_IN_CHAIN' })
  })

  it('knows users', async () => {
    const server = await start({ users: ['user reader on >secret ~test_* +get'] })
    const reader = connect(server.url, {
      username: 'reader',
      password: 'secret',
      enableReadyCheck: false,
    })
    expect(await reader.get('test_key')).toBeNull()
    await expect(reader.set('test_key', 'a')).rejects.toThrow('NOPERM')
    await expect(reader.get('other')).rejects.toThrow('NOPERM')
  })
})
