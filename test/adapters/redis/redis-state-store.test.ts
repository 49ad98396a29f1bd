// The Redis state store keeps the contract of the port, on a real server.
import { afterAll, expect, it } from 'vitest'
import { connectRedis } from '../../../src/adapters/redis/connect.ts'
import { redisStateStore } from '../../../src/adapters/redis/redis-state-store.ts'
import { META, commitOf, stateStoreContract } from '../../contract/state-store.contract.ts'
import { describeWithService, testName } from '../../services.ts'

describeWithService('redis', 'the state of a partition in Redis', (url) => {
  const redis = connectRedis(url)
  const topics: string[] = []
  const open = () => {
    const topic = testName('state')
    topics.push(topic)
    return redisStateStore(redis, topic, 0)
  }
  afterAll(async () => {
    for (const topic of topics) {
      const keys = await redis.keys(`tb:{${topic}/*`)
      if (keys.length > 0) await redis.del(keys)
    }
    redis.disconnect()
  })

  stateStoreContract(open)

  it('keeps all keys of a partition under one hash tag', async () => {
    const store = open()
    await store.acquire('owner-a')
    await store.create('owner-a', META)
    await store.commit(
      commitOf({
        persons: new Uint8Array(16),
        journeys: { bytes: Uint8Array.from([1]), ends: Int32Array.from([1]) },
        dictionary: [{ kind: 0, id: 0, value: 'x' }],
        dueAppended: [{ hour: 480_001, persons: new Uint8Array(16) }],
      }),
    )
    const keys = await redis.keys(`*${topics.at(-1)}*`)
    const tag = `tb:{${topics.at(-1)}/0}:`
    expect(keys.toSorted()).toEqual(['dict', 'due:480001', 'j:000', 'meta'].map((key) => tag + key))
  })

  it('goes on after the server has forgotten the script', async () => {
    const store = open()
    await store.acquire('owner-a')
    await redis.script('FLUSH')
    expect(await store.create('owner-a', META)).toBe('committed')
  })
})

it('says that Redis is unavailable, and what to check', async () => {
  const redis = connectRedis('redis://127.0.0.1:1')
  const answer = redisStateStore(redis, 'test', 0).owner()
  redis.disconnect()
  await expect(answer).rejects.toMatchObject({
    code: 'TRIBUTARY_REDIS_UNAVAILABLE',
    hint: expect.stringContaining('TRIBUTARY_REDIS__URL'),
  })
})
