import { expect, it } from 'vitest'
import type { SourceRecord } from '../../src/ports/record-source.ts'
import { judgeSpan } from '../../src/runtime/judge-span.ts'
import { createRecordParser } from '../../src/schema/record.ts'
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts'

const parser = createRecordParser(DEFAULT_SETTINGS, {
  partitioner: 'none',
  counts: [{ fromOffset: 0, count: 1 }],
})
const USER = 'ab12'
const EVENT = Buffer.from(
  JSON.stringify({
    event_id: 'e1',
    user_hash: USER,
    timestamp: '2026-01-05T10:30:00Z',
    channel: 'email',
    action_type: 'view',
  }),
)
const TICK = { 'tributary.tick': Buffer.from('') }

const contentOf = (record: Partial<SourceRecord>): unknown => {
  const whole = { offset: 7, timeMs: 1_800_000_000_000, key: Buffer.from(USER), value: EVENT }
  const records = [{ ...whole, ...record }]
  const judged = judgeSpan({ topic: 'events', partition: 0, from: 5, to: 9, records }, parser)
  expect([judged.from, judged.to, judged.records.length]).toEqual([5, 9, 1])
  expect(judged.records[0]).toMatchObject({ offset: 7, timeMs: 1_800_000_000_000 })
  expect(judged.source(0)).toBe(records[0])
  return judged.records[0]!.content
}

it('makes an event of a valid record', () => {
  expect(contentOf({})).toMatchObject({ channel: 'email', action: 'view' })
})

it.each([
  ['a null value and any key', { value: null, key: null, headers: TICK }],
  ['an empty value', { value: Buffer.alloc(0), headers: TICK }],
  ['a header without value', { value: null, headers: { 'tributary.tick': null } }],
])('takes the tick header with %s for a tick', (_, record) => {
  expect(contentOf(record)).toBe('tick')
})

it('takes a record with the tick header and a value for what its value says', () => {
  expect(contentOf({ headers: TICK })).toMatchObject({ action: 'view' })
})

const FIRST_MS = Date.UTC(2000, 0)
it.each([-1, 0, FIRST_MS - 1])('takes a record of time %i for one of the year 2000', (timeMs) => {
  const record = { offset: 7, timeMs, key: Buffer.from(USER), value: EVENT }
  const span = { topic: 'events', partition: 0, from: 7, to: 8, records: [record] }
  expect(judgeSpan(span, parser).records[0]).toMatchObject({ offset: 7, timeMs: FIRST_MS })
})

it.each([
  ['an empty value without the header', { value: Buffer.alloc(0) }, 'invalid_json'],
  ['no value with other headers', { value: null, headers: { tick: null } }, 'invalid_json'],
  [
    'a header inherited from nowhere',
    { value: null, headers: Object.create(TICK) as object },
    'invalid_json',
  ],
  ['another person’s key', { key: Buffer.from('cd34') }, 'key_mismatch'],
  ['no key', { key: null }, 'key_mismatch'],
])('rejects %s', (_, record, reason) => {
  expect(contentOf(record as Partial<SourceRecord>)).toBe(reason)
})
