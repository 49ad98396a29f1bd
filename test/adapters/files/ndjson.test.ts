// NDJSON: strictly lines, whatever is on them, with the times that our own parser sees.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPlace, gzip, lines } from './reading.ts'
import type { Place } from './reading.ts'

let place: Place
beforeAll(async () => {
  place = await createPlace()
})
afterAll(() => place.remove())

const at = (time: string): number => Date.parse(`2026-01-01T${time}Z`)
const event = (time: string, more: object = {}): string =>
  JSON.stringify({ timestamp: `2026-01-01T${time}Z`, ...more })

const timesOf = async (content: string): Promise<[number, number][]> => {
  await place.write('times.ndjson', content)
  const { records } = await place.read(['times.ndjson'])
  return records.map(({ row, timeMs }) => [row, timeMs])
}

describe('lines', () => {
  it('gives the bytes of every line as they are, by event time', async () => {
    await place.write('a.ndjson', lines(event('00:02:00'), event('00:01:00', { ü: 'ß ☃' })))
    const { records, input } = await place.read(['a.ndjson'])
    expect(records).toEqual([
      { timeMs: at('00:01:00'), value: event('00:01:00', { ü: 'ß ☃' }), file: 0, row: 2 },
      { timeMs: at('00:02:00'), value: event('00:02:00'), file: 0, row: 1 },
    ])
    expect(input.files).toMatchObject([{ label: 'a.ndjson', format: 'ndjson' }])
  })

  it('leaves out blank lines but counts them in line numbers', async () => {
    expect(await timesOf(`\n${event('00:01:00')}\n \t\r\n\n${event('00:02:00')}`)).toEqual([
      [2, at('00:01:00')],
      [5, at('00:02:00')],
    ])
  })

  it('takes Windows line ends and a last line without one', async () => {
    await place.write('crlf.ndjson', `${event('00:01:00')}\r\n${event('00:02:00')}`)
    const { records } = await place.read(['crlf.ndjson'])
    expect(records.map(({ value }) => value)).toEqual([`${event('00:01:00')}\r`, event('00:02:00')])
  })

  it('has no records in a file of blank lines', async () => {
    await place.write('blank.ndjson', '\n\n')
    expect((await place.read(['blank.ndjson'])).records).toEqual([])
  })

  it('keeps the order of lines with equal times', async () => {
    const same = Array.from({ length: 5000 }, (_, i) => event('00:01:00', { i }))
    await place.write('ties.ndjson', lines(event('00:02:00'), ...same))
    const { records } = await place.read(['ties.ndjson'])
    expect(records.map(({ row }) => row)).toEqual([...same.map((_, i) => i + 2), 1])
  })
})

describe('lines without a valid time', () => {
  it('take the time of the line before', async () => {
    const content = lines(
      event('00:03:00'),
      'no JSON',
      '{"timestamp":"yesterday"}',
      event('00:01:00'),
      '[]',
    )
    expect(await timesOf(content)).toEqual([
      [4, at('00:01:00')],
      [5, at('00:01:00')],
      [1, at('00:03:00')],
      [2, at('00:03:00')],
      [3, at('00:03:00')],
    ])
  })

  it('take the first valid time when there is none before', async () => {
    expect(await timesOf(lines('junk', '{}', event('00:03:00'), event('00:01:00')))).toEqual([
      [4, at('00:01:00')],
      [1, at('00:03:00')],
      [2, at('00:03:00')],
      [3, at('00:03:00')],
    ])
  })

  it('go on from the file before when their file has no time at all', async () => {
    await place.write('1.ndjson', lines(event('00:05:00'), event('00:03:00')))
    await place.write('2.ndjson', lines('junk', 'more junk'))
    await place.write('3.ndjson', lines(event('00:04:00')))
    const { records } = await place.read(['1.ndjson', '2.ndjson', '3.ndjson'])
    expect(records.map(({ file, row, timeMs }) => [file, row, timeMs])).toEqual([
      [0, 2, at('00:03:00')],
      [1, 1, at('00:03:00')],
      [1, 2, at('00:03:00')],
      [2, 1, at('00:04:00')],
      [0, 1, at('00:05:00')],
    ])
  })

  it('take the first time of the files behind when there is nothing before', async () => {
    await place.write('1.ndjson', lines('junk'))
    await place.write('2.ndjson', lines('junk', event('00:04:00')))
    const { records } = await place.read(['1.ndjson', '2.ndjson'])
    expect(records.map(({ timeMs }) => timeMs)).toEqual(Array(3).fill(at('00:04:00')))
  })

  it('stand at the beginning of all times when there is no time anywhere', async () => {
    expect(await timesOf(lines('junk', 'junk'))).toEqual([
      [1, Date.parse('2000-01-01T00:00:00Z')],
      [2, Date.parse('2000-01-01T00:00:00Z')],
    ])
  })
})

