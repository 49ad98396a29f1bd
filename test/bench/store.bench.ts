// What a commit to Redis and a read from it cost, on both sides: CPU per 1,000 journeys. A script's
// time is how long everybody else waits for it.
//
//   npm run bench store [-- --url redis://… --journeys N --rows N --rounds N]
import { parseArgs } from 'node:util'
import { connectRedis } from '../../src/adapters/redis/connect.ts'
import type { RedisClient } from '../../src/adapters/redis/connect.ts'
import { redisStateStore } from '../../src/adapters/redis/redis-state-store.ts'
import type { ByteList, Commit, PartitionMeta } from '../../src/ports/state-store.ts'

const TOPIC = `test_bench_${process.pid}`
const PERSONS = 100_000
const READ = 5_000
const TOKEN = 'bench'
const BASE: PartitionMeta = {
  next: 0,
  streamTimeMs: 1_750_000_000_000,
  lineage: '18446744073709551615',
  baseOffset: 0,
  generation: 1,
  fingerprint: 'f'.repeat(64),
  dueFromHour: 480_000,
  journeys: 0,
  journeysBegun: 0,
  dictionary: 0,
  lastRecord: '123456:0123456789abcdef',
  clusterId: 'abcdefghijklmnopqrstuv',
  group: 'tributary',
  topicId: 'topic-1',
  partitionCounts: '0:4',
  skips: '',
  goals: '["purchase","lead","signup","subscribe"]',
  activeAt: 0,
}

/** A small generator, so that every run writes the same. */
let seed = 1
const draw = (max: number): number => {
  seed = (seed * 48_271) % 2_147_483_647
  return seed % max
}

const people = Uint8Array.from({ length: PERSONS * 16 }, () => draw(256))

function listOf(count: number, lengthOf: () => number): ByteList {
  let end = 0
  const ends = Int32Array.from({ length: count }, () => (end += lengthOf()))
  return { bytes: Uint8Array.from({ length: end }, (_, i) => i * 7), ends }
}

/** Journeys of some 270 bytes; rows with keys that differ. */
function commitOf(from: number, first: number, journeys: number, rows: number): Commit {
  const fields = listOf(rows, () => 17 + 4 * draw(5))
  for (let i = 0; i < rows; i++) {
    const at = i === 0 ? 0 : fields.ends[i - 1]!
    fields.bytes[at] = i
    fields.bytes[at + 1] = i >> 8
  }
  return {
    token: TOKEN,
    from,
    meta: { ...BASE, next: from + 1 },
    persons: people.slice(first * 16, (first + journeys) * 16),
    journeys: listOf(journeys, () => 4 * (30 + draw(75))),
    dictionary: [],
    dueAppended: [{ hour: 480_100, persons: people.slice(0, 800) }],
    dueDropped: [],
    ledger: [{ hour: 480_000, fields, values: listOf(rows, () => 8 * (3 + draw(8))) }],
  }
}

interface Cost {
  readonly clientUs: number
  readonly serverUs: number
  readonly scriptUs: number
}

async function counters(redis: RedisClient): Promise<Cost> {
  const text = await redis.info('all')
  const number = (pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? 0)
  const { user, system } = process.cpuUsage()
  const [serverUser, serverSystem] = ['user', 'sys'].map((kind) =>
    number(new RegExp(`used_cpu_${kind}_main_thread:(\\S+)`)),
  )
  return {
    clientUs: user + system,
    serverUs: (serverUser! + serverSystem!) * 1e6,
    scriptUs: number(/cmdstat_evalsha:calls=\d+,usec=(\d+)/),
  }
}

async function costOf(redis: RedisClient, work: () => Promise<unknown>): Promise<Cost> {
  const before = await counters(redis)
  await work()
  const after = await counters(redis)
  return {
    clientUs: after.clientUs - before.clientUs,
    serverUs: after.serverUs - before.serverUs,
    scriptUs: after.scriptUs - before.scriptUs,
  }
}

const median = (list: readonly number[]): number =>
  list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)]!

function report(what: string, journeys: number, costs: readonly Cost[]): void {
  const of = (pick: (cost: Cost) => number): number => median(costs.map(pick))
  // Microseconds per journey are milliseconds per thousand.
  const [client, server] = [of(({ clientUs }) => clientUs), of(({ serverUs }) => serverUs)]
  console.log(
    `${what} ${journeys}: per 1,000 journeys client ${(client / journeys).toFixed(2)} ms, ` +
      `server ${(server / journeys).toFixed(2)} ms of CPU; ` +
      `in a script ${(of(({ scriptUs }) => scriptUs) / 1_000).toFixed(1)} ms`,
  )
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      url: { type: 'string', default: process.env['TEST_REDIS_URL'] ?? 'redis://127.0.0.1:6379' },
      journeys: { type: 'string', default: '3800' },
      rows: { type: 'string', default: '500' },
      rounds: { type: 'string', default: '30' },
    },
  })
  const [journeys, rows] = [Number(values.journeys), Number(values.rows)]
  const redis = await connectRedis({ url: values.url })
  const store = redisStateStore(redis, TOPIC, 0)
  await store.acquire(TOKEN)
  await store.create(TOKEN, BASE)
  let next = 0
  for (let first = 0; first < PERSONS; first += 2_000) {
    await store.commit(commitOf(next++, first, 2_000, rows))
  }
  const [commits, reads]: [Cost[], Cost[]] = [[], []]
  for (let round = 0; round < Number(values.rounds); round++) {
    const commit = commitOf(next++, draw(PERSONS - journeys), journeys, rows)
    commits.push(await costOf(redis, () => store.commit(commit)))
    // A fifth of the persons have no journey.
    const asked = people.slice(draw(PERSONS - READ) * 16).subarray(0, READ * 16)
    for (let i = 0; i < READ; i += 5) asked[i * 16 + 15]! ^= 255
    reads.push(await costOf(redis, () => store.loadJourneys(asked)))
  }
  report('commit of', journeys, commits.slice(5))
  report('read of', READ, reads.slice(5))
  await redis.unlink(await redis.keys(`tb:{${TOPIC}/0}:*`))
  redis.disconnect()
}

await main()
