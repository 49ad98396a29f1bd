// The Redis state store keeps the contract of the port, on a real server.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { connectRedis } from '../../../src/adapters/redis/connect.ts'
import type { RedisClient } from '../../../src/adapters/redis/connect.ts'
import { redisStateStore } from '../../../src/adapters/redis/redis-state-store.ts'
import { ANNA, META, bytes, commitOf } from '../../contract/state-samples.ts'
import { stateStoreContract } from '../../contract/state-store.contract.ts'
import { deleteKeys, describeWithService, testName } from '../../services.ts'

describeWithService('redis', 'the state of a partition in Redis', (url) => {
  let redis: RedisClient
  const topics: string[] = []
  const open = () => {
    const topic = testName('state')
    topics.push(topic)
    return redisStateStore(redis, topic, 0)
  }
  beforeAll(async () => {
    redis = await connectRedis({ url })
  })
  afterAll(async () => {
    for (const topic of topics) await deleteKeys(redis, topic)
    redis.disconnect()
  })

  stateStoreContract(open)

  const FULL = {
    persons: ANNA,
    journeys: bytes('anna'),
    dictionary: [{ kind: 0, id: 0, value: 'x' }],
    dueAppended: [{ hour: 480_001, persons: ANNA }],
    ledger: [{ hour: 480_000, fields: bytes('f'), values: bytes('v') }],
  }
  const keysThere = async () => (await redis.keys(`*${topics.at(-1)}*`)).toSorted()

  it('keeps all keys of a partition under one hash tag', async () => {
    const store = open()
    await store.acquire('owner-a')
    await store.create('owner-a', META)
    await store.commit(commitOf(FULL))
    const names = ['dict', 'due:480001', 'j:01', 'ledger:480000', 'meta']
    expect(await keysThere()).toEqual(names.map((name) => `tb:{${topics.at(-1)}/0}:${name}`))
  })

  it('leaves one key when it starts anew', async () => {
    const store = open()
    await store.acquire('owner-a')
    await store.create('owner-a', META)
    await store.commit(commitOf(FULL))
    await store.restart('owner-a', META)
    expect(await keysThere()).toEqual([`tb:{${topics.at(-1)}/0}:meta`])
  })

  it('goes on after the server has forgotten the script', async () => {
    const store = open()
    await store.acquire('owner-a')
    await redis.script('FLUSH')
    expect(await store.create('owner-a', META)).toBe('committed')
  })
})
