// The programs of schemas/keying/README.md, run as they stand there: their records lie where the
// worker expects them, under the key that it expects, and are accepted.
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, it } from 'vitest'
import { requireKafka } from '../../deploy/local/kafka-jars.mjs'
import { requireProgram } from '../../deploy/local/requirements.mjs'
import { Unavailable } from '../../deploy/local/unavailable.mjs'
import { kafkaDeadLetters } from '../../src/adapters/kafka/dead-letters.ts'
import { deadLetterTopic, eventsTopic } from '../../src/adapters/kafka/topics-wanted.ts'
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts'
import { partitionOf } from '../../src/schema/partitioners.ts'
import { createRecordParser } from '../../src/schema/record.ts'
import { onBroker } from '../adapters/kafka/on-broker.ts'
import { silently } from '../services/private-server.ts'
import { describeWithService } from '../services.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const PAGE = readFileSync(path.join(ROOT, 'schemas/keying/README.md'), 'utf8')
const PARTITIONS = 7
/** Of every length modulo 4, and beyond ASCII: where hashes differ first. */
const PEOPLE = ['a', 'ab', 'abc', '5e884898da280471', 'zoë', 'кука', '訪客-17', 'ga.12345.67890']

/** The one block of that language. */
function snippet(language: string): string {
  const blocks = [...PAGE.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'gm'))]
  expect(blocks).toHaveLength(1)
  return blocks[0]![1]!
}

/** Single-file programs need the compiler, which a bare runtime lacks. */
const JDK = {
  packages: ['openjdk-17-jdk-headless'],
  purpose: 'the Java program of schemas/keying',
  elsewhere: 'brew install openjdk',
}
const KCAT = {
  packages: ['kcat'],
  purpose: 'the shell program of schemas/keying',
  elsewhere: 'brew install kcat',
}

/** What `find` finds or installs; where it cannot be had, the test is skipped with the reason. */
function orSkip<Found>(skip: (reason: string) => never, find: () => Found): Found {
  try {
    return find()
  } catch (error) {
    if (error instanceof Unavailable) return skip(error.message)
    throw error
  }
}

describeWithService('kafka', 'a producer of schemas/keying', (brokers) => {
  const { options, create, configure, readAll } = onBroker(brokers)
  // Where programs find the packages of this checkout.
  const cache = path.join(ROOT, 'node_modules/.cache')
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(path.join(cache, 'tributary-test-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  /** Runs the command, which is given the people; how it ended and what it said. */
  async function run(command: string, args: readonly string[], topic: string, people = PEOPLE) {
    // Java reads its arguments as the locale says.
    const own = { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8' }
    const env = { ...own, KAFKA_BROKERS: brokers, TOPIC: topic }
    const child = spawn(command, [...args, ...people], { cwd: ROOT, env })
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const status = await new Promise((done) => child.on('close', done))
    return { status, said }
  }

  /** Looks at what the command wrote, and that it fails where nothing can be written. */
  async function expectKeyed(command: string, args: readonly string[]): Promise<void> {
    const topic = await create(eventsTopic('keying', { partitions: PARTITIONS }))
    const { status, said } = await run(command, args, topic)
    expect([status, status === 0 ? '' : said]).toEqual([0, ''])
    const messages = await readAll(topic)
    const partitionFor = (person: string): number =>
      partitionOf(Buffer.from(person), 'murmur2', PARTITIONS)
    expect(messages.map(({ key, partition }) => `${String(key)} in ${partition}`).sort()).toEqual(
      PEOPLE.map((person) => `${person} in ${partitionFor(person)}`).sort(),
    )
    const counts = [{ fromOffset: 0, count: PARTITIONS }]
    const parser = createRecordParser(DEFAULT_SETTINGS, { partitioner: 'murmur2', counts })
    for (const { key, value, partition } of messages) {
      expect(parser.parse({ offset: 0, key, value }, partition)).toBeTypeOf('object')
    }
    await configure(topic, { 'max.message.bytes': '10' })
    expect((await run(command, args, topic, ['a'])).status).not.toBe(0)
  }

  it('with kafkajs writes what the worker expects', async () => {
    const file = path.join(folder, 'produce.mjs')
    writeFileSync(file, snippet('js'))
    await expectKeyed(process.execPath, [file])
  })

  it('in Java writes what the worker expects', async ({ skip }) => {
    const { java, classPath } = orSkip(skip, () => {
      requireProgram('javac', JDK, silently)
      return requireKafka(silently)
    })
    const file = path.join(folder, 'Produce.java')
    writeFileSync(file, snippet('java'))
    // It does not live long.
    const brief = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC']
    await expectKeyed(java, [...brief, '-cp', classPath, file])
  })

  it('with kcat reads why a record was refused, as schemas/README.md says', async ({ skip }) => {
    const kcat = orSkip(skip, () => requireProgram('kcat', KCAT, silently))
    const topic = await create(deadLetterTopic('dlq', { partitions: 1 }))
    const sink = kafkaDeadLetters(options, topic)
    await sink.start()
    const record = { offset: 77, timeMs: 1, key: Buffer.from('ada'), value: Buffer.from('{}') }
    const place = { topic: 'events', partition: 3, record }
    await sink.send([{ ...place, outcome: 'rejected', reason: 'missing_currency' }])
    await sink.stop()
    const schemas = readFileSync(path.join(ROOT, 'schemas/README.md'), 'utf8')
    const command = /^kcat (.*)$/m.exec(schemas)?.[1] ?? ''
    const words = command.replaceAll("'", '').split(' ')
    const own = words.map((word) =>
      word === '127.0.0.1:9092' ? brokers : word === 'events.dlq' ? topic : word,
    )
    const { stdout } = spawnSync(kcat, own, { encoding: 'utf8' })
    expect(stdout).toContain('__connect.errors.partition=3,__connect.errors.offset=77')
    expect(stdout).toContain('tributary.reason=missing_currency')
    expect(stdout).not.toContain('ada')
  })

  it('with kcat writes what the worker expects', async ({ skip }) => {
    orSkip(skip, () => requireProgram('kcat', KCAT, silently))
    const file = path.join(folder, 'produce.sh')
    writeFileSync(file, `set -euo pipefail\n${snippet('bash')}`)
    await expectKeyed('bash', [file])
  })
})
