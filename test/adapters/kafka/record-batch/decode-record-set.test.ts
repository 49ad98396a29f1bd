// What a reader makes of the bytes that a broker sends: everything that was written, nothing that
// was aborted, and a name for what cannot be read.
import { createRequire } from 'node:module'
import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import type { AbortedTransaction } from '../../../../src/adapters/kafka/record-batch/aborted-transactions.ts'
import { decodeRecordSet } from '../../../../src/adapters/kafka/record-batch/decode-record-set.ts'
import { encodeBatch, encodeMarker, encodeRecords, sealed, tinyRecords } from './encode-batch.ts'
import type { BatchRecord } from './encode-batch.ts'

const LIMIT = 1_048_576
const decode = (
  bytes: Buffer | readonly Buffer[],
  from = 0,
  aborted: readonly AbortedTransaction[] = [],
) =>
  decodeRecordSet({
    bytes: Buffer.isBuffer(bytes) ? bytes : Buffer.concat(bytes),
    from,
    end: 1_000_000,
    aborted,
    batchInflatedBytesMax: LIMIT,
  })
const text = (value: string): BatchRecord => ({ value: Buffer.from(value) })
const offsetsOf = ({ records }: Awaited<ReturnType<typeof decode>>) =>
  records.map(({ offset }) => offset)

const arbitraryBytes = fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes))
const arbitraryRecord = fc.record({
  key: fc.option(arbitraryBytes),
  value: fc.option(arbitraryBytes),
  timestamp: fc.integer({ min: 1_600_000_000_000, max: 1_600_000_000_000 + 2 ** 40 }),
  headers: fc.dictionary(fc.string({ minLength: 1, maxLength: 5 }), arbitraryBytes, { maxKeys: 3 }),
})

describe('records', () => {
  interface Encoded {
    readonly buffer: Buffer
  }
  const load = createRequire(import.meta.url)
  const { RecordBatch } = load('kafkajs/src/protocol/recordBatch/v0/index.js') as {
    RecordBatch: (batch: object) => Promise<Encoded>
  }
  const encodeRecord = load('kafkajs/src/protocol/recordBatch/record/v0/index.js') as (
    record: object,
  ) => Encoded

  test.prop([
    fc.array(fc.array(arbitraryRecord, { minLength: 1, maxLength: 8 }), { maxLength: 4 }),
    fc.constantFrom(0, 1),
    fc.nat(40),
  ])('are what kafkajs wrote, from any offset on', async (batches, compression, from) => {
    const parts: Buffer[] = []
    let offset = 0
    for (const records of batches) {
      const firstTimestamp = records[0]!.timestamp
      const encoded = records.map((record, offsetDelta) =>
        encodeRecord({ ...record, offsetDelta, timestampDelta: record.timestamp - firstTimestamp }),
      )
      const lastOffsetDelta = records.length - 1
      const batch = { compression, firstOffset: offset, firstTimestamp, lastOffsetDelta }
      parts.push((await RecordBatch({ ...batch, records: encoded })).buffer)
      offset += records.length
    }
    const { records, to, undecodable, hasCreateTime } = await decode(parts, from)
    const expected = batches
      .flat()
      .map((record, i) => ({ offset: i, ...record }))
      .slice(from)
    expect(undecodable).toBeNull()
    expect(to).toBe(Math.max(offset, from))
    expect(hasCreateTime).toBe(expected.length > 0)
    const plain = (bytes: Uint8Array | null) => bytes && [...bytes]
    expect(
      records.map(({ offset: at, timeMs, key, value, headers = {} }) => ({
        offset: at,
        timestamp: timeMs,
        key: plain(key),
        value: plain(value),
        headers: Object.entries(headers).map(([name, bytes]) => [name, plain(bytes)]),
      })),
    ).toEqual(
      expected.map(({ headers, key, value, ...rest }) => ({
        ...rest,
        key: plain(key),
        value: plain(value),
        headers: Object.entries(headers).map(([name, bytes]) => [name, plain(bytes)]),
      })),
    )
  })

  it('have the time of the append where the topic says so, else their own', async () => {
    const times = { baseTimestamp: 1_000, maxTimestamp: 9_000 }
    const records = [{ timeDelta: 0 }, { timeDelta: 500 }, { timeDelta: -200 }]
    const own = await decode(encodeBatch({ records, ...times }))
    expect(own.records.map(({ timeMs }) => timeMs)).toEqual([1_000, 1_500, 800])
    expect(own.hasCreateTime).toBe(true)
    const appended = await decode(encodeBatch({ records, ...times, isAppendTime: true }))
    expect(appended.records.map(({ timeMs }) => timeMs)).toEqual([9_000, 9_000, 9_000])
    expect(appended.hasCreateTime).toBe(false)
  })

  it('keep of a header given twice the last, and names that objects have by themselves', async () => {
    const headers: BatchRecord['headers'] = [
      ['twice', Buffer.from('1')],
      // No byte-order mark, but a name.
      ['\ufeff', Buffer.from('b')],
      ['__proto__', Buffer.from('p')],
      ['twice', Buffer.from('2')],
      ['empty', null],
    ]
    const { records } = await decode(encodeBatch({ records: [{ headers }] }))
    const found = Object.entries(records[0]!.headers!)
    expect(found.map(([name, value]) => [name, value && Buffer.from(value).toString()])).toEqual([
      ['twice', '2'],
      ['\ufeff', 'b'],
      ['__proto__', 'p'],
      ['empty', null],
    ])
  })

  it.each([100_000, 140_000, 300_000])('may be %i in one batch', async (count) => {
    const content = tinyRecords(count)
    const batch = encodeBatch({ content, recordCount: count, lastOffsetDelta: count - 1 })
    const { records, to } = await decodeRecordSet({
      bytes: batch,
      from: 0,
      end: count,
      aborted: [],
      batchInflatedBytesMax: content.length,
    })
    expect([records.length, records.at(-1)!.offset, to]).toEqual([count, count - 1, count])
  })
})

