// The user of src/adapters/redis/README.md may do what a worker does and nothing else, and whoever
// may do less is told so before anything is written.
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectRedis } from '../../../src/adapters/redis/connect.ts'
import type { RedisClient } from '../../../src/adapters/redis/connect.ts'
import { redisFacts } from '../../../src/adapters/redis/facts.ts'
import { redisStateStore } from '../../../src/adapters/redis/redis-state-store.ts'
import { ANNA, META, bytes, commitOf, contentOf } from '../../contract/state-samples.ts'
import { stateStoreContract } from '../../contract/state-store.contract.ts'
import { describeWithPrivate } from '../../services/describe-with-private.ts'
import { startPrivateRedis } from '../../services/private-redis.ts'
import type { PrivateRedis } from '../../services/private-redis.ts'

const README = new URL('../../../src/adapters/redis/README.md', import.meta.url)
const USER = /^user tributary .*$/m.exec(readFileSync(README, 'utf8'))?.[0] ?? ''
const COMMANDS = [...USER.matchAll(/\+(\w+)/g)].map(([, command]) => command!)
const TOPIC = 'events'

describeWithPrivate(['redis'], 'under the documented user', () => {
  let server: PrivateRedis
  let redis: RedisClient
  let almighty: RedisClient
  let partition = 0
  beforeAll(async () => {
    server = await startPrivateRedis({ users: [USER] })
    almighty = await connectRedis({ url: server.url })
    redis = await connectRedis({ url: server.url.replace('//', '//tributary:secret@') })
  })
  afterAll(async () => {
    redis.disconnect()
    almighty.disconnect()
    await server.remove()
  })

  stateStoreContract(() => redisStateStore(redis, TOPIC, partition++))

  it('nothing was refused that a worker sends', async () => {
    expect(await redisStateStore(redis, TOPIC, partition++).owner()).toMatchObject({ meta: null })
    const refused = (await almighty.acl('LOG')) as unknown[]
    expect(refused).toEqual([])
  })

  it.each([
    ['the state of another topic', () => redisStateStore(redis, 'event', 0).owner()],
    ['other keys', () => redis.hgetall('events')],
    ['other commands', () => redis.keys('*')],
    ['settings', () => redis.config('GET', '*')],
  ])('refuses %s', async (_, ask) => {
    await expect(ask()).rejects.toThrow('NOPERM')
  })

  describe('and one command less', () => {
    const without = async <T>(command: string, use: () => Promise<T>): Promise<T> => {
      await almighty.acl('SETUSER', 'tributary', `-${command}`)
      try {
        return await use()
      } finally {
        await almighty.acl('SETUSER', 'tributary', `+${command}`)
      }
    }

    // INFO is what everything else is asked with, EVAL is for a server that lacks the script.
    it.each(COMMANDS.filter((command) => command !== 'info' && command !== 'eval'))(
      'is noticed: %s',
      async (command) => {
        expect((await redisFacts(redis, TOPIC)).refusal).toBe('')
        const { refusal } = await without(command, () => redisFacts(redis, TOPIC))
        expect(refusal).toContain('NOPERM')
        expect(await redisFacts(redis, TOPIC)).toMatchObject({ refusal: '' })
        expect(await almighty.keys('*/-1}*')).toEqual([])
      },
    )

    it.each(['hdel', 'append', 'unlink'])('no commit is written in part: %s', async (command) => {
      const store = redisStateStore(redis, TOPIC, partition++)
      await store.acquire('owner-a')
      await store.create('owner-a', META)
      const before = await contentOf(store, ANNA)
      const commit = commitOf({
        persons: ANNA,
        journeys: bytes('anna'),
        dueAppended: [{ hour: 480_001, persons: ANNA }],
        dueDropped: [480_000],
        ledger: [{ hour: 480_000, fields: bytes('f'), values: bytes('v') }],
      })
      await without(command, () => expect(store.commit(commit)).rejects.toThrow('NOPERM'))
      expect(await contentOf(store, ANNA)).toEqual(before)
      expect(await store.commit(commit)).toBe('committed')
    })
  })
})
