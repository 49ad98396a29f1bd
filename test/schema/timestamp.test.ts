import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TIME_MS_END, TIME_MS_MIN, parseTimestamp } from '../../src/schema/timestamp.ts'

describe('a timestamp', () => {
  it('is read as Date reads it, for every ms of the range and every zone', () => {
    const time = fc.integer({ min: TIME_MS_MIN, max: TIME_MS_END - 1 })
    const zone = fc.integer({ min: -23 * 60 - 59, max: 23 * 60 + 59 })
    fc.assert(
      fc.property(time, zone, fc.integer({ min: 0, max: 999_999 }), (timeMs, minutes, below) => {
        const local = new Date(timeMs + minutes * 60_000).toISOString().slice(0, -1)
        const size = Math.abs(minutes)
        const hh = String(Math.floor(size / 60)).padStart(2, '0')
        const mm = String(size % 60).padStart(2, '0')
        const digits = String(below).padStart(6, '0')
        const text = `${local}${digits}${minutes < 0 ? '-' : '+'}${hh}:${mm}`
        expect(parseTimestamp(text)).toBe(timeMs)
        expect(parseTimestamp(timeMs)).toBe(timeMs)
      }),
    )
  })

  it('knows every day of the range, and no other', () => {
    for (let year = 1999; year <= 2100; year++) {
      for (let month = 0; month <= 13; month++) {
        for (const day of [0, 1, 28, 29, 30, 31, 32]) {
          const [yyyy, mm, dd] = [year, month, day].map((n) => String(n).padStart(2, '0'))
          const date = new Date(Date.UTC(year, month - 1, day))
          const real = date.getUTCMonth() === month - 1 && date.getUTCDate() === day
          const inRange = real && year >= 2000 && year < 2100
          const expected = inRange ? date.getTime() : -1
          expect(parseTimestamp(`${yyyy}-${mm}-${dd}T00:00Z`)).toBe(expected)
        }
      }
    }
  })

  it.each([
    ['2026-11-22T10:00Z', '2026-11-22T10:00:00.000Z'],
    ['2026-11-22T10:00:07Z', '2026-11-22T10:00:07.000Z'],
    ['2026-11-22T10:00:07.9Z', '2026-11-22T10:00:07.900Z'],
    ['2026-11-22T10:00:07.05Z', '2026-11-22T10:00:07.050Z'],
    ['2026-11-22T10:00:07.999999999Z', '2026-11-22T10:00:07.999Z'],
    ['2026-11-22T10:00+02:00', '2026-11-22T08:00:00.000Z'],
    ['2026-11-22T10:00-00:00', '2026-11-22T10:00:00.000Z'],
    ['2024-02-29T23:59:59Z', '2024-02-29T23:59:59.000Z'],
    ['1999-12-31T23:30-00:30', '2000-01-01T00:00:00.000Z'],
    ['2100-01-01T00:29+00:30', '2099-12-31T23:59:00.000Z'],
  ])('%s is %s', (text, iso) => {
    expect(parseTimestamp(text)).toBe(Date.parse(iso))
  })

  it.each([
    '',
    '2026-11-22',
    '2026-11-22T10Z',
    '2026-11-22T10:00',
    '2026-11-22T10:00:00',
    '2026-11-22 10:00:00Z',
    '2026-11-22t10:00:00Z',
    '2026-11-22T10:00:00z',
    '2026-11-22T10:00:00,5Z',
    '2026-11-22T10:00:00.Z',
    '2026-11-22T10:00:00.1234567890Z',
    '2026-11-22T10:00:00Z ',
    ' 2026-11-22T10:00:00Z',
    '2026-11-22T10:00:00+0200',
    '2026-11-22T10:00:00+02',
    '2026-11-22T10:00:00+24:00',
    '2026-11-22T10:00:00+02:60',
    '2026-11-22T24:00:00Z',
    '2026-11-22T23:60:00Z',
    '2026-11-22T23:59:60Z',
    '2026-13-01T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-02-29T00:00:00Z',
    '2100-02-29T00:00:00Z',
    '20261122T100000Z',
    '+2026-11-22T10:00Z',
    '２０２６-11-22T10:00Z',
    '1999-12-31T23:59:59.999Z',
    '2100-01-01T00:00:00Z',
    '2000-01-01T00:00+00:01',
    '2099-12-31T23:59-00:01',
    '1795341600000',
  ])('%j is none', (text) => {
    expect(parseTimestamp(text)).toBe(-1)
  })

  it('as a number is an integer of epoch ms in the range', () => {
    expect(parseTimestamp(TIME_MS_MIN)).toBe(Date.UTC(2000, 0))
    expect(parseTimestamp(TIME_MS_END - 1)).toBe(Date.UTC(2100, 0) - 1)
    for (const value of [TIME_MS_MIN - 1, TIME_MS_END, 1.5e12 + 0.5, 0, -1, NaN, Infinity, 1e308]) {
      expect(parseTimestamp(value)).toBe(-1)
    }
  })

  it.each([undefined, null, true, [], ['2026-11-22T10:00Z'], {}, 10n])('%o is none', (value) => {
    expect(parseTimestamp(value)).toBe(-1)
  })
})
