// Every dead letter against the verdicts: there is one for each record that must have one, at its
// topic, partition and offset, with its reason, key, value and headers as they came, or cut, with
// length and SHA-256 of the whole. At least once: copies must be the same.
import { createHash } from 'node:crypto'
import { Kafka, logLevel } from 'kafkajs'
import type { EachBatchPayload, KafkaMessage } from 'kafkajs'
import type { WantedLetter } from './verdicts.ts'

export interface LetterCheck {
  readonly topic: string
  /** By partition, then by offset. */
  readonly wanted: readonly ReadonlyMap<number, WantedLetter>[]
}

export interface LettersFound {
  readonly letters: number
  /** Beyond one of each. */
  readonly copies: number
  readonly cut: number
  readonly differences: readonly string[]
}

const OURS = /^(__connect\.errors\.|tributary\.(reason|timestamp|(key|value|headers)\.))/

export async function checkLetters(brokers: string, check: LetterCheck): Promise<LettersFound> {
  const missing = check.wanted.map((letters) => new Set(letters.keys()))
  const differences: string[] = []
  let [letters, copies, cut] = [0, 0, 0]
  await readAll(brokers, `${check.topic}.dlq`, (message) => {
    const texts = textsOf(message)
    const partition = Number(texts['__connect.errors.partition'])
    const offset = Number(texts['__connect.errors.offset'])
    const wanted = check.wanted[partition]?.get(offset)
    letters++
    if ('tributary.value.length' in texts || 'tributary.key.length' in texts) cut++
    if (missing[partition]?.delete(offset) === false && wanted) copies++
    const where = `partition ${partition}, offset ${offset}`
    if (texts['__connect.errors.topic'] !== check.topic || wanted === undefined) {
      differences.push(`${where}: a dead letter (${texts['tributary.reason']}) nobody wants`)
      return
    }
    const wrong = differenceOf(message, wanted)
    if (wrong !== null) differences.push(`${where}: ${wrong}`)
  })
  for (const [partition, offsets] of missing.entries()) {
    for (const offset of offsets) {
      const reason = check.wanted[partition]!.get(offset)!.reason
      differences.push(`partition ${partition}, offset ${offset}: no dead letter (${reason})`)
    }
  }
  return { letters, copies, cut, differences }
}

/** null: it is the letter that is wanted. */
function differenceOf(message: KafkaMessage, { record, reason }: WantedLetter): string | null {
  const texts = textsOf(message)
  if (texts['tributary.reason'] !== reason) {
    return `the reason is ${texts['tributary.reason']}, and should be ${reason}`
  }
  if (texts['tributary.timestamp'] !== String(record.timeMs)) return 'another record time'
  for (const part of ['key', 'value'] as const) {
    if (!isSame(message[part], record[part], texts, part)) return `another ${part}`
  }
  const headers = new Map(record.headers.map(([name, value]) => [name, String(value ?? '')]))
  if (texts['tributary.headers.dropped'] === 'true') return null
  for (const [name, text] of headers) {
    if (!OURS.test(name) && texts[name] !== text) return `another header ${JSON.stringify(name)}`
  }
  return null
}

function isSame(
  found: Buffer | null,
  whole: Buffer | null,
  texts: Readonly<Record<string, string>>,
  part: 'key' | 'value',
): boolean {
  if (found === null || whole === null) return found === whole
  if (found.equals(whole)) return !(`tributary.${part}.length` in texts)
  const isOfWhole =
    texts[`tributary.${part}.length`] === String(whole.length) &&
    texts[`tributary.${part}.sha256`] === createHash('sha256').update(whole).digest('hex')
  return isOfWhole && found.length < whole.length && whole.subarray(0, found.length).equals(found)
}

/** Headers as text, under any name: kafkajs puts beside a value what objects have by that name. */
function textsOf({ headers = {} }: KafkaMessage): Record<string, string> {
  const texts = Object.create(null) as Record<string, string>
  for (const [name, value] of Object.entries(headers)) texts[name] = String([value].flat().at(-1))
  return texts
}

/** Every record that the topic holds now. */
async function readAll(
  brokers: string,
  topic: string,
  take: (message: KafkaMessage) => void,
): Promise<void> {
  const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  const [bounds] = await admin.fetchTopicOffsets(topic)
  await admin.disconnect()
  const wanted = Number(bounds?.high ?? 0) - Number(bounds?.low ?? 0)
  const consumer = kafka.consumer({ groupId: `${topic}-reader`, maxWaitTimeInMs: 100 })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await new Promise<void>((resolve, reject) => {
    let read = 0
    const eachBatch = ({ batch }: EachBatchPayload): Promise<void> => {
      for (const message of batch.messages) take(message)
      read += batch.messages.length
      if (read >= wanted) resolve()
      return Promise.resolve()
    }
    if (wanted === 0) resolve()
    consumer.run({ autoCommit: false, eachBatch }).catch(reject)
  })
  await consumer.disconnect()
}
