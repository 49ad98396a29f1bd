// Snappy as Kafka's producers write it: raw (librdkafka), or in the framing of snappy-java
// ("xerial"): a magic, two versions, then blocks, each raw snappy behind its length. A raw block
// tells its unpacked size first, so the sum is known before anything is allocated.
import { uncompress } from 'snappyjs'
import { BatchDefect } from './batch-defect.ts'

const XERIAL_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0])
const XERIAL_HEADER_BYTES = 16

/** Throws BatchDefect where it is not snappy, or would be longer than `bytesMax`. */
export function unpackSnappy(source: Buffer, bytesMax: number): Uint8Array {
  const blocks = blocksOf(source)
  let size = 0
  for (const block of blocks) size += declaredSize(block)
  if (size > bytesMax) throw new BatchDefect(`snappy: inflates beyond ${bytesMax} bytes`)
  try {
    const unpacked = blocks.map((block) => uncompress(block, bytesMax))
    return unpacked.length === 1 ? unpacked[0]! : Buffer.concat(unpacked)
  } catch {
    throw new BatchDefect('snappy: the content is damaged')
  }
}

function blocksOf(source: Buffer): Buffer[] {
  if (!source.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC)) return [source]
  const blocks: Buffer[] = []
  for (let at = XERIAL_HEADER_BYTES; at < source.length;) {
    if (at + 4 > source.length) throw new BatchDefect('snappy: the content is cut short')
    const from = at + 4
    at = from + source.readUInt32BE(at)
    if (at > source.length) throw new BatchDefect('snappy: the content is cut short')
    blocks.push(source.subarray(from, at))
  }
  return blocks
}

/** The number before a raw block: seven bits per byte, lowest first. */
function declaredSize(block: Buffer): number {
  let size = 0
  for (let i = 0, unit = 1; i < 5; i++, unit *= 128) {
    const byte = block[i]
    if (byte === undefined) break
    size += (byte & 0x7f) * unit
    if (byte < 0x80) return size
  }
  throw new BatchDefect('snappy: the content has no size')
}
