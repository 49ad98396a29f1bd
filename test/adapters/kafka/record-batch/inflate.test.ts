// Codecs: what was packed comes back, whole; what would be longer than the bound is refused before
// the memory is taken; and no bytes whatever lead to anything but an answer or a BatchDefect.
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { fc, test } from '@fast-check/vitest'
import { compress } from 'snappyjs'
import { describe, expect, it } from 'vitest'
import { BatchDefect } from '../../../../src/adapters/kafka/record-batch/batch-defect.ts'
import { inflate } from '../../../../src/adapters/kafka/record-batch/inflate.ts'

const GZIP = 1
const SNAPPY = 2
const LZ4 = 3
const ZSTD = 4

/** What the codec makes of it; the reason where it refuses. */
async function attempt(codec: number, source: Buffer, bytesMax: number): Promise<Buffer | string> {
  try {
    const inflated = await inflate(codec, source, bytesMax)
    expect(inflated.length).toBeLessThanOrEqual(bytesMax)
    return Buffer.from(inflated)
  } catch (error) {
    if (error instanceof BatchDefect) return error.why
    throw error
  }
}

const int32 = (value: number, order: 'LE' | 'BE'): Buffer => {
  const bytes = Buffer.alloc(4)
  if (order === 'LE') bytes.writeUInt32LE(value)
  else bytes.writeUInt32BE(value)
  return bytes
}

/** The framing of snappy-java, with blocks of so many bytes. */
function xerial(content: Buffer, blockBytes: number): Buffer {
  const blocks: Buffer[] = []
  for (let at = 0; at < content.length; at += blockBytes) {
    const block = compress(content.subarray(at, at + blockBytes))
    blocks.push(int32(block.length, 'BE'), block)
  }
  const magic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0])
  return Buffer.concat([magic, int32(1, 'BE'), int32(1, 'BE'), ...blocks])
}

const lz4Frame = (blocks: readonly Buffer[], flags = 0x60): Buffer =>
  Buffer.concat([
    Buffer.from([0x04, 0x22, 0x4d, 0x18, flags, 0x40, 0x82]),
    ...blocks.flatMap((block) => [int32(block.length, 'LE'), block]),
    int32(0, 'LE'),
  ])
const lz4Stored = (content: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82]),
    int32((content.length | 0x80000000) >>> 0, 'LE'),
    content,
    int32(0, 'LE'),
  ])
/** 'abc', then a match of `length` at a distance of 3, then no literals. */
function lz4Run(length: number): Buffer {
  const more: number[] = []
  for (let rest = length - 4 - 15; rest >= 0; rest -= 255) more.push(Math.min(rest, 255))
  if (more.at(-1) === 255) more.push(0)
  const token = 0x30 + Math.min(length - 4, 15)
  return Buffer.from([token, 0x61, 0x62, 0x63, 3, 0, ...more, 0])
}

/** A frame of raw (0) and repeated (1) blocks, asking for a window of 2^(10 + exponent). */
function zstdFrame(blocks: readonly (readonly [0 | 1, Buffer, number])[], exponent = 10): Buffer {
  const parts = blocks.map(([type, content, size], i) => {
    const header = Buffer.alloc(3)
    header.writeUIntLE((size << 3) | (type << 1) | (i === blocks.length - 1 ? 1 : 0), 0, 3)
    return Buffer.concat([header, content])
  })
  return Buffer.concat([int32(0xfd2fb528, 'LE'), Buffer.from([0, exponent << 3]), ...parts])
}

describe('packed content comes back', () => {
  const words = fc
    .array(fc.constantFrom('{"event_id":"', 'tiktok_ad', 'ig_story', '0123456789', '","x":'), {
      maxLength: 2_000,
    })
    .map((all) => Buffer.from(all.join('')))
  const content = fc.oneof(
    words,
    fc.uint8Array({ maxLength: 3_000 }).map((one) => Buffer.from(one)),
  )

  test.prop([content, fc.integer({ min: 1, max: 5_000 })])(
    'from snappy and gzip',
    async (bytes, block) => {
      const packed = [
        [GZIP, gzipSync(bytes)],
        [SNAPPY, compress(bytes)],
        [SNAPPY, xerial(bytes, block)],
        [LZ4, lz4Stored(bytes)],
      ] as const
      for (const [codec, source] of packed) {
        // zlib knows no bound of 0.
        expect(await attempt(codec, source, Math.max(bytes.length, 1))).toEqual(bytes)
        if (bytes.length < 2) continue
        expect(await attempt(codec, source, bytes.length - 1)).toContain('inflates beyond')
      }
    },
  )

  test.prop([fc.integer({ min: 4, max: 3_000 }), fc.integer({ min: 4, max: 3_000 })])(
    'from runs of lz4, in one block and in several',
    async (one, two) => {
      const source = lz4Frame([lz4Run(one), lz4Run(two)])
      const expected = [one, two].map((length) => 'abc'.repeat(1_100).slice(0, 3 + length)).join('')
      expect(String(await attempt(LZ4, source, 10_000))).toBe(expected)
      expect(await attempt(LZ4, source, expected.length - 1)).toContain('inflates beyond')
    },
  )

  it('from zstd blocks, in one frame and in several', async () => {
    const frame = zstdFrame([
      [0, Buffer.from('raw'), 3],
      [1, Buffer.from('r'), 300],
    ])
    const expected = `raw${'r'.repeat(300)}`
    expect(String(await attempt(ZSTD, frame, 303))).toBe(expected)
    expect(String(await attempt(ZSTD, Buffer.concat([frame, frame]), 606))).toBe(expected.repeat(2))
    expect(await attempt(ZSTD, frame, 302)).toContain('inflates beyond')
  })

  it('from large gzip, on another thread', async () => {
    const noise = Buffer.concat(
      Array.from({ length: 4_000 }, (_, i) => createHash('sha256').update(String(i)).digest()),
    )
    const source = gzipSync(noise)
    expect(source.length).toBeGreaterThan(65_536)
    expect(await attempt(GZIP, source, noise.length)).toEqual(noise)
    expect(await attempt(GZIP, source, noise.length - 1)).toContain('inflates beyond')
    source[40_000]! ^= 1
    expect(await attempt(GZIP, source, noise.length)).toContain('damaged')
  })
})

