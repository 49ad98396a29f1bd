// The order of the checks is part of the contract: of several reasons the first decides.
import { describe, expect, it } from 'vitest'
import { REJECTION_REASONS } from '../../src/core/event.ts'
import type { RejectionReason } from '../../src/core/event.ts'
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts'
import { explainRefusal } from '../../src/schema/explain.ts'
import { createEventParser } from '../../src/schema/parse-event.ts'
import { REASONS } from '../../src/schema/reasons.ts'

type Fields = Record<string, unknown>

const VALID: Fields = {
  event_id: 'e1',
  user_hash: 'u1',
  timestamp: '2026-11-22T10:00:00Z',
  channel: 'email',
  action_type: 'view',
}

/** What spoils a valid event, check by check, in the order of DETAILS. */
const SPOILERS: readonly (readonly [RejectionReason, Fields, Fields?])[] = [
  ['invalid_event_id', { event_id: 1 }],
  ['invalid_user_hash', { user_hash: `a@b.c${'x'.repeat(128)}` }],
  ['invalid_timestamp', { timestamp: 0 }],
  ['invalid_channel', { channel: '\udc00' }],
  ['invalid_action_type', { action_type: '' }],
  ['invalid_campaign', { campaign: false }],
  ['metadata_too_large', {}, { text: 'x'.repeat(16_384) }],
  ['invalid_metadata', {}, { variant: 5 }],
  ['invalid_metadata', {}, { quantity: 0 }],
  ['invalid_value', {}, { value: '1e3' }],
  ['invalid_value', {}, { unit_price: true }],
  ['invalid_currency', {}, { currency: 'usd' }],
  ['reserved_channel', { channel: '(other)' }],
  ['raw_identifier', { user_hash: 'a@b.c' }],
  ['missing_currency', { action_type: 'purchase' }, { value: '-99999999999999999.999' }],
  ['value_digits', { action_type: 'refund' }, { value: '99999999999999999.999', currency: 'EUR' }],
  ['value_too_large', { action_type: 'lead' }, { value: '-99999999999999999', currency: 'EUR' }],
  ['negative_value', { action_type: 'signup' }, { unit_price: '-1', currency: 'EUR' }],
]

const parser = createEventParser(DEFAULT_SETTINGS)
const parse = (event: unknown): unknown => parser.parse(Buffer.from(JSON.stringify(event)))

describe('a spoiled event', () => {
  it('is refused for its reason', () => {
    for (const [reason, fields, metadata] of SPOILERS) {
      expect([reason, parse({ ...VALID, ...fields, metadata })]).toEqual([reason, reason])
    }
  })

  it('is refused for the first of two reasons, for every pair that can stand together', () => {
    let pairs = 0
    for (const [i, [first, fields, metadata = {}]] of SPOILERS.entries()) {
      for (const [, otherFields, otherMetadata = {}] of SPOILERS.slice(i + 1)) {
        if (Object.keys(otherFields).some((key) => key in fields)) continue
        if (Object.keys(otherMetadata).some((key) => key in metadata)) continue
        const both = { ...metadata, ...otherMetadata }
        expect([first, parse({ ...VALID, ...otherFields, ...fields, metadata: both })]).toEqual([
          first,
          first,
        ])
        pairs++
      }
    }
    expect(pairs).toBeGreaterThan(100)
  })

  it('without an object for metadata is refused before its size could be', () => {
    expect(parse({ ...VALID, metadata: ['x'.repeat(20_000)] })).toBe('invalid_metadata')
    expect(parse({ ...VALID, metadata: 'x' })).toBe('invalid_metadata')
    expect(parse({ ...VALID, metadata: [], campaign: 1 })).toBe('invalid_campaign')
  })
})

describe('the table of reasons', () => {
  const ofFields = REJECTION_REASONS.filter((reason) => REASONS[reason].example.startsWith('"'))

  it('has an entry for every reason, with a cure', () => {
    expect(Object.keys(REASONS)).toEqual([...REJECTION_REASONS])
    for (const { meaning, cure } of Object.values(REASONS)) {
      expect(meaning).toMatch(/\.$/)
      expect(cure).toMatch(/\.$/)
    }
    expect(ofFields).toHaveLength(16)
  })

  it.each(ofFields.filter((reason) => reason !== 'metadata_too_large'))(
    'shows an example that is refused as %s',
    (reason) => {
      const fields = JSON.parse(`{${REASONS[reason].example}}`) as Fields
      expect(parse({ ...VALID, ...fields })).toBe(reason)
    },
  )
})

describe('the explanation of a refusal', () => {
  it.each([
    [{ event_id: 17 }, 'event_id', 'a number, like 99'],
    [{ event_id: undefined }, 'event_id', 'missing'],
    [
      { timestamp: '2026-11-22 10:00' },
      'timestamp',
      'a string of 16 characters, like "9999-99-99 99:99"',
    ],
    [{ campaign: ['x'] }, 'campaign', 'an array of 1'],
    [{ metadata: 'text' }, 'metadata', 'a string of 4 characters, like "aaaa"'],
    [{ metadata: { arm: null, variant: {} } }, 'metadata.variant', 'an object'],
    [{ metadata: { value: '1,5' } }, 'metadata.value', 'a string of 3 characters, like "9,9"'],
    [{ metadata: { unit_price: true } }, 'metadata.unit_price', 'a boolean'],
    [
      { user_hash: 'Ada@Example.com' },
      'user_hash',
      'a string of 15 characters, like "Aaa@Aaaaaaa.aaa"',
    ],
    [{ action_type: 'lead', metadata: { value: 1 } }, 'metadata.currency', 'missing'],
    [
      { action_type: 'lead', metadata: { unit_price: '1.5', currency: 'JPY' } },
      'metadata.unit_price',
      'a string of 3 characters, like "9.9"; JPY has 0 digits',
    ],
    [
      { action_type: 'lead', metadata: { value: '-5', currency: 'EUR' } },
      'metadata.value',
      'a string of 2 characters, like "-9"',
    ],
  ])('of %j names %s, and what was found: %s', (fields, field, found) => {
    const wire = JSON.parse(JSON.stringify({ ...VALID, ...fields })) as Fields
    const reason = parse(wire) as RejectionReason
    expect(explainRefusal(wire, reason)).toEqual({ reason, field, found })
  })

  it('never tells the value itself', () => {
    const secret = 'Zebra-4711@quux.example'
    for (const field of ['user_hash', 'timestamp', 'metadata']) {
      const wire = { ...VALID, [field]: secret }
      const { found } = explainRefusal(wire, parse(wire) as RejectionReason)
      expect(found).not.toMatch(/zebra|4711|quux/i)
    }
  })
})
