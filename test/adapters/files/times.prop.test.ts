// Times are found in three quick ways (by the engine, from bytes, in cells); each must agree with
// the parser that decides, over thousands of strings that are nearly times.
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ByteTime } from '../../../src/adapters/files/byte-time.ts'
import { parseCellTime } from '../../../src/adapters/files/cell-time.ts'
import { timeOfLine } from '../../../src/adapters/files/ndjson-file.ts'
import { offsetsOfZone } from '../../../src/adapters/files/time-zone.ts'
import { TIME_MS_END, TIME_MS_MIN, parseTimestamp } from '../../../src/schema/timestamp.ts'
import { createPlace } from './reading.ts'
import type { Place } from './reading.ts'

let place: Place
beforeAll(async () => {
  place = await createPlace()
})
afterAll(() => place.remove())

const digits = (width: number, max: number) =>
  fc.integer({ min: 0, max }).map((n) => String(n).padStart(width, '0'))

const valid = fc
  .tuple(
    fc.oneof({ weight: 9, arbitrary: digits(2, 99).map((y) => `20${y}`) }, digits(4, 9999)),
    digits(2, 13),
    digits(2, 32),
    fc.constantFrom('T', ' ', 't'),
    digits(2, 25),
    digits(2, 61),
    fc.option(digits(2, 61), { nil: undefined }),
    fc.option(fc.integer({ min: 0, max: 10 }), { nil: undefined }),
    fc.constantFrom('Z', '', 'z', '+00:00', '-07:30', '+14:00', '+24:00', '+0200', ' Z'),
  )
  .map(([year, month, day, t, hour, minute, second, fraction, zone]) => {
    const seconds = second === undefined ? '' : `:${second}`
    const part = fraction === undefined ? '' : `.${'1234567890'.slice(0, fraction)}`
    return `${year}-${month}-${day}${t}${hour}:${minute}${seconds}${part}${zone}`
  })

/** Valid times, nearly valid ones, and each with one character changed, left out or doubled. */
const nearTime = fc.oneof(
  valid,
  fc
    .tuple(
      valid,
      fc.nat(40),
      fc.constantFrom('', '0', '9', ':', '-', '/', '.', 'é', '\0', ' ', 'Z'),
    )
    .map(
      ([text, at, char]) =>
        text.slice(0, at % text.length) + char + text.slice((at % text.length) + 1),
    ),
  fc
    .tuple(valid, fc.nat(40))
    .map(
      ([text, at]) =>
        text.slice(0, at % text.length) + text.slice(Math.max(0, (at % text.length) - 1)),
    ),
  fc
    .date({ min: new Date(TIME_MS_MIN), max: new Date(TIME_MS_END), noInvalidDate: true })
    .map((d) => d.toISOString()),
  fc.constantFrom(
    '',
    '2026-02-29T00:00:00Z',
    '2024-02-29T23:59:59Z',
    '2100-01-01T00:00:00Z',
    '1999-12-31T23:59:59Z',
  ),
)

const wallInUtc = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)$/

describe('times from bytes', () => {
  it('are those of the parser, or left to it', () => {
    const strict = new ByteTime(false)
    let taken = 0
    fc.assert(
      fc.property(nearTime, (text) => {
        const bytes = Buffer.from(`xx${text}xx`)
        const timeMs = strict.parse(bytes, 2, bytes.length - 2)
        if (timeMs === -1) return
        taken++
        expect(timeMs).toBe(parseTimestamp(text))
      }),
      { numRuns: 5000 },
    )
    expect(taken).toBeGreaterThan(300)
  })

  it('without a zone are those of the parser with a Z behind them', () => {
    const wall = new ByteTime(true)
    let taken = 0
    fc.assert(
      fc.property(nearTime, (text) => {
        const bytes = Buffer.from(text)
        const timeMs = wall.parse(bytes, 0, bytes.length)
        if (timeMs === -1) return
        taken++
        expect(timeMs).toBe(
          parseTimestamp(text.length === 19 ? `${text.replace(' ', 'T')}Z` : text),
        )
      }),
      { numRuns: 5000 },
    )
    expect(taken).toBeGreaterThan(300)
  })

  it('take the canonical form always', () => {
    const times = new ByteTime(false)
    fc.assert(
      fc.property(fc.integer({ min: TIME_MS_MIN, max: TIME_MS_END - 1 }), (timeMs) => {
        const bytes = Buffer.from(new Date(timeMs).toISOString())
        expect(times.parse(bytes, 0, bytes.length)).toBe(timeMs)
      }),
    )
  })
})

