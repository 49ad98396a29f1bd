// What a person reads when a file cannot be read: which file, which line and column, and what would
// help.
import { chmod, mkdir, readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FileOptions } from '../../../src/adapters/files/file-input.ts'
import { TributaryError } from '../../../src/ports/errors.ts'
import { createPlace, gzip } from './reading.ts'
import type { Place } from './reading.ts'

let place: Place
beforeAll(async () => {
  place = await createPlace()
})
afterAll(() => place.remove())

const HEADER = 'user_id,timestamp,channel,event_type\n'
const ROW = 'u,2026-01-01 12:00:00,email,view\n'
const WRITE_AGAIN = 'Copy or write the file again, and compare its size with the original.'
const QUOTES =
  'A cell that holds the separator, a quote or a line break must stand in double quotes, and a quote inside ' +
  'it must be doubled.'

/** The failure of a file with this content; every failure must leave nothing behind. */
const refused = async (
  name: string,
  content: string | Uint8Array,
  given?: Partial<FileOptions>,
) => {
  await place.write(name, content)
  const failure = await place.failure([name], given)
  expect(await place.leftovers()).toEqual([])
  return failure
}
const badData = (message: string, hint: string) => ({ code: 'TRIBUTARY_BAD_DATA', message, hint })

describe('paths', () => {
  it('that do not exist', async () => {
    expect(await place.failure(['none.csv'])).toEqual(badData('none.csv does not exist.', ''))
  })

  it('of an empty file', async () => {
    expect(await refused('empty.csv', '')).toEqual(badData('empty.csv is empty.', ''))
  })

  it('of a folder without event files', async () => {
    await mkdir(place.path('docs'), { recursive: true })
    await place.write('docs/readme.md', '#')
    const failure = await place.failure(['docs'])
    expect(failure.message).toBe('docs holds no event files.')
    expect(failure.hint).toMatch(/^A folder stands for the \.ndjson, .* files in it/)
  })

  it.skipIf(process.getuid?.() === 0)('that may not be read', async () => {
    await place.write('secret.csv', HEADER)
    await chmod(place.path('secret.csv'), 0)
    expect((await place.failure(['secret.csv'])).message).toBe('secret.csv may not be read.')
  })

  it('of something that can be read only once', async () => {
    const failure = await place.failure(['../../dev/null'])
    expect(failure.message).toMatch(/neither a file nor a folder\.$/)
  })
})

describe('a file that is no table', () => {
  it.each([
    ['x.csv', 'just words\nand more\n', /line 1 does not name columns separated by/],
    ['x.bin', Buffer.from([1, 2, 0, 3, 0, 44]), /^x\.bin is no table of events: it is binary\.$/],
    ['x.csv', Buffer.from([1, 44, 0, 3, 0, 44]), /line 1 does not name columns/],
    ['x.json', '[{"timestamp":1}]', /^x\.json is no table of events: it is one JSON array\.$/],
    ['x', '<html>', /it is HTML or XML\.$/],
    ['x', ' \n', /there is nothing in it\.$/],
    [
      'x.xlsx',
      'PK\u0003\u0004abc',
      /^x\.xlsx is a ZIP archive or an Excel workbook, not a table\.$/,
    ],
    ['x.csv', Buffer.from('\ufeffuser_id,timestamp', 'utf16le'), /^x\.csv is text in UTF-16/],
    ['x.parquet', 'hello', /^x\.parquet is no table of events: it does not begin as a Parquet/],
    [
      'x.parquet',
      'PAR1 hello',
      /^x\.parquet is no Parquet file, or is cut short: its end is missing\.$/,
    ],
    [
      'x.csv',
      'user_id,timestamp\r1,2\r',
      /^x\.csv, line 1: the lines end with a bare carriage return\.$/,
    ],
  ])('%s: %j', async (name, content, message) => {
    const failure = await refused(name, content)
    expect(failure.code).toBe('TRIBUTARY_BAD_DATA')
    expect(failure.message).toMatch(message)
    expect(failure.hint).not.toBe('')
  })

  it('is not asked twice when --format says what it is', async () => {
    await place.write('odd.txt', '<html>\n')
    expect((await place.read(['odd.txt'], { format: 'ndjson' })).records.length).toBe(1)
  })
})

