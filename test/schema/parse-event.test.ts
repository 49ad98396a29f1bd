import { describe, expect, it } from 'vitest'
import type { CoreEvent } from '../../src/core/event.ts'
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts'
import type { Settings } from '../../src/core/settings.ts'
import { createEventParser } from '../../src/schema/parse-event.ts'
import { createRecordParser } from '../../src/schema/record.ts'
import { settingsFingerprint } from '../../src/schema/settings-fingerprint.ts'

const VALID = {
  event_id: 'e1',
  user_hash: 'u1',
  timestamp: '2026-11-22T10:00:00Z',
  channel: 'email',
  action_type: 'view',
}
const parser = createEventParser(DEFAULT_SETTINGS)
const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))
const parse = (patch: object): unknown => parser.parse(bytes({ ...VALID, ...patch }))
const accept = (patch: object): CoreEvent => {
  const event = parse(patch)
  if (typeof event === 'string') throw new Error(event)
  return event as CoreEvent
}

describe('the bytes of a record', () => {
  const text = JSON.stringify(VALID)
  it.each([
    ['null', null],
    ['empty', Buffer.alloc(0)],
    ['a byte-order mark before JSON', Buffer.from(`\ufeff${text}`)],
    ['Latin-1', Buffer.from(text.replace('email', 'é'), 'latin1')],
    ['an overlong form', Buffer.concat([Buffer.from(text), Buffer.from([0xc0, 0xa0])])],
    ['a surrogate in UTF-8', Buffer.from(text.replace('email', '\xed\xa0\x80'), 'latin1')],
    ['UTF-16', Buffer.from(text, 'utf16le')],
    ['two objects', Buffer.from(text + text)],
    ['an array', Buffer.from(`[${text}]`)],
    ['a string', Buffer.from('"x"')],
    ['the JSON null', Buffer.from('null')],
    ['NaN', Buffer.from('NaN')],
    ['an unclosed nest of 100,000', Buffer.from('{"metadata":'.repeat(100_000))],
  ])('%s are invalid_json', (_, value) => {
    expect(parser.parse(value)).toBe('invalid_json')
  })

  it('are read from any view of a buffer, with blanks around', () => {
    const padded = new Uint8Array(Buffer.from(`xx \n${text}\r\n yy`)).subarray(2, -2)
    expect(parser.parse(padded)).toEqual(parser.parse(Buffer.from(text)))
    expect(parser.parse(padded)).toBeTypeOf('object')
  })

  it('may hold a real U+FFFD', () => {
    expect(accept({ channel: 'a\ufffdb' }).channel).toBe('a\ufffdb')
  })

  it('nested 100,000 deep are an event where unknown, and too large in metadata', () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000)
    const head = text.slice(0, -1)
    expect(parser.parse(Buffer.from(`${head},"unknown":${deep}}`))).toBeTypeOf('object')
    const nested = Buffer.from(`${head},"metadata":{"unknown":${deep}}}`)
    expect(parser.parse(nested)).toBe('metadata_too_large')
    const shallow = '['.repeat(8000) + ']'.repeat(8000)
    expect(parser.parse(Buffer.from(`${head},"metadata":{"a":${shallow}}}`))).toBeTypeOf('object')
  })

  it('give the last of a key that stands twice, at both levels', () => {
    const head = text.slice(0, -1)
    const twice = Buffer.from(`${head},"channel":"sms","metadata":{"variant":1,"variant":"b"}}`)
    expect(parser.parse(twice)).toMatchObject({ channel: 'sms', variant: 'b' })
  })

  it('cannot reach the prototype of anything', () => {
    const head = text.slice(0, -1)
    const tricky =
      `${head},"__proto__":{"channel":5},"constructor":1,` +
      `"metadata":{"__proto__":{"currency":"usd","variant":"p"},"constructor":{"a":1}}}`
    expect(parser.parse(Buffer.from(tricky))).toMatchObject({ channel: 'email', variant: '' })
    const withoutChannel = { ...VALID, channel: undefined }
    const inherited =
      bytes(withoutChannel).toString().slice(0, -1) + ',"__proto__":{"channel":"x"}}'
    expect(parser.parse(Buffer.from(inherited))).toBe('invalid_channel')
    expect(accept({ event_id: '__proto__', user_hash: 'constructor' })).toBeTypeOf('object')
    expect(({} as { currency?: unknown }).currency).toBeUndefined()
  })
})

