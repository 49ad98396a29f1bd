// CSV: every cell as text, columns by name, rows as objects for the parser.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FileOptions } from '../../../src/adapters/files/file-input.ts'
import { METADATA_FIELDS } from '../../../src/adapters/files/table-columns.ts'
import { DEFAULT_SETTINGS } from '../../../src/core/settings.ts'
import { wireEventSchema } from '../../../src/schema/event-schema.ts'
import { createEventParser } from '../../../src/schema/parse-event.ts'
import { z } from 'zod'
import { createPlace, gzip } from './reading.ts'
import type { Place } from './reading.ts'

let place: Place
beforeAll(async () => {
  place = await createPlace()
})
afterAll(() => place.remove())

const HEADER = 'user_id,timestamp,channel,event_type'
const NOON = Date.parse('2026-01-01T12:00:00Z')

const readCsv = async (content: string | Uint8Array, given?: Partial<FileOptions>) => {
  await place.write('t.csv', content)
  return place.read(['t.csv'], given)
}
const valuesOf = async (content: string | Uint8Array, given?: Partial<FileOptions>) =>
  (await readCsv(content, given)).records.map(({ value }) => value)

const plain = {
  event_id: 't.csv:1',
  user_hash: '0017',
  timestamp: NOON,
  channel: 'email',
  action_type: 'view',
  campaign: undefined,
  metadata: undefined,
}

describe('columns', () => {
  it('needs no options for user_id, timestamp, channel and event_type', async () => {
    const { records } = await readCsv(`${HEADER}\n0017,2026-01-01 12:00:00,email,view\n`)
    expect(records).toEqual([{ timeMs: NOON, file: 0, row: 1, value: plain }])
    const event = createEventParser(DEFAULT_SETTINGS).parseObject(records[0]!.value)
    expect(event).toMatchObject({ timeMs: NOON, channel: 'email', action: 'view' })
  })

  it('takes the names of the contract before the aliases, and other columns by their names', async () => {
    const [value] = await valuesOf(
      'user_hash,user_id,timestamp,channel,action_type,event_id,campaign,value,currency,live_event_id,other\n' +
        'h,u,2026-01-01T12:00Z,email,purchase,e-1,spring,12.50,USD,,x\n',
    )
    expect(value).toEqual({
      event_id: 'e-1',
      user_hash: 'h',
      timestamp: NOON,
      channel: 'email',
      action_type: 'purchase',
      campaign: 'spring',
      metadata: { value: '12.50', currency: 'USD' },
    })
  })

  it('renames columns by --map, which wins over every other name', async () => {
    const map = new Map([
      ['user_hash', 'customer'],
      ['value', 'amount'],
    ])
    const [value] = await valuesOf(
      `customer,user_id,timestamp,channel,event_type,amount,value\nc,u,${NOON},email,view,5,7\n`,
      { map },
    )
    expect(value).toMatchObject({ user_hash: 'c', timestamp: NOON, metadata: { value: '5' } })
  })

  it('takes a column metadata as JSON, under the columns of their own', async () => {
    const rows = [`"{""variant"":""a"",""source"":""crm""}",pixel`, `nonsense,pixel`, `,`]
    const content = rows.map((row) => `u,${NOON},email,view,${row}\n`).join('')
    expect(await valuesOf(`${HEADER},metadata,source\n${content}`)).toMatchObject([
      { metadata: { variant: 'a', source: 'pixel' } },
      { metadata: 'nonsense' },
      { metadata: undefined },
    ])
  })

  it('knows the metadata keys of the contract, all of them', () => {
    const schema = z.toJSONSchema(wireEventSchema, { unrepresentable: 'any', io: 'input' })
    const metadata = JSON.stringify(schema.properties?.['metadata'])
    const keys = Object.keys(
      (JSON.parse(metadata) as { anyOf: { properties?: object }[] }).anyOf.find(
        ({ properties }) => properties !== undefined,
      )?.properties ?? {},
    )
    expect(keys.toSorted()).toEqual([...METADATA_FIELDS].toSorted())
  })
})