describe('columns', () => {
  it('that are missing, with those there are and the option that helps', async () => {
    expect(await refused('c.csv', `userid,ts,channel,event_type\n`)).toEqual(
      badData(
        'c.csv has no column "user_hash" or "user_id"; it has "userid", "ts", "channel", "event_type".',
        'Say which column it is: --map user_hash=userid',
      ),
    )
    expect(await refused('c.csv', `user_id,event_time,channel,event_type\n`)).toEqual(
      badData(
        'c.csv has no column "timestamp"; it has "user_id", "event_time", "channel", "event_type".',
        'Say which column it is: --map timestamp=event_time',
      ),
    )
    expect(await refused('c.csv', 'user_id,ts,campaign,event_type\n')).toMatchObject({
      hint: 'Say which column it is: --map timestamp=ts',
    })
    expect(await refused('c.csv', 'user_id,timestamp,zzz,event_type\n')).toMatchObject({
      hint: 'Say which column it is: --map channel=<column>',
    })
  })

  it('that --map names and the file has not', async () => {
    const map = new Map([['value', 'ammount']])
    expect(
      await refused('m.csv', `user_id,timestamp,channel,event_type,amount\n`, { map }),
    ).toEqual(
      badData(
        'm.csv has no column "ammount", which --map names; it has "user_id", "timestamp", "channel", "event_type", "amount".',
        'Did you mean --map value=amount?',
      ),
    )
  })

  it('that are there twice', async () => {
    expect(await refused('d.csv', `user_id,timestamp,channel,event_type,channel\n`)).toEqual(
      badData('d.csv has the column "channel" twice.', 'Rename one of the two in line 1.'),
    )
  })

  it('of Parquet', async () => {
    await place.engineWrites(
      'p.parquet',
      `SELECT 1 AS user_id, 2 AS time, 'x' AS channel`,
      'Parquet',
    )
    expect(await place.failure(['p.parquet'])).toMatchObject({
      message: 'p.parquet has no column "timestamp"; it has "user_id", "time", "channel".',
      hint: 'Say which column it is: --map timestamp=time',
    })
  })
})

describe('options', () => {
  it('that map an unknown field', async () => {
    const map = new Map([['user', 'x']])
    expect(await refused('o.csv', HEADER + ROW, { map })).toMatchObject({
      code: 'TRIBUTARY_USAGE',
      message: '--map: "user" is no field of an event.',
      hint: expect.stringMatching(/^Did you mean user_hash=x\?/) as string,
    })
  })

  it('that map where nothing can be mapped', async () => {
    const map = new Map([['user_hash', 'x']])
    expect(await refused('o.ndjson', '{}\n', { map })).toMatchObject({
      code: 'TRIBUTARY_USAGE',
      message: expect.stringContaining('NDJSON are taken as they are') as string,
    })
  })

  it('that name no time zone', async () => {
    expect(await refused('o.csv', HEADER + ROW, { timeZone: 'Berlin' })).toMatchObject({
      code: 'TRIBUTARY_USAGE',
      message: '--tz: "Berlin" is no time zone.',
    })
  })
})

describe('rows of a CSV', () => {
  it('that are short, with line and column', async () => {
    expect(await refused('s.csv', `${HEADER}${ROW}u,2026-01-01 12:00\n${ROW}`)).toEqual(
      badData('s.csv, line 3 (row 2): 2 of 4 cells, column "channel" is missing.', QUOTES),
    )
  })

  it('that are long', async () => {
    expect(await refused('l.csv', `${HEADER}u,2026-01-01 12:00,a,b,c\n`)).toEqual(
      badData('l.csv, line 2 (row 1): more cells than the 4 columns of line 1.', QUOTES),
    )
  })

  it('behind line breaks in cells and in the header, and far into the file', async () => {
    const rows = `u,2026-01-01 12:00,"e\nmail",view,\n`.repeat(20_000)
    const failure = await refused(
      'far.csv',
      `user_id,timestamp,channel,event_type,"a\nb"\n${rows}u\n`,
    )
    expect(failure.message).toBe(
      'far.csv, line 40003 (row 20001): 1 of 5 cells, column "timestamp" is missing.',
    )
  })

  it('that are blank in the middle', async () => {
    expect((await refused('b.csv', `${HEADER}${ROW}\n${ROW}`)).message).toBe(
      'b.csv, line 3 (row 2): 1 of 4 cells, column "timestamp" is missing.',
    )
  })

  it('with a quote that does not fit', async () => {
    expect((await refused('q.csv', `${HEADER}u,"2026"-01,a,b\n`)).message).toBe(
      'q.csv, line 2 (row 1): column "timestamp" does not end at its quote.',
    )
  })

  it('with a quote that is never closed, which would swallow all that follows', async () => {
    expect(
      await refused('open.csv', `${HEADER}${ROW}u,2026-01-01 12:00,email,"view\n${ROW}${ROW}`),
    ).toEqual(
      badData(
        'open.csv, row 2: a quote is opened and never closed, so the rest of the file is one cell.',
        QUOTES,
      ),
    )
    // A line break in the last cell of a sound file is not taken for that.
    await place.write('closed.csv', `${HEADER}${ROW}u,2026-01-01 12:00,email,"vi""ew\nx"`)
    expect((await place.read(['closed.csv'])).records.length).toBe(2)
  })

  it('are counted the same way when the file is packed', async () => {
    expect((await refused('s.csv.gz', gzip(`${HEADER}${ROW}u\n`))).message).toMatch(
      /^s\.csv\.gz, line 3 \(row 2\): 1 of 4 cells/,
    )
  })
})