describe('the covered range', () => {
  it('reaches over what is missing behind, between and before the records', async () => {
    const compacted = [
      encodeBatch({
        baseOffset: 3,
        records: [{ offsetDelta: 1 }, { offsetDelta: 4 }],
        lastOffsetDelta: 9,
      }),
      encodeBatch({ baseOffset: 20, records: [], lastOffsetDelta: 4 }),
    ]
    const all = await decode(compacted)
    expect([offsetsOf(all), all.to]).toEqual([[4, 7], 25])
    const rest = await decode(compacted, 8)
    expect([offsetsOf(rest), rest.to]).toEqual([[], 25])
    expect((await decode([], 7)).to).toBe(7)
  })

  it('ends before a last batch that was cut off', async () => {
    const whole = encodeBatch({ records: [text('a'), text('b')] })
    const next = encodeBatch({ baseOffset: 2, records: [text('c')] })
    for (const length of [1, 11, 12, 20, 60, next.length - 1]) {
      const { to, undecodable } = await decode([whole, next.subarray(0, length)])
      expect([to, undecodable]).toEqual([2, null])
    }
    expect((await decode([whole, next])).to).toBe(3)
  })
})

describe('transactions', () => {
  const inTransaction = (baseOffset: number, producerId: number, count = 1) =>
    encodeBatch({ baseOffset, producerId, records: Array.from({ length: count }, () => text('x')) })

  it('that were aborted are not seen, whatever a fetch begins with', async () => {
    const zeroKey = { key: Buffer.alloc(4) }
    const log = [
      inTransaction(0, 1),
      inTransaction(1, 2, 2),
      encodeBatch({ baseOffset: 3, producerId: 1, records: [zeroKey, text('x')] }),
      encodeBatch({ baseOffset: 5, records: [zeroKey] }),
      encodeMarker(6, 1, 'abort'),
      inTransaction(7, 2),
      inTransaction(8, 1),
      encodeMarker(9, 2, 'abort'),
      encodeMarker(10, 1, 'commit'),
      inTransaction(11, 2),
      encodeMarker(12, 2, 'abort'),
      encodeBatch({ baseOffset: 13, records: [text('end')] }),
    ]
    const aborted = [
      { producerId: 1, firstOffset: 0, end: 6 },
      { producerId: 2, firstOffset: 1, end: 9 },
      { producerId: 2, firstOffset: 11, end: 12 },
    ]
    for (let from = 0; from <= 14; from++) {
      const first = log.findLastIndex((batch) => Number(batch.readBigInt64BE(0)) <= from)
      // As a broker: those that overlap what it sends, in no promised order.
      const named = aborted.filter(({ end }) => end >= from).toReversed()
      const found = await decode(log.slice(first), from, named)
      expect(offsetsOf(found)).toEqual([5, 8, 13].filter((offset) => offset >= from))
      expect(found.to).toBe(14)
    }
  })

  it('that were committed are seen, and their markers are not', async () => {
    const log = [inTransaction(0, 1, 2), encodeMarker(2, 1, 'commit')]
    const { to, ...found } = await decode(log)
    expect([offsetsOf({ to, ...found }), to]).toEqual([[0, 1], 3])
  })
})

