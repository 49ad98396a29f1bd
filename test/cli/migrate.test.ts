// `tributary migrate` as a process: what it makes, that it may be repeated and run twice at once,
// and what it refuses to touch.
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readMigrations } from '../../src/adapters/clickhouse/migration-files.ts'
import { openServer } from '../../src/adapters/clickhouse/server.ts'
import { alterTopic } from '../../src/adapters/kafka/alter-topic.ts'
import { kafkaTopics } from '../../src/adapters/kafka/topics.ts'
import { deleteTopics, describeWithServices, dropDatabase, testName } from '../services.ts'
import { runProgram } from './run-program.ts'

const PATIENCE_MS = 120_000

describeWithServices(['kafka', 'clickhouse'], 'tributary migrate', (brokers, url) => {
  const database = testName('migrate')
  const topic = testName('migrate')
  const options = { brokers, clientId: 'test' }
  const kafka = kafkaTopics(options)
  const admin = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING }).admin()
  const db = openServer({ url, database })
  const env = {
    TRIBUTARY_KAFKA__BROKERS: brokers,
    TRIBUTARY_KAFKA__TOPIC: topic,
    TRIBUTARY_CLICKHOUSE__URL: url,
    TRIBUTARY_CLICKHOUSE__DATABASE: database,
  }
  const migrate = (...args: string[]) => runProgram(['migrate', ...args], { env })
  beforeAll(() => admin.connect())
  afterAll(async () => {
    await deleteTopics(admin, topic, `${topic}.dlq`)
    await Promise.all([admin.disconnect(), kafka.stop()])
    await dropDatabase(db)
    await db.close()
  })

  it(
    'says what it would do, and does nothing',
    async () => {
      const { stdout, stderr, exitCode } = await migrate('--dry-run', '--json')
      expect(exitCode).toBe(0)
      expect(stderr).toContain(`would create database ${database}\n`)
      expect(stderr).toContain('would apply 0006_credits\n')
      expect(stderr).toContain(`topic ${topic} (events, 6 partitions): would be created\n`)
      expect(JSON.parse(stdout)).toMatchObject({
        clickhouse: { database, applied: [], pending: expect.any(Array) as unknown },
        topics: [{ state: 'missing' }, { topic: `${topic}.dlq`, state: 'missing' }],
      })
      expect(await db.hasDatabase()).toBe(false)
      expect(await kafka.describe(topic)).toBeNull()
    },
    PATIENCE_MS,
  )

  it(
    'makes tables and topics, run by two processes at once',
    async () => {
      const both = await Promise.all([
        migrate('--partitions', '3', '--retention', '30d'),
        migrate('--partitions', '3', '--retention', '30d'),
      ])
      expect(both.map(({ exitCode, stderr }) => [exitCode, exitCode === 0 || stderr])).toEqual([
        [0, true],
        [0, true],
      ])
      expect(both.map(({ stdout }) => stdout)).toEqual(['', ''])
      const files = (await readMigrations()).length
      const noted = 'SELECT count(), uniqExact(number) FROM schema_migrations FINAL'
      expect(await db.rows(noted)).toEqual([[String(files), String(files)]])
      const day = 86_400_000
      expect(await kafka.describe(topic)).toMatchObject({
        partitions: 3,
        settings: { timestampType: 'LogAppendTime', retentionMs: 30 * day },
      })
      expect(await kafka.describe(`${topic}.dlq`)).toMatchObject({
        partitions: 3,
        settings: { timestampType: 'LogAppendTime', retentionMs: 14 * day },
      })
    },
    PATIENCE_MS,
  )

  it(
    'reports topics that differ, with what to do, and alters them only when told to',
    async () => {
      const shown = async () => (await kafka.describe(topic))?.settings
      await alterTopic(options, topic, { 'message.timestamp.type': 'CreateTime' })
      await alterTopic(options, topic, { 'max.message.bytes': '2000000' })
      const found = await shown()
      expect(found).toMatchObject({ timestampType: 'CreateTime', maxMessageBytes: 2_000_000 })

      const told = await migrate('--topics-only')
      expect(told.exitCode).toBe(78)
      expect(told.stderr).toContain('message.timestamp.type is CreateTime, not LogAppendTime')
      expect(told.stderr).toContain(`kafka-configs.sh --alter --entity-type topics`)
      expect(told.stderr).not.toContain('partitions is')
      expect(await shown()).toEqual(found)

      const altered = await migrate('--topics-only', '--alter', '--json')
      expect(altered.exitCode).toBe(0)
      const result = JSON.parse(altered.stdout) as { topics: unknown[] }
      expect(result.topics[0]).toMatchObject({ state: 'altered', differences: [] })
      expect(await shown()).toMatchObject({
        timestampType: 'LogAppendTime',
        retentionMs: 90 * 86_400_000,
        maxMessageBytes: 2_000_000,
      })
    },
    PATIENCE_MS,
  )

  it(
    'refuses a database made from another file, and one that is newer than itself',
    async () => {
      const columns = ['number', 'name', 'checksum']
      const [first] = await readMigrations()
      await db.insert('schema_migrations', columns, [[1, first?.name, 'another']])
      const changed = await migrate('--clickhouse-only')
      expect(changed.exitCode).toBe(78)
      expect(changed.stderr).toContain('0001_schema_migrations is not the one')
      await db.insert('schema_migrations', columns, [[1, first?.name, first?.checksum]])
      await db.insert('schema_migrations', columns, [[9_999, 'of_tomorrow', 'x']])
      const newer = await migrate('--clickhouse-only', '--dry-run')
      expect(newer.exitCode).toBe(78)
      expect(newer.stderr).toContain('9999_of_tomorrow')
    },
    PATIENCE_MS,
  )

  it(
    'says that a service does not answer',
    async () => {
      const nowhere = { ...env, TRIBUTARY_CLICKHOUSE__URL: 'http://127.0.0.1:1' }
      const { exitCode, stderr } = await runProgram(['migrate'], { env: nowhere })
      expect(exitCode).toBe(69)
      expect(stderr).toContain('127.0.0.1:1')
    },
    PATIENCE_MS,
  )
})
