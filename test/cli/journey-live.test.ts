// `journey --live`: what workers keep in Redis is told as the state of a replay is, from the
// partition where the person is, beside the worker that owns it.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createGenerator } from '../../src/adapters/generator/generator.ts'
import { generatorOptions } from '../../src/adapters/generator/options.ts'
import { connectRedis } from '../../src/adapters/redis/connect.ts'
import type { RedisClient } from '../../src/adapters/redis/connect.ts'
import { redisStateStore } from '../../src/adapters/redis/redis-state-store.ts'
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts'
import { partitionOf } from '../../src/schema/partitioners.ts'
import { deleteKeys, describeWithService, testName } from '../services.ts'
import { applyRecords, leaveState } from './left-state.ts'
import { runHere } from './run-here.ts'

const PARTITIONS = 3
const FACTS = {
  clusterId: 'test',
  topicId: '',
  partitions: PARTITIONS,
  isCompacted: false,
  isCreateTime: true,
}

const told = [
  ...createGenerator(generatorOptions({ events: 600, persons: 30, invalid: 0, late: 0 })),
]
const partitionFor = (user: string) => partitionOf(Buffer.from(user), 'murmur2', PARTITIONS)
const recordsOf = (partition: number) => told.filter(({ key }) => partitionFor(key) === partition)
/** Somebody with a journey, by partition. */
const users = [0, 1, 2].map((partition) => recordsOf(partition)[0]!.key)

describeWithService('redis', 'journey --live', (redisUrl) => {
  const topic = testName('journey')
  const env = { TRIBUTARY_REDIS__URL: redisUrl, TRIBUTARY_KAFKA__TOPIC: topic }
  const journey = (...args: string[]) => runHere(['journey', ...args], env)
  let redis: RedisClient
  let folder: string

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tributary-test-'))
    redis = await connectRedis({ url: redisUrl })
    for (const partition of [0, 1, 2]) {
      const store = redisStateStore(redis, topic, partition)
      const place = { store, partition, facts: FACTS }
      await applyRecords(recordsOf(partition), DEFAULT_SETTINGS, place)
      const local = path.join(folder, String(partition))
      await leaveState(local, recordsOf(partition), DEFAULT_SETTINGS)
    }
  })
  afterAll(async () => {
    await deleteKeys(redis, topic)
    redis.disconnect()
    await rm(folder, { recursive: true, force: true })
  })

  it.each([0, 1, 2])('tells what a folder of the same records tells: partition %i', async (n) => {
    const owner = await redisStateStore(redis, topic, n).owner()
    for (const format of ['table', 'json', 'mermaid', 'dot']) {
      const live = await journey(users[n]!, '--live', '--format', format)
      const local = await journey(
        users[n]!,
        '--db',
        path.join(folder, String(n)),
        '--format',
        format,
      )
      expect(local).toMatchObject({ exitCode: 0, stderr: '' })
      expect(live).toMatchObject({ exitCode: 0, stdout: local.stdout })
      expect(live.stderr).toMatch(
        new RegExp(`^note: Redis [\\w.:]+, ${topic}/${n}, as of 20.* UTC, before offset \\d+\n$`),
      )
    }
    expect(await redisStateStore(redis, topic, n).owner()).toEqual(owner)
  })

  it('looks in the partition that it is told, or in all where keys tell nothing', async () => {
    const user = users[2]!
    expect(await journey(user, '--partition', '2')).toMatchObject({ exitCode: 0 })
    expect(await journey(user, '--partition', '0')).toMatchObject({ exitCode: 65, stdout: '' })
    const none = { ...env, TRIBUTARY_KAFKA__PARTITIONER: 'none' }
    const found = await runHere(['journey', user, '--live'], none)
    expect(found).toMatchObject({ exitCode: 0 })
    expect(found.stderr).toContain(`${topic}/2`)
    expect(found.stderr).not.toContain('also has a journey')
  })

  it('finds who came before the topic had more partitions, by the counts of then', async () => {
    const store = redisStateStore(redis, topic, 0)
    const { token, meta } = await store.owner()
    const partitionCounts = `${meta!.partitionCounts},${meta!.next}:6`
    expect(await store.restart(token!, { ...meta!, partitionCounts })).toBe('committed')
    // Six partitions would put this one where there is no state yet.
    const user = recordsOf(1).find(({ key }) => partitionOf(Buffer.from(key), 'murmur2', 6) === 4)
    const found = await journey(user!.key, '--live')
    expect(found).toMatchObject({ exitCode: 0 })
    expect(found.stderr).toContain(`${topic}/1`)
  })

  it('warns where the settings are not those of the state', async () => {
    const other = { ...env, TRIBUTARY_LOOKBACK: '3d' }
    const { exitCode, stderr } = await runHere(['journey', users[1]!, '--partition', '1'], other)
    expect(exitCode).toBe(0)
    expect(stderr).toContain('note: the state was made with other settings')
  })

  it('says that there is no state, and that nobody is known by an id', async () => {
    const missing = { ...env, TRIBUTARY_KAFKA__TOPIC: testName('missing') }
    const none = await runHere(['journey', 'x', '--live'], missing)
    expect(none).toMatchObject({ exitCode: 2, stdout: '' })
    expect(none.stderr).toContain('holds no state of')
    const unknown = await journey('nobody', '--live')
    expect(unknown).toMatchObject({ exitCode: 65, stdout: '' })
    expect(unknown.stderr).toContain('No journey of this person is held.')
    expect(unknown.stderr).not.toContain('nobody')
  })

  it.each([
    [['--live', '--db', 'x'], '--db'],
    [['--partition', '-1'], 'Not the number of a partition'],
  ])('refuses %j', async (args, text) => {
    const refused = await journey('x', ...args)
    expect(refused).toMatchObject({ exitCode: 2 })
    expect(refused.stderr).toContain(text)
  })
})