describe('damaged files', () => {
  const content = Array.from(
    { length: 20_000 },
    (_, i) => `{"timestamp":1767225600000,"i":${i * 7919}}\n`,
  ).join('')

  it('in gzip, wherever they are cut or damaged', async () => {
    const whole = gzip(content)
    const failure = badData(
      'g.ndjson.gz is damaged or cut short: it cannot be unpacked (gzip).',
      WRITE_AGAIN,
    )
    for (const length of [20, whole.length >> 1, whole.length - 8, whole.length - 1]) {
      expect(await refused('g.ndjson.gz', whole.subarray(0, length))).toEqual(failure)
    }
    const damaged = Buffer.from(whole)
    damaged[whole.length >> 1]! ^= 0xff
    expect(await refused('g.ndjson.gz', damaged)).toEqual(failure)
  })

  it('in zstd, which the engine would take as if they ended there', async () => {
    await place.write('z.ndjson', content)
    await place.engineWrites(
      'z.ndjson.zst',
      `SELECT * FROM file('${place.path('z.ndjson')}', LineAsString, 'line String')`,
      'TSVRaw',
    )
    const whole = await readFile(place.path('z.ndjson.zst'))
    expect((await place.read(['z.ndjson.zst'])).records.length).toBe(20_000)
    const cut = badData('cut.zst is cut short (zstd).', WRITE_AGAIN)
    for (const length of [5, 100, whole.length >> 1, whole.length - 1]) {
      expect(await refused('cut.zst', whole.subarray(0, length))).toEqual(cut)
    }
    const damaged = Buffer.from(whole)
    damaged.fill(0x5a, (whole.length >> 1) + 10, (whole.length >> 1) + 40)
    expect((await refused('dmg.zst', damaged)).message).toMatch(
      /^dmg\.zst is (damaged or )?cut short/,
    )
  })

  it('in Parquet, with the column, before the first record', async () => {
    const select = `SELECT toString(number) AS user_id, 1767225600000 + number AS timestamp, 'email' AS channel,
      'view' AS event_type, randomPrintableASCII(40, number) AS utm_term FROM numbers(50000)`
    await place.engineWrites('p.parquet', select, 'Parquet')
    const whole = await readFile(place.path('p.parquet'))
    expect((await refused('p.parquet', whole.subarray(0, whole.length >> 1))).message).toBe(
      'p.parquet is no Parquet file, or is cut short: its end is missing.',
    )
    const damaged = Buffer.from(whole)
    for (let i = 0; i < 2000; i++) damaged[(whole.length >> 1) + i]! ^= 0x5a
    const phases = new Set<string>()
    const onProgress: FileOptions['onProgress'] = ({ phase }) => phases.add(phase)
    expect(await refused('p.parquet', damaged, { onProgress })).toEqual(
      badData('p.parquet, column "utm_term": the Parquet data is damaged.', WRITE_AGAIN),
    )
    expect([...phases]).toEqual(['checking'])
  })

  it('of any kind are either read or refused as bad data, and never end the process', async () => {
    const select = `SELECT toString(number) AS user_id, 1767225600000 + number AS timestamp, 'email' AS channel,
      'view' AS event_type, randomPrintableASCII(10, number) AS utm_term FROM numbers(2000)`
    for (const [name, format] of [
      ['f.parquet', 'Parquet'],
      ['f.csv', 'CSVWithNames'],
      ['f.csv.zst', 'CSVWithNames'],
      ['f.csv.gz', 'CSVWithNames'],
    ] as const) {
      await place.engineWrites(name, select, format)
      const whole = await readFile(place.path(name))
      const byte = fc.record({ at: fc.nat(whole.length - 1), to: fc.nat(255) })
      let refusals = 0
      await fc.assert(
        fc.asyncProperty(
          fc.array(byte, { minLength: 1, maxLength: 4 }),
          fc.option(fc.nat(whole.length), { nil: whole.length, freq: 4 }),
          async (changes, length) => {
            const damaged = Buffer.from(whole)
            for (const { at, to } of changes) damaged[at] = to
            await place.write(`damaged-${name}`, damaged.subarray(0, length))
            try {
              await place.read([`damaged-${name}`])
            } catch (error) {
              refusals++
              if (!(error instanceof TributaryError)) throw error
              expect(error.code).toBe('TRIBUTARY_BAD_DATA')
            }
            expect(await place.leftovers()).toEqual([])
          },
        ),
        // The engine (26.7) spins for minutes on one in some thousand damaged Parquet pages, which
        // nothing outside of it can end: so the same damage every time.
        { numRuns: 25, seed: 42 },
      )
      expect(refusals).toBeGreaterThan(0)
    }
  })
})
