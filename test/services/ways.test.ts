// Where `npm test` takes services from, and what it says when the demanded way cannot be taken.
import { Redis } from 'ioredis'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Unavailable } from '../../deploy/local/unavailable.mjs'
import { connectEngine } from './containers.mjs'
import { serviceProvider } from './ways.mjs'

const ADDRESSES = {
  TEST_KAFKA_BROKERS: '127.0.0.1:9092',
  TEST_REDIS_URL: 'redis://tester:a-secret@127.0.0.1:6379',
  TEST_CLICKHOUSE_URL: 'http://127.0.0.1:8123',
}

describe('services of tests', () => {
  const said: string[] = []
  const say = (line: string) => said.push(line)
  const demand = (way: string, addresses: Readonly<Record<string, string>> = {}) => {
    vi.stubEnv('TEST_SERVICES', way)
    for (const name of Object.keys(ADDRESSES)) vi.stubEnv(name, addresses[name])
    return serviceProvider(say, say).start()
  }
  afterEach(() => {
    vi.unstubAllEnvs()
    said.length = 0
  })

  it('come from the environment where it names them, and no password is shown', async () => {
    const started = await demand('environment', ADDRESSES)
    expect(started).toEqual({ environment: ADDRESSES, failures: [] })
    expect(said.toSorted()).toEqual([
      'clickhouse TEST_CLICKHOUSE_URL: http://127.0.0.1:8123',
      'kafka      TEST_KAFKA_BROKERS: 127.0.0.1:9092',
      'redis      TEST_REDIS_URL: redis://…@127.0.0.1:6379',
    ])
    await expect(demand('', ADDRESSES)).resolves.toEqual(started)
  })

  it('come from nowhere else when the environment must name them and does not', async () => {
    const without = { ...ADDRESSES, TEST_REDIS_URL: '' }
    await expect(demand('environment', without)).rejects.toThrow('TEST_REDIS_URL is not set')
    await expect(demand('cloud')).rejects.toThrow('TEST_SERVICES=cloud is no way')
  })

  it('come from containers that are removed at the end, or it is said why not', async () => {
    try {
      const engine = await connectEngine(say)
      try {
        const redis = new Redis(`redis://${await engine.start('redis')}`)
        redis.on('error', () => {})
        expect(await redis.config('GET', 'maxmemory-policy')).toContain('noeviction')
        const ended = new Promise((resolve) => redis.once('close', resolve))
        await engine.removeAll()
        await ended
        redis.disconnect()
      } finally {
        await engine.removeAll()
      }
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error
      expect(error.message).toMatch(/no container engine answers|cannot be pulled|did not start/)
      expect(error.hint).toMatch(/dockerd|docker (pull|run)/)
    }
  })
})