describe('times of lines', () => {
  const json = (text: string): string => JSON.stringify(text)
  const value = fc.oneof(
    { weight: 6, arbitrary: nearTime.map(json) },
    fc.integer({ min: TIME_MS_MIN - 5, max: TIME_MS_END + 5 }).map(String),
    fc.double({ min: TIME_MS_MIN, max: TIME_MS_END, noNaN: true }).map(String),
    fc.constantFrom(
      'null',
      'true',
      '{}',
      '[]',
      '1e12',
      '1.7672256e12',
      '1767225600000.0',
      '-1767225600000',
      '01',
      '1e999',
    ),
    fc.jsonValue().map((v) => JSON.stringify(v)),
  )
  const key = fc.constantFrom(
    '"timestamp"',
    '"timestamp"',
    '"time\\u0073tamp"',
    '"Timestamp"',
    '"x"',
  )
  const member = fc.tuple(key, value).map(([k, v]) => `${k}:${v}`)
  const object = fc.array(member, { maxLength: 3 }).map((members) => `{${members.join(',')}}`)
  const anyLine = fc
    .oneof(
      { weight: 6, arbitrary: object },
      object.map((inner) => `{"metadata":${inner}}`),
      object.map((inner) => ` ${inner}\r`),
      fc.tuple(object, fc.nat(60)).map(([text, at]) => text.slice(0, at)),
      fc.constantFrom(
        '\ufeff{"timestamp":1767225600000}',
        '{"timestamp":1767225600000,"x":"\\udfff"}',
        '"timestamp"',
        '{"timestamp":1767225600000}}',
      ),
    )
    .map((text) => text.replaceAll('\n', ' '))
    .filter((text) => text.trim() !== '')

  it('are those of JSON.parse and the parser, whatever the engine makes of the line', async () => {
    // A dated line between every two shows by its neighbour's time whether a line was taken as
    // dated.
    const given = fc.sample(anyLine, { numRuns: 6000, seed: 7 })
    const markMs = Date.parse('2000-01-01T00:00:00Z')
    await place.write(
      'fuzz.ndjson',
      given.map((text) => `{"timestamp":${markMs}}\n${text}\n`).join(''),
    )
    const { records } = await place.read(['fuzz.ndjson'])
    const timeOfRow = new Map(records.map(({ row, timeMs }) => [row, timeMs]))
    let dated = 0
    for (const [i, text] of given.entries()) {
      const own = timeOfLine(Buffer.from(text))
      if (own !== -1) dated++
      expect([text, timeOfRow.get(2 * i + 2)]).toEqual([text, own === -1 ? markMs : own])
    }
    expect(dated).toBeGreaterThan(500)
  })
})

describe('times in cells', () => {
  const utc = offsetsOfZone('UTC')

  it("are the contract's times, epoch ms as digits, or times without a zone, and nothing else", () => {
    fc.assert(
      fc.property(fc.oneof(nearTime, fc.integer({ min: 0, max: 5e12 }).map(String)), (text) => {
        const wall = wallInUtc.exec(text)
        const expected = /^\d{12,13}$/.test(text)
          ? parseTimestamp(Number(text))
          : parseTimestamp(wall === null ? text : `${wall[1]}T${wall[2]}Z`)
        expect(parseCellTime(text, utc)).toBe(expected)
      }),
      { numRuns: 5000 },
    )
  })

  it.each([
    'Europe/Berlin',
    'America/St_Johns',
    'Australia/Lord_Howe',
    'Asia/Kolkata',
    'Pacific/Apia',
  ])('without a zone are the wall clock of %s', (zone) => {
    const offsetOfWall = offsetsOfZone(zone)
    const clock = new Intl.DateTimeFormat('sv-SE', {
      timeZone: zone,
      dateStyle: 'short',
      timeStyle: 'medium',
    })
    const instant = fc.integer({
      min: TIME_MS_MIN / 1000 + 86_400,
      max: TIME_MS_END / 1000 - 86_401,
    })
    fc.assert(
      fc.property(instant, (seconds) => {
        const wall = clock.format(seconds * 1000)
        const found = parseCellTime(wall, offsetOfWall)
        // Where a clock is set back a wall-clock time is the first of two.
        if (found !== seconds * 1000) expect(found).toBeLessThan(seconds * 1000)
        expect(clock.format(found)).toBe(wall)
      }),
      { numRuns: 500 },
    )
  })

  it.each([
    ['2026-10-25 02:30:00', '2026-10-25T00:30:00Z', 'the first of two when the clock is set back'],
    ['2026-03-29 02:30:00', '2026-03-29T01:30:00Z', 'the old offset when the clock is set forward'],
    ['2026-03-29 03:00', '2026-03-29T01:00:00Z', 'the new offset from then on'],
    ['2026-07-01T12:00:00.1239', '2026-07-01T10:00:00.123Z', 'fractions cut to ms'],
    ['2000-01-01 01:00:00', '2000-01-01T00:00:00Z', 'the range in UTC, not by the wall clock'],
  ])('of Europe/Berlin: %s is %s, %s', (text, iso) => {
    expect(parseCellTime(text, offsetsOfZone('Europe/Berlin'))).toBe(Date.parse(iso))
  })

  it.each([
    '2026-01-01',
    '2026-01-01 24:00',
    '2026-02-30 00:00',
    '01.02.2026 10:00',
    '1767225600',
    '17672256000000',
    ' 2026-01-01 00:00',
    '2000-01-01 00:30:00',
  ])('refuses %s', (text) => expect(parseCellTime(text, offsetsOfZone('Europe/Berlin'))).toBe(-1))
})
