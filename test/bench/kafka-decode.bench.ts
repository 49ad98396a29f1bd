// Decoding what a broker sends: record batches -> records, beside kafkajs's own decoder on the same
// bytes, alternating in one run. Ours checks CRCs, kafkajs does not. Ratios are what counts.
//
//   npm run bench kafka-decode [-- --events N --batch N --rounds N]
import { createRequire } from 'node:module'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import { createGenerator } from '../../src/adapters/generator/generator.ts'
import { generatorOptions } from '../../src/adapters/generator/options.ts'
import { decodeRecordSet } from '../../src/adapters/kafka/record-batch/decode-record-set.ts'
import { crc32c } from '../../src/adapters/kafka/record-batch/crc32c.ts'

const FETCH_BYTES = 1_048_576

interface KafkajsDecoder {
  readonly buffer: Buffer
}
const load = createRequire(import.meta.url)
const Decoder = load('kafkajs/src/protocol/decoder.js') as new (bytes: Buffer) => KafkajsDecoder
const decodeMessages = load('kafkajs/src/protocol/requests/fetch/v4/decodeMessages.js') as (
  decoder: KafkajsDecoder,
) => Promise<readonly unknown[]>

const varint = (value: number): Buffer => {
  const bytes: number[] = []
  let rest = value * 2
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  return Buffer.from([...bytes, rest])
}

/** One record batch, as a producer with the default batch size makes it. */
function encodeBatch(
  baseOffset: number,
  events: readonly (readonly [string, string])[],
  codec: number,
) {
  const parts = events.flatMap(([key, value], i) => {
    const [k, v] = [Buffer.from(key), Buffer.from(value)]
    const fields = [varint(i), varint(k.length), k, varint(v.length), v, Buffer.from([0])]
    const body = Buffer.concat([Buffer.from([0, 0]), ...fields])
    return [varint(body.length), body]
  })
  const content = codec === 1 ? gzipSync(Buffer.concat(parts)) : Buffer.concat(parts)
  const batch = Buffer.concat([Buffer.alloc(61), content])
  batch.writeBigInt64BE(BigInt(baseOffset), 0)
  batch.writeInt32BE(batch.length - 12, 8)
  batch.writeInt8(2, 16)
  batch.writeInt16BE(codec, 21)
  batch.writeInt32BE(events.length - 1, 23)
  batch.writeBigInt64BE(-1n, 43)
  batch.writeInt32BE(events.length, 57)
  batch.writeUInt32BE(crc32c(batch, 21), 17)
  return batch
}

/** What a broker answers to fetches, one after the other. */
function encodeAnswers(events: number, batch: number, codec: number): Buffer[] {
  const answers: Buffer[] = []
  let batches: Buffer[] = []
  let waiting: (readonly [string, string])[] = []
  let [offset, bytes] = [0, 0]
  const cut = () => {
    batches.push(encodeBatch(offset, waiting, codec))
    bytes += batches.at(-1)!.length
    offset += waiting.length
    waiting = []
    if (bytes < FETCH_BYTES) return
    answers.push(Buffer.concat(batches))
    batches = []
    bytes = 0
  }
  for (const { key, value } of createGenerator(generatorOptions({ events, persons: 10_000 }))) {
    waiting.push([key, value])
    if (waiting.length === batch) cut()
  }
  if (waiting.length > 0) cut()
  return batches.length > 0 ? [...answers, Buffer.concat(batches)] : answers
}

async function ours(answers: readonly Buffer[]): Promise<number> {
  let records = 0
  let from = 0
  for (const bytes of answers) {
    const set = { bytes, from, end: Infinity, aborted: [], batchInflatedBytesMax: 67_108_864 }
    const decoded = await decodeRecordSet(set)
    if (decoded.undecodable !== null) throw new Error(decoded.undecodable.why)
    from = decoded.to
    records += decoded.records.length
  }
  return records
}

async function kafkajs(answers: readonly Buffer[]): Promise<number> {
  let records = 0
  for (const bytes of answers) {
    const sized = Buffer.concat([Buffer.alloc(4), bytes])
    sized.writeInt32BE(bytes.length)
    records += (await decodeMessages(new Decoder(sized))).length
  }
  return records
}

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '200000' },
    batch: { type: 'string', default: '60' },
    rounds: { type: 'string', default: '5' },
  },
})
const events = Number(values.events)
for (const [codec, name] of ['none', 'gzip'].entries()) {
  const answers = encodeAnswers(events, Number(values.batch), codec)
  const seconds = { ours: [] as number[], kafkajs: [] as number[] }
  for (let round = 0; round <= Number(values.rounds); round++) {
    for (const [who, decode] of Object.entries({ ours, kafkajs })) {
      const start = process.cpuUsage()
      if ((await decode(answers)) !== events) throw new Error(`${who} lost records`)
      const { user, system } = process.cpuUsage(start)
      // The first round warms up.
      if (round > 0) seconds[who as keyof typeof seconds].push((user + system) / 1e6)
    }
  }
  const median = (all: number[]) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)]!
  const [a, b] = [median(seconds.ours), median(seconds.kafkajs)]
  const perMillion = (one: number) => ((one / events) * 1e6).toFixed(2)
  process.stdout.write(
    `${name}: ours ${perMillion(a)} CPU s per million, kafkajs ${perMillion(b)}; ` +
      `ratio ${(b / a).toFixed(1)}\n`,
  )
}
