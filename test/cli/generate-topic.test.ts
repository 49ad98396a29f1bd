// `generate` into real topics: the story as it is told, as a live feed, and the events of files.
import { writeFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { backfillTopic, eventsTopic } from '../../src/adapters/kafka/topics-wanted.ts'
import { createGenerator } from '../../src/adapters/generator/generator.ts'
import { generatorOptions } from '../../src/adapters/generator/options.ts'
import { toFailure } from '../../src/cli/failure.ts'
import { shiftedToNow } from '../../src/cli/generate-records.ts'
import { createProgram } from '../../src/cli/program.ts'
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts'
import { createRecordParser } from '../../src/schema/record.ts'
import { onBroker } from '../adapters/kafka/on-broker.ts'
import type { ReadMessage } from '../adapters/kafka/on-broker.ts'
import { temporaryFile } from '../config/temporary-file.ts'
import { describeWithService, testName } from '../services.ts'
import { runProgram } from './run-program.ts'

const PARTITIONS = 3
const placement = {
  partitioner: 'murmur2',
  counts: [{ fromOffset: 0, count: PARTITIONS }],
} as const

/** What the worker would make of the records: events, or why not. */
function judge(messages: readonly ReadMessage[]) {
  const parser = createRecordParser(DEFAULT_SETTINGS, placement)
  return messages.map(({ partition, offset, key, value }) =>
    parser.parse({ offset: Number(offset), key, value }, partition),
  )
}

describeWithService('kafka', 'generate into a topic', (brokers) => {
  const { create, readAll } = onBroker(brokers)
  const env = { TRIBUTARY_KAFKA__BROKERS: brokers }
  const generate = (...args: string[]) => runProgram(['generate', ...args], { env })

  it('tells the story with its own times where the topic takes them', async () => {
    const topic = await create(backfillTopic('generated', { partitions: PARTITIONS }))
    const args = ['--events', '3000', '--seed', '5', '--topic', topic]
    const { exitCode, stdout, stderr } = await generate(...args)
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' })
    expect(stderr).toBe(`${topic}: 3000 records in 3 partitions\n`)
    const told = [...createGenerator(generatorOptions({ events: 3000, seed: 5 }))]
    const found = await readAll(topic)
    for (const partition of [0, 1, 2]) {
      const here = found.filter((one) => one.partition === partition)
      const keys = new Set(here.map(({ key }) => String(key)))
      const lines = here.map(({ timestamp, value }) => [Number(timestamp), String(value)])
      expect(lines).toEqual(
        told.filter(({ key }) => keys.has(key)).map(({ timeMs, value }) => [timeMs, value]),
      )
    }
    const reasons = judge(found).filter((one) => typeof one === 'string')
    expect(reasons.length).toBeGreaterThan(0)
    expect(reasons).not.toContain('wrong_partition')
    expect(reasons).not.toContain('key_mismatch')
  })

  it("tells it as if it happened now where the topic has the broker's time", async () => {
    const topic = await create(eventsTopic('generated', { partitions: PARTITIONS }))
    const options = ['--events', '600', '--rate', '2000', '--late', '0.1', '--quiet', '--json']
    const { exitCode, stdout, stderr } = await generate(...options, '--topic', topic)
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(JSON.parse(stdout)).toEqual({ topic, partitions: 3, records: 600 })
    const found = await readAll(topic)
    const events = judge(found).flatMap((event, i) =>
      typeof event === 'string' ? [] : [Number(found[i]?.timestamp) - event.timeMs],
    )
    const day = 86_400_000
    expect(events.length).toBeGreaterThan(550)
    expect(events.filter((behindMs) => behindMs > 7 * day).length).toBeLessThan(60)
    expect(events.filter((behindMs) => Math.abs(behindMs) < day).length).toBeGreaterThan(450)
  })

  const HOUR = 3_600_000
  const START = Date.UTC(2016, 3, 1)
  const line = (user: string, hour: number, more: object = {}) =>
    JSON.stringify({
      event_id: `${user}-${hour}`,
      user_hash: user,
      timestamp: new Date(START + hour * HOUR).toISOString(),
      channel: 'ig',
      action_type: 'view',
      ...more,
    })

  it('produces the events of files in order of their times, as record times', async () => {
    const topic = await create(backfillTopic('generated', { partitions: PARTITIONS }))
    const lines = [
      line('a', 3),
      'no JSON',
      line('b', 1),
      line('a', 2),
      line('ü', 2),
      '',
      line('a', 0),
    ]
    const file = temporaryFile('events.ndjson', lines.join('\n'))
    const csv = temporaryFile(
      'more.csv',
      'user_id,timestamp,channel,event_type\nc,2016-04-01 01:30:00,email,view\n',
    )
    const packed = `${file}.gz`
    await writeFile(packed, gzipSync(`${line('d', 9)}\n${line('d', 8)}\n`))
    const { exitCode, stderr } = await generate('--from', file, csv, packed, '--topic', topic)
    expect(stderr).toBe(`${topic}: 9 records in 3 partitions\n`)
    expect(exitCode).toBe(0)
    const found = await readAll(topic)
    const ofUser = (user: string) =>
      found
        .filter(({ key }) => String(key) === user)
        .map(({ timestamp }) => (Number(timestamp) - START) / HOUR)
    expect(['a', 'b', 'c', 'd', 'ü'].map(ofUser)).toEqual([[0, 2, 3], [1], [1.5], [8, 9], [2]])
    const bad = found.filter(({ key }) => key === null)
    expect(bad).toMatchObject([
      { value: Buffer.from('no JSON'), timestamp: String(START + 3 * HOUR) },
    ])
    const judged = judge(found)
    expect(judged.filter((one) => typeof one === 'string')).toEqual(['invalid_json'])
  })

  it('warns where the topic would give other times, and refuses what it would soon delete', async () => {
    const file = temporaryFile('events.ndjson', line('a', 1))
    const [now, short] = await Promise.all([
      create(eventsTopic('generated', { partitions: 1 })),
      create(backfillTopic('generated', { partitions: 1, retentionMs: 86_400_000 })),
    ])
    const [warned, refused] = await Promise.all([
      generate('--from', file, '--topic', now),
      generate('--from', file, '--topic', short),
    ])
    expect(warned).toMatchObject({ exitCode: 0 })
    expect(warned.stderr).toMatch(/^note: .* has LogAppendTime: record times are the broker's, so/)
    expect(refused).toMatchObject({ exitCode: 65 })
    expect(refused.stderr).toContain(
      `the first event is of 2016-04-01 01:00:00 UTC, but the topic ${short} deletes what is older than 1d; nothing was sent`,
    )
    expect(refused.stderr).toContain('--add-config retention.ms=-1')
    expect(await readAll(short)).toEqual([])
  })

  it('says that there is no such topic', async () => {
    const missing = testName('missing')
    const { exitCode, stderr } = await generate('--topic', missing)
    expect(exitCode).toBe(69)
    expect(stderr).toContain(`there is no topic ${missing}`)
  })
})

it.each([
  [['--from', 'no-such-file', '--topic', 'x'], 65, 'no-such-file'],
  [['--from', 'x'], 2, "option '--from <file...>' needs --topic"],
  [['--from', 'x', '--topic', 'y', '--events', '5'], 2, '--events'],
  [['--topic', 'y', '--file', 'x'], 2, '--file'],
  [['--topic', 'no topic'], 78, '--topic: expected a topic name'],
])('refuses %j', async (args, exitCode, text) => {
  const run = createProgram().parseAsync(['generate', ...args], { from: 'user' })
  const failure = toFailure(await run.catch((error: unknown) => error))
  expect(failure).toMatchObject({ exitCode, message: expect.stringContaining(text) })
})

describe('a line moved in time', () => {
  const lines = [...createGenerator(generatorOptions({ events: 2_000, seed: 9, invalid: 0.3 }))]
  test.prop([fc.constantFrom(...lines), fc.integer({ min: -1e10, max: 1e10 })])(
    'differs in its time alone, which is later by so much, or has none to move',
    ({ value }, shiftMs) => {
      const parser = createRecordParser(DEFAULT_SETTINGS, 'file')
      const judged = (text: string) =>
        parser.parse({ offset: 0, key: null, value: Buffer.from(text) }, 0)
      const [before, after] = [judged(value), judged(shiftedToNow(value, shiftMs))]
      if (typeof before === 'string') expect(after).toBe(before)
      else expect(after).toEqual({ ...before, timeMs: before.timeMs + shiftMs })
    },
  )
})
