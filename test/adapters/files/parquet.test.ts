// Parquet: columns of any type as text, instants and wall-clock times told apart.
import { copyFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FileOptions } from '../../../src/adapters/files/file-input.ts'
import { createPlace } from './reading.ts'
import type { Place } from './reading.ts'

let place: Place
beforeAll(async () => {
  place = await createPlace()
})
afterAll(() => place.remove())

const SUMMER = Date.parse('2026-07-01T12:00:00Z')
const HOUR_MS = 3_600_000

const readSelect = async (select: string, given?: Partial<FileOptions>) => {
  await place.engineWrites('t.parquet', select, 'Parquet')
  return (await place.read(['t.parquet'], given)).records
}

describe('Parquet', () => {
  it('gives every column as text', async () => {
    const records = await readSelect(
      `SELECT 17::UInt64 AS user_id, toDateTime64('2026-07-01 12:00:00.123456', 6, 'UTC') AS timestamp,
         CAST('email' AS LowCardinality(String)) AS channel, 'purchase' AS event_type,
         toDecimal64('12.50', 2) AS value, 'USD' AS currency, 3::Int8 AS quantity, 0.1::Float64 AS unit_price,
         CAST(NULL AS Nullable(String)) AS variant, '0017' AS product_id, toUUID('61f0c404-5cb3-11e7-907b-a6006ad3dba0') AS session_id`,
    )
    expect(records).toEqual([
      {
        timeMs: SUMMER + 123,
        file: 0,
        row: 1,
        value: {
          event_id: 't.parquet:1',
          user_hash: '17',
          timestamp: SUMMER + 123,
          channel: 'email',
          action_type: 'purchase',
          campaign: undefined,
          metadata: {
            value: '12.5',
            currency: 'USD',
            quantity: '3',
            unit_price: '0.1',
            product_id: '0017',
            session_id: '61f0c404-5cb3-11e7-907b-a6006ad3dba0',
          },
        },
      },
    ])
  })

  it.each([
    ['text in ISO 8601', `'2026-07-01T14:00:00+02:00'`],
    ['text without a zone', `'2026-07-01 12:00:00'`],
    ['epoch ms as a number', `${SUMMER}::Int64`],
    ['epoch ms as text', `'${SUMMER}'`],
    ['a date and time', `toDateTime('2026-07-01 12:00:00', 'UTC')`],
    ['nanoseconds of another zone', `toDateTime64('2026-07-01 14:00:00', 9, 'Europe/Berlin')`],
  ])('takes times as %s', async (_, sql) => {
    const [record] = await readSelect(
      `SELECT 'u' AS user_id, ${sql} AS timestamp, 'email' AS channel, 'view' AS event_type`,
    )
    expect(record).toMatchObject({ timeMs: SUMMER, value: { timestamp: SUMMER } })
  })

  it('keeps the order of rows over row groups', async () => {
    const records = await readSelect(
      `SELECT toString(number) AS user_id, ${SUMMER} + (number % 3) AS timestamp, 'email' AS channel, 'view' AS event_type
       FROM numbers(30000)`,
    )
    const users = records.map(({ value }) => Number((value as { user_hash: string }).user_hash))
    const all = Array.from({ length: 30_000 }, (_, i) => i)
    expect(users).toEqual(all.toSorted((a, b) => (a % 3) - (b % 3) || a - b))
    expect(records.map(({ row }) => row - 1)).toEqual(users)
  })

  describe('of another writer (fixtures/pyarrow.parquet)', () => {
    const fixture = new URL('fixtures/pyarrow.parquet', import.meta.url)
    const readFixture = async (column: string, given?: Partial<FileOptions>) => {
      await copyFile(fixture, place.path('other'))
      return (await place.read(['other'], { map: new Map([['timestamp', column]]), ...given }))
        .records
    }

    it('takes an instant as it is, whatever --tz says', async () => {
      const records = await readFixture('instant', { timeZone: 'America/New_York' })
      expect(records.map(({ row, timeMs }) => [row, timeMs])).toEqual([
        [2, Date.parse('2026-01-01T12:00:00Z')],
        [3, Date.parse('2026-01-01T12:00:00Z')],
        [1, SUMMER],
      ])
      expect(records[1]!.value).toMatchObject({ timestamp: '' })
    })

    it('takes a time without zone in --tz', async () => {
      expect((await readFixture('wall'))[2]).toMatchObject({ timeMs: SUMMER + 123 })
      expect((await readFixture('wall', { timeZone: 'America/New_York' }))[2]).toMatchObject({
        timeMs: SUMMER + 123 + 4 * HOUR_MS,
      })
    })

    it('takes nested metadata as JSON, under the columns of their own', async () => {
      const records = await readFixture('wall')
      expect(records.map(({ value }) => (value as { metadata: unknown }).metadata)).toEqual([
        { variant: 'b', utm_campaign: null, value: '12.5', quantity: '2', currency: 'USD' },
        expect.anything(),
        { variant: 'a', utm_campaign: 'spring' },
      ])
    })
  })
})