describe('the limits of lengths', () => {
  it.each([
    ['event_id', 128, 'invalid_event_id'],
    ['user_hash', 128, 'invalid_user_hash'],
    ['channel', 64, 'invalid_channel'],
    ['action_type', 64, 'invalid_action_type'],
    ['campaign', 128, 'invalid_campaign'],
  ])('%s takes up to %d UTF-16 units, else %s', (field, max, reason) => {
    expect(parse({ [field]: 'x'.repeat(max) })).toBeTypeOf('object')
    expect(parse({ [field]: '😀'.repeat(max / 2) })).toBeTypeOf('object')
    expect(parse({ [field]: 'x'.repeat(max + 1) })).toBe(reason)
    expect(parse({ [field]: `${'😀'.repeat(max / 2)}x` })).toBe(reason)
    expect(parse({ [field]: `${'x'.repeat(max - 1)}\ud83d` })).toBe(reason)
  })

  it('known metadata strings take up to 128, absent when null or empty', () => {
    for (const key of ['utm_source', 'transaction_id', 'session_id', 'source', 'arm']) {
      expect(parse({ metadata: { [key]: 'x'.repeat(128) } })).toBeTypeOf('object')
      expect(parse({ metadata: { [key]: 'x'.repeat(129) } })).toBe('invalid_metadata')
      for (const empty of [null, '']) {
        expect(parse({ metadata: { [key]: empty } })).toEqual(parse({}))
      }
    }
  })

  it('metadata takes 16,384 bytes of JSON as it would be written anew', () => {
    const shell = Buffer.byteLength('{"t":""}')
    expect(parse({ metadata: { t: 'x'.repeat(16_384 - shell) } })).toBeTypeOf('object')
    expect(parse({ metadata: { t: 'x'.repeat(16_385 - shell) } })).toBe('metadata_too_large')
    expect(parse({ metadata: { t: 'é'.repeat(8188) } })).toBeTypeOf('object')
    expect(parse({ metadata: { t: 'é'.repeat(8189) } })).toBe('metadata_too_large')
    const head = JSON.stringify(VALID).slice(0, -1)
    const sent = (metadata: string): unknown =>
      parser.parse(Buffer.from(`${head},"metadata":${metadata}}`))
    expect(sent(`{"t": "${String.raw`\u0078`.repeat(16_000)}"}`)).toBeTypeOf('object')
    expect(sent(`{"t":[${'1e20,'.repeat(740)}1]}`)).toBeTypeOf('object')
    expect(sent(`{"t":[${'1e20,'.repeat(750)}1]}`)).toBe('metadata_too_large')
    expect(sent(`{"t":${' '.repeat(20_000)}1}`)).toBeTypeOf('object')
    expect(sent(`{"t":"${'x'.repeat(20_000)}","t":1}`)).toBeTypeOf('object')
  })
})

describe('an accepted event', () => {
  it('has absent fields as empty strings and -1', () => {
    expect(accept({ campaign: null, metadata: '' })).toMatchObject({
      timeMs: Date.UTC(2026, 10, 22, 10),
      channel: 'email',
      campaign: '',
      action: 'view',
      liveEvent: '',
      variant: '',
      source: '',
      transactionHi: 0,
      transactionLo: 0,
      valueMinor: -1,
      currency: '',
      quantity: -1,
    })
  })

  it('takes the campaign from utm_campaign when its own is absent', () => {
    const metadata = { utm_campaign: 'utm' }
    expect(accept({ metadata }).campaign).toBe('utm')
    expect(accept({ metadata, campaign: '' }).campaign).toBe('utm')
    expect(accept({ metadata, campaign: null }).campaign).toBe('utm')
    expect(accept({ metadata, campaign: ' ' }).campaign).toBe(' ')
  })

  it('takes strings as they are', () => {
    expect(accept({ channel: ' Email\n', user_hash: 'É' }).channel).toBe(' Email\n')
    expect(accept({ user_hash: 'e\u0301' }).person0).not.toBe(
      accept({ user_hash: '\u00e9' }).person0,
    )
  })

  it.each([
    ['purchase', { value: '12.5', currency: 'EUR' }, 1250, 'EUR'],
    ['purchase', { value: 0, currency: 'EUR' }, 0, 'EUR'],
    ['purchase', { value: '-0.00', currency: 'EUR' }, 0, 'EUR'],
    ['purchase', { currency: 'EUR' }, -1, ''],
    ['purchase', { value: '', unit_price: null, currency: 'EUR' }, -1, ''],
    ['purchase', { unit_price: '2.5', quantity: '4', currency: 'EUR' }, 1000, 'EUR'],
    ['purchase', { unit_price: '2.5', currency: 'EUR' }, 250, 'EUR'],
    ['purchase', { unit_price: '2.555', value: '1', currency: 'EUR' }, 100, 'EUR'],
    ['purchase', { value: '10000000000000', quantity: 3, currency: 'USD' }, 1e15, 'USD'],
    ['lead', { value: '7', currency: 'KWD' }, 7000, 'KWD'],
    ['refund', { value: '-3', currency: 'EUR' }, 300, 'EUR'],
    ['refund', { value: 3, currency: 'EUR' }, 300, 'EUR'],
    ['refund', { currency: 'EUR' }, -1, 'EUR'],
    ['refund', { unit_price: '1', quantity: 2 }, -1, ''],
    ['view', { value: '12.5', currency: 'EUR' }, -1, ''],
    ['view', { value: '99999999999999999.12345' }, -1, ''],
    ['Purchase', { value: '-1' }, -1, ''],
  ])('%s with %j is worth %d %s', (action_type, metadata, valueMinor, currency) => {
    expect(accept({ action_type, metadata })).toMatchObject({ valueMinor, currency })
  })

  it.each([
    ['purchase', { unit_price: '5000000000000', quantity: 3, currency: 'USD' }, 'value_too_large'],
    ['purchase', { unit_price: '0.125', quantity: 8, currency: 'USD' }, 'value_digits'],
    ['purchase', { unit_price: '-1', currency: 'USD' }, 'negative_value'],
    ['purchase', { unit_price: '1' }, 'missing_currency'],
    ['refund', { value: '1' }, 'missing_currency'],
    ['refund', { value: '-1.001', currency: 'USD' }, 'value_digits'],
    ['view', { value: 'x' }, 'invalid_value'],
    ['view', { currency: 'x' }, 'invalid_currency'],
    ['view', { quantity: '1.0' }, 'invalid_metadata'],
  ])('%s with %j is %s', (action_type, metadata, reason) => {
    expect(parse({ action_type, metadata })).toBe(reason)
  })

  it('follows the goals of the settings', () => {
    const goal = { name: 'sale', actions: ['order', 'buy'], closes: true, sources: 'all' as const }
    const settings: Settings = { ...DEFAULT_SETTINGS, goals: [{ ...goal, default: null }] }
    const own = createEventParser(settings)
    const metadata = { value: '1', currency: 'EUR' }
    expect(own.parse(bytes({ ...VALID, action_type: 'buy', metadata }))).toMatchObject({
      valueMinor: 100,
    })
    expect(own.parse(bytes({ ...VALID, action_type: 'purchase', metadata }))).toMatchObject({
      valueMinor: -1,
      currency: '',
    })
  })
})