describe('where the engine reads JSON differently', () => {
  const first = at('00:09:00')
  const own = at('00:01:00')
  const stamp = '"timestamp":"2026-01-01T00:01:00Z"'
  const old = '"timestamp":"2026-01-01T00:00:00Z"'

  it.each([
    ['of a repeated key the last counts', `{${old},${stamp}}`, own],
    ['also when an escape hides it', `{${old},"time\\u0073tamp":"2026-01-01T00:01:00Z"}`, own],
    ['a lone surrogate is no reason against a time', `{${stamp},"x":"\\ud800"}`, own],
    ['nor is an integer beyond 64 bits', `{${stamp},"x":123456789012345678901234567890}`, own],
    ['nor a number beyond a double', `{${stamp},"x":1e999}`, own],
    ['nor deep nesting', `{${stamp},"x":${'['.repeat(1500)}${']'.repeat(1500)}}`, own],
    ['a number may be written as a decimal', `{"timestamp":1767225660000.0}`, own],
    ['or with an exponent', `{"timestamp":176722566e4}`, own],
    ['digits in a string are no time', `{"timestamp":"1767225660000"}`, first],
    ['a byte-order mark makes a line no JSON', `\ufeff{${stamp}}`, first],
    ['a time inside metadata is not the time of the event', `{"metadata":{${stamp}}}`, first],
    ['an array has no time', '["timestamp",5]', first],
    ['text behind the object makes a line no JSON', `{${stamp}} x`, first],
    ['a comma at the end does too', `{${stamp},}`, first],
    ['a tab inside a string does too', `{${stamp},"x":"\t"}`, first],
  ])('%s', async (_, line, timeMs) => {
    expect(await timesOf(`${event('00:09:00')}\n${line}\n`)).toContainEqual([2, timeMs])
  })

  it('a line that is not UTF-8 has no time', async () => {
    const bytes = Buffer.from(`${event('00:09:00')}\n{${stamp},"x":"?"}\n`)
    bytes[bytes.indexOf('?')] = 0xff
    await place.write('latin1.ndjson', bytes)
    const { records } = await place.read(['latin1.ndjson'])
    expect(records.map(({ timeMs }) => timeMs)).toEqual([first, first])
  })
})

describe('places', () => {
  const content = lines(event('00:01:00'), event('00:02:00'))

  it('reads gzip and zstd by their bytes, whatever the name', async () => {
    await place.write('events.ndjson.gz', gzip(content))
    await place.write('members.log', Buffer.concat([gzip(content), gzip(content)]))
    await place.engineWrites(
      'events.jsonl.zst',
      `SELECT ${"'" + event('00:01:00') + "'"}`,
      'TSVRaw',
    )
    for (const [name, count] of [
      ['events.ndjson.gz', 2],
      ['members.log', 4],
      ['events.jsonl.zst', 1],
    ] as const) {
      const { records } = await place.read([name])
      expect(records.length).toBe(count)
      expect(records[0]!.timeMs).toBe(at('00:01:00'))
    }
  })

  it('reads the event files of a folder by name, one level deep, and tells what it left out', async () => {
    const { mkdir } = await import('node:fs/promises')
    await mkdir(place.path('days/deeper'), { recursive: true })
    await place.write('days/b.ndjson', lines(event('00:01:00', { b: 1 })))
    await place.write('days/a.ndjson.gz', gzip(lines(event('00:01:00', { a: 1 }))))
    await place.write('days/B.csv', 'user_id,timestamp,channel,event_type\n')
    await place.write('days/c.ndjson', '')
    await place.write('days/notes.md', '# notes')
    await place.write('days/.hidden.ndjson', 'x')
    await place.write('days/deeper/d.ndjson', lines(event('00:01:00')))
    const { records, input } = await place.read(['days'])
    expect(input.files.map(({ label }) => label)).toEqual(['B.csv', 'a.ndjson.gz', 'b.ndjson'])
    expect(records.map(({ file }) => file)).toEqual([1, 2])
    expect(input.skipped).toEqual(
      ['c.ndjson', 'deeper', 'notes.md'].map((name) => place.path(`days/${name}`)),
    )
  })

  it('takes any name, also one that is a pattern to the engine', async () => {
    const name = await place.write("we*ird{a,b}?[x] 'q'\\.ndjson", content)
    expect((await place.read([name])).records.length).toBe(2)
  })

  it('tells files of one name apart', async () => {
    const { mkdir } = await import('node:fs/promises')
    await mkdir(place.path('other'), { recursive: true })
    await place.write('same.ndjson', content)
    await place.write('other/same.ndjson', content)
    const { input } = await place.read(['same.ndjson', 'other/same.ndjson'])
    expect(input.files.map(({ label }) => label)).toEqual(['same.ndjson', 'same.ndjson#2'])
  })
})

describe('hashing users', () => {
  it('replaces plain identifiers only, and leaves lines without one as they are', async () => {
    const sha = '973dfe463ec85785f5f95af5ba3906eedb2d931c24e69824a89ea65dba4e813b'
    const plain = event('00:01:00', { user_hash: ' Test@Example.com ' })
    const hashed = event('00:02:00', { user_hash: sha })
    await place.write('users.ndjson', lines(plain, hashed, 'junk'))
    const { records } = await place.read(['users.ndjson'], { hashUsers: true })
    expect(records.map(({ value }) => value)).toEqual([
      { timestamp: '2026-01-01T00:01:00Z', user_hash: sha },
      hashed,
      'junk',
    ])
  })
})
