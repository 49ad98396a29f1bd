// A .zst that is cut short must be noticed at whatever byte, and a whole one never refused.
import { open, readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isWholeZstd } from '../../../src/adapters/files/zstd-frames.ts'
import { createPlace } from './reading.ts'
import type { Place } from './reading.ts'

let place: Place
beforeAll(async () => {
  place = await createPlace()
})
afterAll(() => place.remove())

const isWhole = async (bytes: Uint8Array): Promise<boolean> => {
  await place.write('x.zst', bytes)
  const handle = await open(place.path('x.zst'))
  try {
    return await isWholeZstd(handle, bytes.length)
  } finally {
    await handle.close()
  }
}

/**
 * Frames of several blocks (compressed, raw, repeated bytes), as the engine's compressor writes
 * them.
 */
const frameOf = async (sql: string): Promise<Buffer> => {
  await place.engineWrites('frame.zst', `SELECT ${sql}`, 'RawBLOB')
  return readFile(place.path('frame.zst'))
}
const skippable = Buffer.from([0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3])

describe('zstd frames', () => {
  it('are whole only up to the end of a frame', async () => {
    const frames = [
      await frameOf(`'hello'`),
      skippable,
      await frameOf(`repeat('x', 400000)`),
      await frameOf(`randomPrintableASCII(300)`),
    ]
    const all = Buffer.concat(frames)
    let end = 0
    const ends = new Set(frames.map((frame) => (end += frame.length)))
    for (let length = 1; length <= all.length; length++) {
      expect([length, await isWhole(all.subarray(0, length))]).toEqual([length, ends.has(length)])
    }
  })

  it('of many blocks are walked beyond one window', async () => {
    const frame = await frameOf(`randomString(1000000)`)
    expect(await isWhole(frame)).toBe(true)
    for (const cut of [1, 4, 5, 1000, 500_000]) {
      expect(await isWhole(frame.subarray(0, frame.length - cut))).toBe(false)
    }
  })

  it('are left to the decoder where something else follows', async () => {
    expect(
      await isWhole(Buffer.concat([await frameOf(`'hello'`), Buffer.from('trailing text')])),
    ).toBe(true)
  })
})