describe('a batch that cannot be decoded', () => {
  const WORDS = ['third', 'fourth', 'fifth']
  const before = encodeBatch({ baseOffset: 10, records: [text('a'), text('b')] })
  const after = encodeBatch({ baseOffset: 15, records: [text('z')] })
  const three = { baseOffset: 12, records: WORDS.map(text) }
  const content = encodeRecords(three.records)
  const overwritten = (at: number, value: number): Buffer => {
    const batch = encodeBatch(three)
    batch[at] = value
    return batch
  }
  const broken: [string, Buffer, string][] = [
    ['another checksum', overwritten(70, 0xee), 'CRC mismatch'],
    ['an old format', encodeBatch({ ...three, magic: 1 }), 'batches of magic 1'],
    ['an unknown codec', encodeBatch({ ...three, codec: 5 }), 'codec 5 is unknown'],
    ['damaged gzip', encodeBatch({ ...three, codec: 1, content }), 'gzip: the content'],
    ['damaged snappy', encodeBatch({ ...three, codec: 2, content }), 'snappy'],
    ['damaged lz4', encodeBatch({ ...three, codec: 3, content }), 'lz4: no frame'],
    ['damaged zstd', encodeBatch({ ...three, codec: 4, content }), 'zstd: no frame'],
    ['more records than it holds', encodeBatch({ ...three, recordCount: 4 }), 'no end'],
    ['fewer records than it holds', encodeBatch({ ...three, recordCount: 2 }), 'more in the batch'],
    ['two billion records', encodeBatch({ ...three, recordCount: 2 ** 31 - 1 }), 'cannot lie in'],
    ['less than no records', encodeBatch({ ...three, recordCount: -1 }), 'cannot lie in'],
    ['offsets out of order', outOfOrder(), 'out of order'],
    ['an inflating codec', encodeBatch({ ...three, codec: 1, content: bomb() }), 'inflates beyond'],
    ['offsets that were there', encodeBatch({ ...three, baseOffset: 11 }), 'go backwards'],
  ]
  function outOfOrder(): Buffer {
    const records = [{ offsetDelta: 1 }, { offsetDelta: 0 }]
    return encodeBatch({ ...three, records, lastOffsetDelta: 2 })
  }
  function bomb(): Buffer {
    return encodeBatch({ codec: 1, records: [{ value: Buffer.alloc(2 * LIMIT) }] }).subarray(61)
  }

  it.each(broken)('ends the span and is named: %s', async (name, batch, why) => {
    const found = await decode([before, batch, after], 10)
    expect([offsetsOf(found), found.to]).toEqual([[10, 11], 12])
    expect(found.undecodable).toMatchObject({ from: 12 })
    expect(found.undecodable!.why).toContain(why)
    const isHeaderRight = !['an old format', 'offsets that were there'].includes(name)
    if (isHeaderRight) expect(found.undecodable!.to).toBe(15)
    // Nothing else stops: what is behind it can be read.
    expect(offsetsOf(await decode(after, 15))).toEqual([15])
  })

  it('covers one offset where its header cannot be right', async () => {
    const lying = encodeBatch({ ...three, lastOffsetDelta: 2 ** 31 - 1, recordCount: 4 })
    const short = Buffer.alloc(30)
    short.writeInt32BE(18, 8)
    short.writeInt8(2, 16)
    const backwards = encodeBatch({ ...three, lastOffsetDelta: -7 })
    for (const batch of [lying, short, backwards]) {
      const { undecodable, to } = await decode([before, batch], 10)
      expect([to, undecodable]).toMatchObject([12, { from: 12, to: 13 }])
    }
  })

  it('begins at the offset asked for where that lies inside', async () => {
    const { undecodable, to } = await decode(encodeBatch({ ...three, recordCount: 4 }), 13)
    expect([to, undecodable]).toMatchObject([13, { from: 13, to: 15 }])
  })

  it('is also a first batch that was cut off, which would never come whole', async () => {
    const { undecodable } = await decode(encodeBatch(three).subarray(0, 65), 12)
    expect(undecodable).toMatchObject({ from: 12, to: 15 })
  })

  const log = [0, 3, 6].map((baseOffset) => encodeBatch({ ...three, baseOffset }))
  const whole = Buffer.concat(log)
  test.prop([fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 })])(
    'is all that a changed byte can make: what was before it is right, and nothing is invented',
    async (at, change) => {
      const bytes = Buffer.from(whole)
      bytes[at]! ^= change
      const { records, to, undecodable } = await decode(bytes)
      const untouched = Math.floor(at / log[0]!.length) * 3
      expect(records.slice(0, untouched).map(({ offset }) => offset)).toEqual(
        Array.from({ length: untouched }, (_, i) => i),
      )
      for (const { value } of records) expect(WORDS).toContain(Buffer.from(value!).toString())
      if (undecodable !== null) expect(undecodable.from).toBe(to)
    },
  )

  test.prop([fc.nat(content.length - 1), fc.nat(255), fc.constantFrom(0, 1, 2)])(
    'may have a right checksum and yet hold anything',
    async (at, value, codec) => {
      const batch = encodeBatch({ ...three, codec })
      batch[61 + (at % (batch.length - 61))] = value
      const { records, to, undecodable } = await decode([before, sealed(batch)], 10)
      expect(to).toBe(undecodable === null ? 15 : 12)
      expect(records.length).toBe(undecodable === null ? 5 : 2)
    },
  )
})
