// Redis and memory, told the same, answer the same and hold the same: whatever is written,
// replaced, dropped and appended to in one commit, by the right owner or a wrong one.
import { afterAll, beforeAll, expect, it } from 'vitest'
import fc from 'fast-check'
import { MemoryStateStore } from '../../../src/adapters/memory/memory-state-store.ts'
import { connectRedis } from '../../../src/adapters/redis/connect.ts'
import type { RedisClient } from '../../../src/adapters/redis/connect.ts'
import { redisStateStore } from '../../../src/adapters/redis/redis-state-store.ts'
import type { StateStore } from '../../../src/ports/state-store.ts'
import { META, bytes, commitOf, contentOf, person, persons } from '../../contract/state-samples.ts'
import { deleteKeys, describeWithService, testName } from '../../services.ts'

const EVERYBODY = Array.from({ length: 6 }, (_, i) => person(i % 3, i))
const text = fc.string({ unit: 'binary', maxLength: 40 })
const hour = fc.integer({ min: 480_000, max: 480_003 })
const some = <T>(items: readonly T[]) => fc.subarray([...items])

const changes = fc.record({
  journeys: fc.uniqueArray(
    fc.tuple(fc.nat(EVERYBODY.length - 1), fc.oneof(fc.constant(''), text)),
    { selector: ([who]) => who },
  ),
  dictionary: fc.uniqueArray(fc.record({ kind: fc.nat(2), id: fc.nat(5), value: text }), {
    selector: ({ kind, id }) => `${kind}:${id}`,
  }),
  due: fc.uniqueArray(fc.tuple(hour, fc.array(fc.nat(5), { minLength: 1, maxLength: 4 })), {
    selector: ([at]) => at,
  }),
  dueDropped: some([480_000, 480_001, 480_002, 480_003]),
  ledger: fc.uniqueArray(fc.tuple(hour, fc.dictionary(text, text, { maxKeys: 4 })), {
    selector: ([at]) => at,
  }),
})
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('commit' as const), changes }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('forget' as const), hours: some([480_000, 480_001]) }),
  },
)
const steps = fc.array(
  fc.record({ step, isOwner: fc.nat(9).map((n) => n > 0), isNext: fc.nat(9).map((n) => n > 0) }),
  { minLength: 1, maxLength: 8 },
)
type Steps = typeof steps extends fc.Arbitrary<infer S> ? S : never

async function tell(store: StateStore, all: Steps): Promise<unknown[]> {
  await store.acquire('owner-a')
  const heard: unknown[] = [await store.create('owner-a', META)]
  for (const { step: one, isOwner, isNext } of all) {
    const { meta } = await store.owner()
    const token = isOwner ? 'owner-a' : 'owner-b'
    const next = meta?.next ?? 0
    if (one.kind === 'restart') heard.push(await store.restart(token, { ...META, next: next + 1 }))
    else if (one.kind === 'forget') {
      heard.push(await store.forgetHours(token, one.hours, isNext ? next : next + 1))
    } else {
      const { journeys, dictionary, due, dueDropped, ledger } = one.changes
      const commit = commitOf({
        token,
        from: isNext ? next : next + 1,
        meta: { ...META, next: next + 10, journeysBegun: next },
        persons: persons(...journeys.map(([who]) => EVERYBODY[who]!)),
        journeys: bytes(...journeys.map(([, value]) => value)),
        dictionary,
        dueDropped,
        dueAppended: due.map(([at, who]) => ({
          hour: at,
          persons: persons(...who.map((i) => EVERYBODY[i]!)),
        })),
        ledger: ledger.map(([at, rows]) => ({
          hour: at,
          fields: bytes(...Object.keys(rows)),
          values: bytes(...Object.values(rows)),
        })),
      })
      heard.push(await store.commit(commit))
    }
    heard.push(await contentOf(store, persons(...EVERYBODY)))
  }
  return heard
}

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

  it('say and hold the same', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const heard = await tell(redisStateStore(redis, topic, partition++), all)
        expect(heard).toEqual(await tell(new MemoryStateStore(), all))
      }),
      { numRuns: 40 },
    )
  })
})