describe('bombs are refused', () => {
  const GIGABYTE = 2 ** 30

  it('of gzip, as they inflate', async () => {
    const zeros = gzipSync(Buffer.alloc(50_000_000))
    expect(await attempt(GZIP, zeros, 1_000_000)).toBe('gzip: inflates beyond 1000000 bytes')
  })

  it('of snappy, by what they say of themselves', async () => {
    const lying = Buffer.from([0x80, 0x80, 0x80, 0x80, 0x04, 0])
    expect(await attempt(SNAPPY, lying, 1_000_000)).toContain('inflates beyond')
    const framed = Buffer.concat([xerial(Buffer.from('x'), 1), int32(6, 'BE'), lying])
    expect(await attempt(SNAPPY, framed, GIGABYTE)).toContain('inflates beyond')
  })

  it('of lz4, by their lengths alone', async () => {
    const source = lz4Frame(Array.from({ length: 4 }, () => lz4Run(200_000_000)))
    const before = process.memoryUsage().arrayBuffers
    expect(await attempt(LZ4, source, 67_108_864)).toContain('inflates beyond')
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(67_108_864)
  })

  it('of zstd, by what they say and as they inflate', async () => {
    const claims = Buffer.concat([
      int32(0xfd2fb528, 'LE'),
      Buffer.from([0xe0]),
      Buffer.alloc(8, 0x7f),
    ])
    const claiming = Buffer.concat([claims, Buffer.from([1, 0, 0])])
    expect(await attempt(ZSTD, claiming, 1_000_000)).toContain('inflates beyond')
    const repeated = Array.from({ length: 2_000 }, () => [1, Buffer.from([0]), 131_072] as const)
    // A window of 2 GB is asked for, and not given.
    const before = process.memoryUsage().arrayBuffers
    expect(await attempt(ZSTD, zstdFrame(repeated, 21), 1_000_000)).toContain('inflates beyond')
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(GIGABYTE)
  })
})

describe('damage', () => {
  const bytes = Buffer.from('a text that is repeated, a text that is repeated'.repeat(50))
  const packed: Readonly<Record<string, readonly [number, Buffer]>> = {
    gzip: [GZIP, gzipSync(bytes)],
    snappy: [SNAPPY, compress(bytes)],
    xerial: [SNAPPY, xerial(bytes, 500)],
    lz4: [LZ4, lz4Frame([lz4Run(900), lz4Run(40)])],
    zstd: [ZSTD, zstdFrame([[0, bytes, bytes.length]])],
  }

  test.prop([
    fc.constantFrom(...Object.keys(packed)),
    fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 5 }),
    fc.option(fc.nat(3_000)),
  ])('leads to an answer within the bound or to a reason', async (name, changes, length) => {
    const [codec, whole] = packed[name]!
    const source = Buffer.from(whole.subarray(0, length ?? whole.length))
    for (const [at, value] of changes) if (source.length > 0) source[at % source.length] = value
    const found = await attempt(codec, source, 10_000)
    expect(typeof found === 'string' ? found : 'answered').toMatch(
      /^(gzip|snappy|lz4|zstd): |answered/,
    )
  })

  test.prop([fc.integer({ min: 1, max: 4 }), fc.uint8Array({ maxLength: 200 })])(
    'is what most bytes are',
    async (codec, any) => {
      await attempt(codec, Buffer.from(any), 10_000)
    },
  )

  it.each([
    ['a match before the content', [0x10, 0x61, 9, 0, 0]],
    ['a match at no distance', [0x10, 0x61, 0, 0, 0]],
    ['literals beyond the block', [0xf0, 255, 255]],
  ])('of lz4 has a reason: %s', async (_, block) => {
    expect(await attempt(LZ4, lz4Frame([Buffer.from(block)]), 10_000)).toMatch(/^lz4: /)
  })
})
