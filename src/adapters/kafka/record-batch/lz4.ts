// LZ4 frames (github.com/lz4/lz4: lz4_Frame_format.md, lz4_Block_format.md), as Kafka's producers
// write them. Of own make because no kept library tells the size before it allocates: a first pass
// over the tokens finds it exactly. Checksums inside the frame are not looked at: the batch has
// one.
import { BatchDefect } from './batch-defect.ts'

const FRAME_MAGIC = 0x184d2204
const CONTENT_SIZE_FLAG = 0x08
const DICTIONARY_FLAG = 0x01
const BLOCK_CHECKSUM_FLAG = 0x10
const STORED_FLAG = 0x80000000
const MATCH_MIN = 4

const truncated = (): BatchDefect => new BatchDefect('lz4: the frame is cut short')

interface Block {
  readonly from: number
  readonly to: number
  readonly isStored: boolean
}

/** Throws BatchDefect where it is no frame, or would be longer than `bytesMax`. */
export function unpackLz4(source: Buffer, bytesMax: number): Uint8Array {
  const blocks = blocksOf(source)
  let size = 0
  for (const block of blocks) {
    size += block.isStored ? block.to - block.from : unpackedSize(source, block)
    if (size > bytesMax) throw new BatchDefect(`lz4: inflates beyond ${bytesMax} bytes`)
  }
  const target = new Uint8Array(size)
  let at = 0
  for (const block of blocks) {
    if (block.isStored) {
      target.set(source.subarray(block.from, block.to), at)
      at += block.to - block.from
    } else at = unpackBlock(source, block, target, at)
  }
  return target
}

function blocksOf(source: Buffer): Block[] {
  if (source.length < 7 || source.readUInt32LE(0) !== FRAME_MAGIC) {
    throw new BatchDefect('lz4: no frame begins here')
  }
  const flags = source[4]!
  if (flags >> 6 !== 1) throw new BatchDefect(`lz4: frames of version ${flags >> 6} are unknown`)
  const sizes = (flags & CONTENT_SIZE_FLAG ? 8 : 0) + (flags & DICTIONARY_FLAG ? 4 : 0)
  const blocks: Block[] = []
  // Magic, flags, block size and, behind the optional sizes, one byte of checksum.
  let at = 6 + sizes + 1
  for (;;) {
    if (at + 4 > source.length) throw truncated()
    const word = source.readUInt32LE(at)
    if (word === 0) return blocks
    const from = at + 4
    const isStored = word >= STORED_FLAG
    const to = from + (isStored ? word - STORED_FLAG : word)
    if (to > source.length) throw truncated()
    blocks.push({ from, to, isStored })
    at = to + (flags & BLOCK_CHECKSUM_FLAG ? 4 : 0)
  }
}

/** What a compressed block unpacks to; it ends with literals alone. */
function unpackedSize(source: Buffer, { from, to }: Block): number {
  let size = 0
  let at = from
  while (at < to) {
    const token = source[at++]!
    let literals = token >> 4
    if (literals === 15) {
      let more
      do literals += more = source[at++]!
      while (more === 255 && at < to)
    }
    at += literals
    size += literals
    if (at >= to) break
    at += 2
    let match = token & 15
    if (match === 15) {
      let more
      do match += more = source[at++]!
      while (more === 255 && at < to)
    }
    size += match + MATCH_MIN
  }
  if (at !== to) throw truncated()
  return size
}

/** Answers where the next block begins. Sizes were checked before; distances are here. */
function unpackBlock(
  source: Buffer,
  { from, to }: Block,
  target: Uint8Array,
  start: number,
): number {
  let out = start
  let at = from
  while (at < to) {
    const token = source[at++]!
    let literals = token >> 4
    if (literals === 15) {
      let more
      do literals += more = source[at++]!
      while (more === 255)
    }
    if (literals > 32) {
      target.set(source.subarray(at, at + literals), out)
      at += literals
      out += literals
    } else for (const end = at + literals; at < end;) target[out++] = source[at++]!
    if (at >= to) break
    const distance = source[at]! | (source[at + 1]! << 8)
    at += 2
    let match = (token & 15) + MATCH_MIN
    if (match === 15 + MATCH_MIN) {
      let more
      do match += more = source[at++]!
      while (more === 255)
    }
    if (distance === 0 || distance > out) {
      throw new BatchDefect('lz4: a match begins before the content')
    }
    // Source and target of a match may overlap: that is how runs are written.
    for (const end = out + match; out < end; out++) target[out] = target[out - distance]!
  }
  return out
}
