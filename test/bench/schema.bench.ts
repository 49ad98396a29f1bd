// What it costs to judge a record: bytes -> event of the core, beside JSON.parse alone on the same
// records in the same run. Rounds are short and take turns, so that a busy machine slows all alike;
// the best round of each counts. `npm run bench schema`.
import { hash } from 'node:crypto'
import { createGenerator } from '../../src/adapters/generator/generator.ts'
import { generatorOptions } from '../../src/adapters/generator/options.ts'
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts'
import { acceptEvent } from '../../src/schema/accept-event.ts'
import { createEventBuilder } from '../../src/schema/build-event.ts'
import type { WireObject } from '../../src/schema/build-event.ts'
import { createEventParser } from '../../src/schema/parse-event.ts'
import { decodeUtf8 } from '../../src/schema/decode-utf8.ts'
import { refusalOf } from '../../src/schema/refusal.ts'
import { EventScanner } from '../../src/schema/scan-event.ts'
import { sha256 } from '../../src/schema/sha256.ts'

const EVENTS = 8000
const ROUND = 500
const ROUNDS = 1200

const parser = createEventParser(DEFAULT_SETTINGS)
const scanner = new EventScanner(DEFAULT_SETTINGS)
const build = createEventBuilder(DEFAULT_SETTINGS)
const values = Array.from(createGenerator(generatorOptions({ events: EVENTS })), ({ value }) =>
  Buffer.from(value),
).filter((value) => typeof parser.parse(value) === 'object')
const texts = values.map((value) => value.toString())
const parsed = (i: number): WireObject => JSON.parse(texts[i]!) as WireObject
const users = Array.from(texts, (_, i) => parsed(i)['user_hash'] as string)

/** What a round did, so that no engine may leave it out. */
let sink: unknown

const steps: Readonly<Record<string, (i: number) => unknown>> = {
  'JSON.parse of a string': parsed,
  'JSON.parse of bytes': (i) => JSON.parse(values[i]!.toString()) as unknown,
  'parser.parse of bytes': (i) => parser.parse(values[i]!),
  'of it the byte scanner': (i) => scanner.scan(values[i]!),
  'strict UTF-8': (i) => decodeUtf8(values[i]!),
  'JSON.parse + by hand': (i) => acceptEvent(parsed(i)),
  'JSON.parse + by hand + build': (i) => {
    const wire = parsed(i)
    return build(wire, acceptEvent(wire))
  },
  'JSON.parse + zod': (i) => refusalOf(parsed(i)),
  'SHA-256 of a user_hash': (i) => sha256(users[i]!)[0],
  'the same by node:crypto': (i) => hash('sha256', users[i]!, 'buffer')[0],
}

const bestNs = new Map<string, number>()
for (let round = 0; round < ROUNDS; round++) {
  const start = (round * ROUND) % (values.length - ROUND)
  for (const [name, step] of Object.entries(steps)) {
    const startedNs = process.hrtime.bigint()
    for (let i = start; i < start + ROUND; i++) sink = step(i)
    const ns = Number(process.hrtime.bigint() - startedNs) / ROUND
    bestNs.set(name, Math.min(bestNs.get(name) ?? Infinity, ns))
  }
}

const reference = bestNs.get('JSON.parse of a string')!
const bytes = values.reduce((sum, value) => sum + value.length, 0) / values.length
const scanned = values.filter((value) => scanner.scan(value) !== null).length / values.length
process.stdout.write(
  `${values.length} events of ${bytes.toFixed(0)} bytes, ${(scanned * 100).toFixed(1)} % taken by ` +
    `the byte scanner (${typeof sink})\n`,
)
for (const [name, ns] of bestNs) {
  const ratio = (ns / reference).toFixed(2)
  process.stdout.write(
    `${name.padEnd(30)} ${ns.toFixed(0).padStart(6)} ns  ${ratio} x JSON.parse\n`,
  )
}