describe('cells', () => {
  it('are text as it stands: leading zeros, blanks, quotes, line breaks, Unicode', async () => {
    const values = await valuesOf(
      `${HEADER},utm_term\n` +
        `0017,${NOON}, e mail ,view,1e5\n` +
        `"00""17",${NOON},"a, b",view,"two\nlines"\n` +
        `ünï☃,${NOON},'x',view,NULL\n`,
    )
    expect(values).toMatchObject([
      { user_hash: '0017', channel: ' e mail ', metadata: { utm_term: '1e5' } },
      { user_hash: '00"17', channel: 'a, b', metadata: { utm_term: 'two\nlines' } },
      { user_hash: 'ünï☃', channel: "'x'", metadata: { utm_term: 'NULL' } },
    ])
  })

  it('may follow a byte-order mark, end in CRLF, and have blank lines behind them', async () => {
    expect(await valuesOf(`\ufeff${HEADER}\r\n0017,2026-01-01 12:00,email,view\r\n\r\n\n`)).toEqual(
      [plain],
    )
    expect(
      await valuesOf(`\ufeff"user_id","timestamp",channel,event_type\n0017,${NOON},email,"view"`),
    ).toEqual([plain])
  })

  it.each([
    ['semicolons', ';'],
    ['tabs', '\t'],
    ['bars', '|'],
  ])('may be separated by %s', async (_, separator) => {
    const content = `${HEADER},utm_term\n0017,${NOON},email,view,"a${separator}b"\n`
    expect(await valuesOf(content.replaceAll(',', separator))).toMatchObject([
      { user_hash: '0017', metadata: { utm_term: `a${separator}b` } },
    ])
  })

  it('that are not UTF-8 make a row that the parser refuses', async () => {
    const { records } = await readCsv(
      Buffer.from(`${HEADER}\nJos\xe9,${NOON},email,view\n`, 'latin1'),
    )
    const parser = createEventParser(DEFAULT_SETTINGS)
    expect(parser.parse(Buffer.from(`Jos\xe9`, 'latin1'))).toBe('invalid_json')
    expect(records[0]!.value).toBe(`${NOON},Jos\ufffd,email,view`)
  })

  it('that are empty where something is required stay empty, and the parser says so', async () => {
    const [value] = await valuesOf(`${HEADER},event_id\n,,,,\n`)
    expect(value).toMatchObject({ event_id: '', user_hash: '', timestamp: '', channel: '' })
    expect(createEventParser(DEFAULT_SETTINGS).parseObject(value)).toBe('invalid_event_id')
  })
})

describe('times', () => {
  it('without a zone are in --tz', async () => {
    const content = `${HEADER}\nu,2026-07-01 12:00:00,email,view\n`
    const { records } = await readCsv(content, { timeZone: 'Europe/Berlin' })
    expect(records[0]).toMatchObject({
      timeMs: Date.parse('2026-07-01T10:00:00Z'),
      value: { timestamp: Date.parse('2026-07-01T10:00:00Z') },
    })
  })

  it('that are invalid leave the row where it stands, for the parser to refuse', async () => {
    const rows = ['2026-01-02 00:00', 'tomorrow', '2026-01-01 00:00'].map(
      (t) => `u,${t},email,view\n`,
    )
    const { records } = await readCsv(`${HEADER}\n${rows.join('')}`)
    expect(records.map(({ row }) => row)).toEqual([3, 1, 2])
    expect(records[2]!.timeMs).toBe(records[1]!.timeMs)
    expect(createEventParser(DEFAULT_SETTINGS).parseObject(records[2]!.value)).toBe(
      'invalid_timestamp',
    )
  })
})

describe('empty channels', () => {
  it('become (direct) for conversions and refunds only, and are counted', async () => {
    const actions = ['purchase', 'refund', 'lead', 'view', 'Purchase']
    const { records, input } = await readCsv(
      `${HEADER}\n${actions.map((action) => `u,${NOON},,${action}\n`).join('')}`,
    )
    expect(records.map(({ value }) => (value as { channel: string }).channel)).toEqual([
      '(direct)',
      '(direct)',
      '(direct)',
      '',
      '',
    ])
    expect(input.directChannels).toBe(3)
  })
})

describe('users', () => {
  it('are hashed on demand when they are plain e-mails or phones, written as producers are asked to', async () => {
    const users = [
      'test@example.com',
      ' Test@Example.COM ',
      '+49 170 1234567',
      '0017',
      'a'.repeat(64),
    ]
    const content = `${HEADER}\n${users.map((user) => `${user},${NOON},email,view\n`).join('')}`
    const hashes = (await valuesOf(content, { hashUsers: true })) as { user_hash: string }[]
    expect(hashes.map(({ user_hash }) => user_hash)).toEqual([
      '973dfe463ec85785f5f95af5ba3906eedb2d931c24e69824a89ea65dba4e813b',
      '973dfe463ec85785f5f95af5ba3906eedb2d931c24e69824a89ea65dba4e813b',
      'b4267a2234e2072fa4d2e8d89fbe727c50fc414731d6ecacc2ed3d00f05038d1',
      '0017',
      'a'.repeat(64),
    ])
  })
})

describe('rows', () => {
  it('keep their number as event id over a sort, also beyond one block', async () => {
    const count = 20_000
    const rows = Array.from(
      { length: count },
      (_, i) => `u,${NOON + ((i * 7919) % count)},email,view\n`,
    )
    const { records } = await readCsv(`${HEADER}\n${rows.join('')}`, { memoryBytes: 100_000 })
    expect(records.length).toBe(count)
    for (const { value, row, timeMs } of records) {
      expect(value).toMatchObject({ event_id: `t.csv:${row}`, timestamp: timeMs })
      expect(timeMs).toBe(NOON + (((row - 1) * 7919) % count))
    }
  })

  it('may be none', async () => {
    expect(await valuesOf(`${HEADER}\n`)).toEqual([])
    expect(await valuesOf(HEADER)).toEqual([])
  })

  it('mix with other formats in one order', async () => {
    await place.write(
      '1.csv.gz',
      gzip(`${HEADER}\nu,${NOON},email,view\nu,${NOON + 2},email,view\n`),
    )
    await place.write('2.jsonl', `{"timestamp":${NOON + 1}}\n{"timestamp":${NOON}}\n`)
    const { records } = await place.read(['1.csv.gz', '2.jsonl'])
    expect(records.map(({ file, row }) => [file, row])).toEqual([
      [0, 1],
      [1, 2],
      [1, 1],
      [0, 2],
    ])
  })
})
