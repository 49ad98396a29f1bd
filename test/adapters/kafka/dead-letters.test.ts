// Dead letters on a real broker: what stands in the topic is what was refused, and why; nothing is
// too large, too many or too odd to be written.
import { createHash } from 'node:crypto'
import { fc, test } from '@fast-check/vitest'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { kafkaDeadLetters } from '../../../src/adapters/kafka/dead-letters.ts'
import { messageOf } from '../../../src/adapters/kafka/dead-letters-message.ts'
import { deadLetterTopic } from '../../../src/adapters/kafka/topics-wanted.ts'
import type { DeadLetter } from '../../../src/ports/dead-letter-sink.ts'
import type { SourceRecord } from '../../../src/ports/record-source.ts'
import { REASONS } from '../../../src/schema/reasons.ts'
import { describeWithService, testName } from '../../services.ts'
import { onBroker } from './on-broker.ts'
import type { ReadMessage } from './on-broker.ts'

function letter(record: Partial<SourceRecord>, more: Partial<DeadLetter> = {}): DeadLetter {
  const whole = { offset: 7, timeMs: 1_760_000_000_123, key: null, value: null, ...record }
  return {
    topic: 'events',
    partition: 3,
    record: whole,
    outcome: 'rejected',
    reason: 'invalid_json',
    ...more,
  }
}

