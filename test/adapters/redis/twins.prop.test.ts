// The fence is Lua, and simulations stand on its twin in memory: told the same, the script on a
// real Redis and the twin answer the same and hold the same bytes after every step, over thousands
// of spans: cut, sent again, by the right owner or a wrong one, at the right place or a wrong one.
import { afterAll, beforeAll, expect, it } from 'vitest'
import fc from 'fast-check'
import { MemoryStateStore } from '../../../src/adapters/memory/memory-state-store.ts'
import { connectRedis } from '../../../src/adapters/redis/connect.ts'
import type { RedisClient } from '../../../src/adapters/redis/connect.ts'
import { redisStateStore } from '../../../src/adapters/redis/redis-state-store.ts'
import type { StateStore } from '../../../src/ports/state-store.ts'
import { contentOf } from '../../contract/state-samples.ts'
import { EVERYBODY, Teller, lifeOf } from '../../contract/told-spans.ts'
import { deleteKeys, describeWithService, testName } from '../../services.ts'

const LIVES = 100
const STEPS = 23
const SPANS = 2_000
/** Steps between two looks at all that is held: reading costs more than writing. */
const COMPARED_EVERY = 5

describeWithService('redis', 'Redis and its twin in memory', (url) => {
  let redis: RedisClient
  const topic = testName('twins')
  let partition = 0
  beforeAll(async () => {
    redis = await connectRedis({ url })
  })
  afterAll(async () => {
    await deleteKeys(redis, topic)
    redis.disconnect()
  })

  it(`say and hold the same over ${SPANS} spans and what comes between them`, async () => {
    /** `kind answer`, how often. */
    const heard = new Map<string, number>()
    await fc.assert(
      fc.asyncProperty(lifeOf(STEPS), async (steps) => {
        const real = redisStateStore(redis, topic, partition++)
        const twin = new MemoryStateStore()
        const teller = new Teller(twin)
        for (const [i, step] of steps.entries()) {
          for await (const { kind, tell } of teller.tellings(step)) {
            const [answer, expected] = await Promise.all([tell(real), tell(twin)])
            expect(answer).toEqual(expected)
            const line = `${kind} ${typeof answer === 'string' ? answer : 'done'}`
            heard.set(line, (heard.get(line) ?? 0) + 1)
          }
          if (i % COMPARED_EVERY < COMPARED_EVERY - 1 && i < steps.length - 1) continue
          const [held, wanted] = await Promise.all([real, twin].map(contentOfAll))
          expect(held).toEqual(wanted)
        }
      }),
      { numRuns: LIVES },
    )
    const often = (line: string): number => heard.get(line) ?? 0
    expect(often('span committed') + often('span fenced')).toBeGreaterThan(SPANS)
    // Each way was gone, both where it leads on and where it does not.
    const ways = ['span', 'again', 'create', 'restart', 'forget']
    const rare = ways.flatMap((way) => [`${way} committed`, `${way} fenced`])
    expect(rare.filter((line) => often(line) === 0)).toEqual([])
  })
})

const contentOfAll = async (store: StateStore) => ({
  ...(await contentOf(store, EVERYBODY)),
  token: (await store.owner()).token,
})