describe('key and partition', () => {
  const record = (key: string | null, user_hash = 'u1') => ({
    offset: 0,
    key: key === null ? null : Buffer.from(key),
    value: bytes({ ...VALID, user_hash }),
  })
  const topic = createRecordParser(DEFAULT_SETTINGS, {
    partitioner: 'murmur2',
    counts: [{ fromOffset: 0, count: 1 }],
  })

  it('must be the user_hash, byte for byte', () => {
    for (const user of ['u1', 'ü', '😀'.repeat(64), ' u']) {
      expect(topic.parse(record(user, user), 0)).toBeTypeOf('object')
      expect(topic.parse(record(`${user}x`, user), 0)).toBe('key_mismatch')
      expect(topic.parse(record(user.slice(1), user), 0)).toBe('key_mismatch')
      expect(topic.parse(record('', user), 0)).toBe('key_mismatch')
      expect(topic.parse(record(null, user), 0)).toBe('key_mismatch')
    }
  })

  it('are checked last, the key first', () => {
    const value = bytes({ ...VALID, action_type: 'lead', metadata: { value: '1' } })
    expect(topic.parse({ offset: 0, key: null, value }, 5)).toBe('missing_currency')
    expect(topic.parse(record(null), 5)).toBe('key_mismatch')
    expect(topic.parse(record('u1'), 5)).toBe('wrong_partition')
  })

  it.each(['murmur2', 'crc32'] as const)(
    'by %s accept a record in exactly one partition',
    (partitioner) => {
      const parser12 = createRecordParser(DEFAULT_SETTINGS, {
        partitioner,
        counts: [{ fromOffset: 0, count: 12 }],
      })
      for (const user of ['u1', 'ü', 'someone']) {
        const results = Array.from({ length: 12 }, (_, p) => parser12.parse(record(user, user), p))
        expect(results.filter((result) => typeof result === 'object')).toHaveLength(1)
        expect(results.filter((result) => result === 'wrong_partition')).toHaveLength(11)
      }
    },
  )

  it('are not checked where they mean nothing', () => {
    const free = createRecordParser(DEFAULT_SETTINGS, {
      partitioner: 'none',
      counts: [{ fromOffset: 0, count: 12 }],
    })
    expect(free.parse(record('u1'), 7)).toBeTypeOf('object')
    expect(free.parse(record('u2'), 7)).toBe('key_mismatch')
    expect(createRecordParser(DEFAULT_SETTINGS, 'file').parse(record(null), 7)).toBeTypeOf('object')
  })
})

describe('the fingerprint of the settings', () => {
  it('is 16 bytes of hex and does not depend on the order of keys', () => {
    const turned = Object.fromEntries(Object.entries(DEFAULT_SETTINGS).toReversed())
    expect(settingsFingerprint(DEFAULT_SETTINGS, 'murmur2')).toMatch(/^[0-9a-f]{32}$/)
    expect(settingsFingerprint(turned as unknown as Settings, 'murmur2')).toBe(
      settingsFingerprint(DEFAULT_SETTINGS, 'murmur2'),
    )
  })

  it('changes with every single setting', () => {
    const fingerprints = Object.keys(DEFAULT_SETTINGS).map((key) =>
      settingsFingerprint({ ...DEFAULT_SETTINGS, [key]: 'other' }, 'murmur2'),
    )
    fingerprints.push(settingsFingerprint(DEFAULT_SETTINGS, 'crc32'))
    const all = new Set([...fingerprints, settingsFingerprint(DEFAULT_SETTINGS, 'murmur2')])
    expect(all.size).toBe(fingerprints.length + 1)
  })
})