/** Headers as text. */
const textsOf = ({ headers = {} }: Pick<ReadMessage, 'headers'>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

describeWithService('kafka', 'dead letters in Kafka', (brokers) => {
  const { options, create, configure, readAll } = onBroker(brokers)
  const stops: (() => Promise<void>)[] = []
  afterAll(() => Promise.all(stops.map((stop) => stop())))

  async function open(topic: string) {
    const deadLetters = kafkaDeadLetters(options, topic)
    stops.push(() => deadLetters.stop())
    await deadLetters.start()
    return deadLetters
  }
  let topic: string
  beforeAll(async () => {
    topic = await create(deadLetterTopic('dlq', { partitions: 1 }))
  })

  it('hold key, value and headers as they came, the place and the reason', async () => {
    const deadLetters = await open(topic)
    const key = Buffer.from([0xff, 0, 1])
    const value = Buffer.from([0xfe, 0x80])
    const headers = { trace: Buffer.from([1, 0xff]), none: null, ['__proto__']: Buffer.from('p') }
    await deadLetters.send([
      letter({ key, value, headers }),
      letter({ offset: 2 ** 40, value: Buffer.of() }, { outcome: 'late', reason: '' }),
      letter({ key, value }, { outcome: 'overflow', reason: '' }),
    ])
    await deadLetters.send([])
    const [rejected, late, overflow, ...more] = await readAll(topic)
    expect(more).toEqual([])
    expect(rejected).toMatchObject({ key, value })
    expect(rejected?.headers?.['trace']).toEqual(headers.trace)
    expect(textsOf(rejected!)).toMatchObject({
      none: '',
      '__connect.errors.topic': 'events',
      '__connect.errors.partition': '3',
      '__connect.errors.offset': '7',
      '__connect.errors.exception.message': REASONS.invalid_json.meaning,
      'tributary.reason': 'invalid_json',
      'tributary.timestamp': '1760000000123',
    })
    expect(Object.keys(rejected?.headers ?? {})).toHaveLength(9)
    expect(late).toMatchObject({ key: null, value: Buffer.of() })
    expect(textsOf(late!)).toMatchObject({
      '__connect.errors.offset': '1099511627776',
      'tributary.reason': 'late',
    })
    expect(textsOf(overflow!)).toMatchObject({ 'tributary.reason': 'overflow' })
    // The topic has the broker's time.
    expect(rejected?.timestamp).not.toBe('1760000000123')
  })

  it('are split into sends that the topic takes, in their order', async () => {
    const many = await create(deadLetterTopic('dlq', { partitions: 1 }))
    const deadLetters = await open(many)
    const large = Array.from({ length: 30 }, (_, offset) =>
      letter({ offset, value: Buffer.alloc(100_000) }),
    )
    const small = Array.from({ length: 2_500 }, (_, i) => letter({ offset: 30 + i }))
    await deadLetters.send([...large, ...small])
    const offsets = (await readAll(many)).map((one) => textsOf(one)['__connect.errors.offset'])
    expect(offsets).toEqual(Array.from({ length: 2_530 }, (_, i) => String(i)))
  })

  it('are cut where they are too large, with length and SHA-256 of the whole', async () => {
    const narrow = await create(deadLetterTopic('dlq', { partitions: 1 }))
    await configure(narrow, { 'max.message.bytes': '4000' })
    const deadLetters = await open(narrow)
    const value = Buffer.from(Array.from({ length: 9_000 }, (_, i) => i % 251))
    const key = Buffer.from('k'.repeat(5_000))
    const headers = { trace: Buffer.alloc(4_000) }
    await deadLetters.send([
      letter({ value }),
      letter({ key, value, headers }),
      letter({ headers }),
    ])
    const [one, both, header] = await readAll(narrow)
    const told = { 'tributary.value.length': '9000', 'tributary.value.sha256': sha256(value) }
    expect(textsOf(one!)).toMatchObject(told)
    expect(one?.value?.length).toBeGreaterThan(2_000)
    expect(value.subarray(0, one?.value?.length)).toEqual(one?.value)
    expect(textsOf(both!)).toMatchObject({
      ...told,
      'tributary.key.length': '5000',
      'tributary.key.sha256': sha256(key),
      'tributary.headers.dropped': 'true',
    })
    expect(key.subarray(0, both?.key?.length)).toEqual(both?.key)
    expect(header).toMatchObject({ key: null, value: null })
    expect(Object.keys(textsOf(header!))).not.toContain('trace')
  })

  it('do not say that they were cut because a record says so of itself', async () => {
    const claimed = await create(deadLetterTopic('dlq', { partitions: 1 }))
    const deadLetters = await open(claimed)
    const [one, trace] = [Buffer.from('1'), Buffer.from('t')]
    const names = ['key.length', 'key.sha256', 'value.length', 'value.sha256', 'headers.dropped']
    const claims = Object.fromEntries(names.map((name) => [`tributary.${name}`, one]))
    await deadLetters.send([letter({ headers: { trace, ...claims } })])
    const found = Object.keys(textsOf((await readAll(claimed))[0]!))
    expect(found).toContain('trace')
    expect(found.filter((name) => name in claims)).toEqual([])
  })

  it('notice that the topic takes less than it did', async () => {
    const shrinking = await create(deadLetterTopic('dlq', { partitions: 1 }))
    const deadLetters = await open(shrinking)
    await configure(shrinking, { 'max.message.bytes': '3000' })
    const letters = [letter({ value: Buffer.alloc(5_000) })]
    await expect(deadLetters.send(letters)).rejects.toMatchObject({
      message: 'Kafka refused records that are larger than the topic allows',
    })
    await deadLetters.send(letters)
    expect(await readAll(shrinking)).toHaveLength(1)
  })

  it('are an error at the start when there is no such topic', async () => {
    const deadLetters = kafkaDeadLetters(options, testName('missing'))
    await expect(deadLetters.start()).rejects.toMatchObject({
      code: 'TRIBUTARY_KAFKA_UNAVAILABLE',
      hint: expect.stringContaining('tributary migrate'),
    })
    await deadLetters.stop()
  })
})

const bytes = fc.uint8Array({ maxLength: 3_000 })
test.prop([
  fc.option(bytes),
  fc.option(bytes),
  fc.dictionary(fc.string({ maxLength: 50 }), fc.option(bytes), { maxKeys: 4 }),
  fc.integer({ min: 1_500, max: 5_000 }),
])(
  'a letter fits whatever room there is, and is whole if it can be',
  (key, value, headers, room) => {
    const { message, bytes: size } = messageOf(letter({ key, value, headers }), room)
    expect(size).toBeLessThanOrEqual(room)
    const { message: whole } = messageOf(letter({ key, value, headers }), 1_000_000)
    const isCut = JSON.stringify(whole) !== JSON.stringify(message)
    const told = Object.keys(message.headers ?? {}).some((name) =>
      /^tributary\.(value|key|headers)\./.test(name),
    )
    expect(told).toBe(isCut)
  },
)
