// What happens to a log on its broker's disk, and to the broker: compaction, damage, a restart.
// Each needs a broker of its own.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import type { Message } from 'kafkajs'
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import { compactionContract, readOn, valueOf } from '../../contract/record-source.contract.ts'
import { createTopics } from '../../services/create-topics.ts'
import { describeWithPrivate } from '../../services/describe-with-private.ts'
import { startPrivateKafka } from '../../services/private-kafka.ts'
import type { PrivateKafka } from '../../services/private-kafka.ts'
import { testName } from '../../services.ts'
import { sourceOf } from './kafka-hands.ts'

const WITHIN = { timeout: 60_000, interval: 100 }
const retry = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 60 }

describeWithPrivate(['kafka'], 'a Kafka log', () => {
  let server: PrivateKafka
  let kafka: Kafka
  beforeAll(async () => {
    server = await startPrivateKafka({
      properties: {
        'log.cleaner.backoff.ms': 100,
        // Compaction leaves the segment alone that is written to; so there are many.
        'log.roll.ms': 50,
      },
    })
    kafka = new Kafka({ brokers: [server.brokers], logLevel: logLevel.NOTHING, retry })
  })
  afterAll(() => server.stop())

  const options = () => ({ brokers: server.brokers, clientId: 'test' })
  async function begin(config: Readonly<Record<string, string>> = {}) {
    const topic = testName('log')
    const admin = kafka.admin()
    const producer = kafka.producer({ allowAutoTopicCreation: false, idempotent: true })
    await Promise.all([admin.connect(), producer.connect()])
    onTestFinished(
      async () => void (await Promise.all([admin.disconnect(), producer.disconnect()])),
    )
    const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }))
    await createTopics(admin, { topic, configEntries })
    const send = (...messages: Message[]) => producer.send({ topic, messages })
    const join = async () => {
      const source = sourceOf(options(), topic, testName('group'))
      await source.start({ assigned: () => {}, lost: () => {}, dead: () => {} })
      onTestFinished(() => source.stop())
      return source
    }
    return { topic, send, join }
  }

  compactionContract(async () => {
    const { topic, send, join } = await begin({
      'cleanup.policy': 'compact',
      'min.cleanable.dirty.ratio': '0.01',
    })
    const keyed = (...keys: string[]) => send(...keys.map((key) => ({ key, value: key })))
    await keyed('a', 'b', 'c', 'd', 'e')
    // Nothing will be left of it but the batch itself: it is the last of its producer.
    const other = kafka.producer({ idempotent: true })
    await other.connect()
    await other.send({ topic, messages: ['f', 'g'].map((key) => ({ key, value: key })) })
    await other.disconnect()
    await new Promise((done) => setTimeout(done, 100))
    await keyed('a', 'd', 'e', 'f', 'g')
    await new Promise((done) => setTimeout(done, 100))
    await keyed('h')
    const source = await join()
    await vi.waitFor(async () => {
      const { records } = await readOn(source, 0, 0)
      expect(records.map(({ offset }) => offset)).toEqual([1, 2, 7, 8, 9, 10, 11, 12])
    }, WITHIN)
    const sourceFor = (group: string) => sourceOf(options(), topic, group)
    return { source: sourceFor, kept: [1, 2, 7, 8, 9, 10, 11, 12], high: 13 }
  })

  it('that was damaged on disk halts at the damaged batch, by its offsets', async () => {
    const { topic, send, join } = await begin()
    await send({ value: 'before' })
    await send({ value: 'first of the damaged' }, { value: 'second of the damaged' })
    await send({ value: 'after' })
    await server.stop()
    damage(path.join(server.folder, 'data', `${topic}-0`), 'second of the damaged')
    await server.restart()
    const source = await join()
    const { records, reads } = await readOn(source, 0, 0)
    expect(records.map(valueOf)).toEqual(['before'])
    expect(reads.at(-1)!.undecodable).toEqual({ from: 1, to: 3, why: 'CRC mismatch' })
    expect((await readOn(source, 0, 3)).records.map(valueOf)).toEqual(['after'])
  })

  it('is read on when its broker was killed and comes back', async () => {
    const { send, join } = await begin()
    await send({ value: 'before' })
    const source = await join()
    expect((await readOn(source, 0, 0)).to).toBe(1)
    await server.kill()
    const whileDown = await source.read(0, 1).catch((error: unknown) => error)
    expect(whileDown).toMatchObject({ code: 'TRIBUTARY_KAFKA_UNAVAILABLE' })
    await server.restart()
    await send({ value: 'after' })
    await vi.waitFor(async () => {
      expect((await readOn(source, 0, 1)).records.map(valueOf)).toEqual(['after'])
    }, WITHIN)
    await vi.waitFor(async () => {
      await source.note(0, 2)
      expect(await source.noted(0)).toBe(2)
    }, WITHIN)
  })
})

/** Changes one byte of a text that some segment holds. */
function damage(folder: string, text: string): void {
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.log'))) {
    const file = path.join(folder, name)
    const bytes = readFileSync(file)
    const at = bytes.indexOf(text)
    if (at < 0) continue
    bytes[at]! ^= 1
    return writeFileSync(file, bytes)
  }
  throw new Error('no segment holds it')
}
