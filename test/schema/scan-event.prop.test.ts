// The byte scanner may only take what the contract takes, as the event that the contract means; and
// it should take what producers usually send, or it would be of no use.
import { isUtf8 } from 'node:buffer'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createGenerator } from '../../src/adapters/generator/generator.ts'
import { generatorOptions } from '../../src/adapters/generator/options.ts'
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts'
import { EventScanner } from '../../src/schema/scan-event.ts'
import { judgePlainly } from './plain-contract.ts'
import { wireEvent } from './wire-events.ts'

const scanner = new EventScanner(DEFAULT_SETTINGS)

/** Whether the scanner took the bytes; if so, they are JSON and mean what the contract says. */
const takes = (bytes: Buffer): boolean => {
  const event = scanner.scan(bytes)
  if (event === null) return false
  const expected = judgePlainly(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)))
  if (!isDeepStrictEqual(event, expected))
    expect([bytes.toString(), event]).toEqual([bytes.toString(), expected])
  return true
}

/** JSON as producers write it: order of keys, blanks, escapes, keys given twice, odd numbers. */
interface Dialect {
  readonly comma: string
  readonly colon: string
  readonly order: number
  readonly twice: string
  readonly end: string
  readonly escape: boolean
  readonly ascii: boolean
}
/** The usual form five times in six. */
const mostly = <T>(usual: T, ...unusual: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof(
    { weight: 5, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: fc.constantFrom(...unusual) },
  )
const dialect: fc.Arbitrary<Dialect> = fc.record({
  comma: mostly(',', ', ', ' ,', ',\n', ',  '),
  colon: mostly(':', ': ', ' : '),
  order: fc.nat({ max: 1000 }),
  twice: mostly('', '"channel":"x",', '"unknown":1,', '"k":-0.5e+3,', '"k":01,', '"k":1.,'),
  end: mostly('', '\n', '\r\n', ' ', '}', ','),
  escape: mostly(false, true),
  ascii: mostly(true, false),
})

/** What the scanner is for: plain characters, and no objects but metadata. */
const toAscii = (key: string, value: unknown): unknown => {
  if (key === 'unknown_key') return typeof value === 'object' ? '❤️ 可愛い' : value
  return typeof value === 'string' ? value.replace(/[^ -~]|["\\]/g, 'n') : value
}

const write = (value: unknown, how: Dialect): string => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const text = JSON.stringify(value)
    return how.escape ? text.replace('e', String.raw`\u0065`) : text
  }
  const entries = Object.entries(value).filter(([, field]) => field !== undefined)
  const turn = entries.length === 0 ? 0 : how.order % entries.length
  const turned = [...entries.slice(turn), ...entries.slice(0, turn)]
  const fields = turned.map(([key, field]) => JSON.stringify(key) + how.colon + write(field, how))
  return `{${fields.join(how.comma)}}`
}

describe('the byte scanner', { timeout: 60_000 }, () => {
  it('agrees with the contract on whatever it takes, however the JSON is written', () => {
    let taken = 0
    fc.assert(
      fc.property(fc.constantFrom(0, 4).chain(wireEvent), dialect, (generated, how) => {
        const wire: unknown = JSON.parse(JSON.stringify(generated), how.ascii ? toAscii : undefined)
        const text = write(wire, how).replace('{', `{${how.twice}`) + how.end
        if (takes(Buffer.from(text))) taken++
      }),
      { numRuns: 5000 },
    )
    expect(taken).toBeGreaterThan(500)
  })

  it('agrees with the contract on every change of one byte', () => {
    const event = {
      event_id: 'a-1',
      user_hash: 'f0',
      timestamp: '2026-11-22T10:00:00.5Z',
      channel: '(x)',
      action_type: 'lead',
      campaign: null,
      metadata: { value: -0.5e-7, unit_price: '1.5', quantity: 2, currency: 'EUR', k: true },
    }
    const valid = Buffer.from(
      JSON.stringify({ ...event, metadata: { ...event.metadata, value: 10 } }),
    )
    expect(takes(valid)).toBe(true)
    let taken = 0
    for (let i = 0; i < valid.length; i++) {
      for (let byte = 0; byte < 256; byte++) {
        const changed = Buffer.from(valid)
        changed[i] = byte
        if (takes(changed)) taken++
      }
    }
    expect(taken).toBeGreaterThan(valid.length)
  })

  it('agrees with the contract on every cut and every byte left out', () => {
    const text = `{"event_id":"a","user_hash":"b","timestamp":1795341600000,"channel":"c","action_type":"d"}`
    const bytes = Buffer.from(text)
    expect(takes(bytes)).toBe(true)
    for (let i = 0; i < bytes.length; i++) {
      expect(takes(bytes.subarray(0, i))).toBe(false)
      takes(Buffer.concat([bytes.subarray(0, i), bytes.subarray(i + 1)]))
    }
  })

  it('takes any characters where they do not count, and nothing that is no UTF-8', () => {
    const event = '{"event_id":"a","user_hash":"b","timestamp":1795341600000,"channel":"c"'
    const record = (text: Buffer): Buffer =>
      Buffer.concat([
        Buffer.from(`${event},"action_type":"d","metadata":{"text":"`),
        text,
        Buffer.from('"}}'),
      ])
    expect(takes(record(Buffer.from('x é € 😀')))).toBe(true)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 8 }), (bytes) => {
        const text = Buffer.from(bytes)
        if (!isUtf8(text)) expect(takes(record(text))).toBe(false)
        else takes(record(text))
      }),
      { numRuns: 2000 },
    )
  })

  it('takes a record wherever it lies in the memory of its batch', () => {
    const text = `{"event_id":"a","user_hash":"bb","timestamp":1795341600000,"channel":"c","action_type":"d"}`
    for (let before = 0; before < 9; before++) {
      const batch = Buffer.from(`${'"'.repeat(before)}${text}"}}}}`)
      expect(takes(batch.subarray(before, before + text.length))).toBe(true)
      expect(scanner.isUserHash(Buffer.from('"bb"').subarray(1, 3))).toBe(true)
      expect(scanner.isUserHash(Buffer.from('"ba"').subarray(1, 3))).toBe(false)
    }
  })

  it('takes nearly all of the generator’s valid events', () => {
    const values = Array.from(createGenerator(generatorOptions({ events: 3000 })), ({ value }) =>
      Buffer.from(value),
    )
    const taken = values.filter((value) => takes(value))
    expect(taken.length).toBeGreaterThan(values.length * 0.98)
  })
})
