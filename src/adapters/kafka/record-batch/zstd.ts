// Zstandard frames (RFC 8878). Producers that stream do not tell the unpacked size, but no block
// unpacks to more than 128 KiB, so the block headers bound it; what is left is counted while it
// unpacks. The window that a frame asks for is memory, too, and is cut to what the frame can need.
import { Decompress } from 'fzstd'
import { BatchDefect } from './batch-defect.ts'

const FRAME_MAGIC = 0xfd2fb528
const BLOCK_BYTES_MAX = 131_072
const SINGLE_SEGMENT_FLAG = 0x20
const CHECKSUM_FLAG = 0x04
const WINDOW_BYTE = 5
/** Window descriptor of 128 KiB; one more in the exponent doubles it. */
const WINDOW_LOG_MIN = 17

const cutShort = (): BatchDefect => new BatchDefect('zstd: the frame is cut short')

interface Frame {
  readonly end: number
  /** What it can unpack to at most. */
  readonly bytesMax: number
  readonly isSingleSegment: boolean
}

/** Throws BatchDefect where it is no frame, or would be longer than `bytesMax`. */
export function unpackZstd(source: Buffer, bytesMax: number): Uint8Array {
  const chunks: Uint8Array[] = []
  for (let at = 0; at < source.length;) {
    const frame = frameAt(source, at)
    unpackFrame(source.subarray(at, frame.end), frame, bytesMax, chunks)
    at = frame.end
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
}

function unpackFrame(source: Buffer, frame: Frame, bytesMax: number, chunks: Uint8Array[]): void {
  let size = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  if (frame.isSingleSegment && size + frame.bytesMax > bytesMax) throw tooLong(bytesMax)
  const unpacker = new Decompress((chunk) => {
    size += chunk.length
    if (size > bytesMax) throw tooLong(bytesMax)
    if (chunk.length > 0) chunks.push(chunk)
  })
  try {
    unpacker.push(frame.isSingleSegment ? source : withSmallWindow(source, frame.bytesMax), true)
  } catch (error) {
    if (error instanceof BatchDefect) throw error
    throw new BatchDefect('zstd: the content is damaged')
  }
}

const tooLong = (bytesMax: number): BatchDefect =>
  new BatchDefect(`zstd: inflates beyond ${bytesMax} bytes`)

/** The same frame, asking for no larger window than its whole content can fill. */
function withSmallWindow(source: Buffer, contentBytesMax: number): Buffer {
  const log = Math.max(WINDOW_LOG_MIN, Math.ceil(Math.log2(contentBytesMax)))
  const descriptor = (log - 10) << 3
  if (source[WINDOW_BYTE]! <= descriptor) return source
  const copy = Buffer.from(source)
  copy[WINDOW_BYTE] = descriptor
  return copy
}

/** Walks the headers of one frame. */
function frameAt(source: Buffer, at: number): Frame {
  if (at + 9 > source.length) throw cutShort()
  if (source.readUInt32LE(at) !== FRAME_MAGIC) throw new BatchDefect('zstd: no frame begins here')
  const flags = source[at + 4]!
  const isSingleSegment = (flags & SINGLE_SEGMENT_FLAG) !== 0
  const dictionaryBytes = [0, 1, 2, 4][flags & 3]!
  const contentBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][flags >> 6]!
  const contentAt = at + 5 + (isSingleSegment ? 0 : 1) + dictionaryBytes
  let next = contentAt + contentBytes
  let blocks = 0
  for (;;) {
    if (next + 3 > source.length) throw cutShort()
    const header = source.readUIntLE(next, 3)
    const isRepeated = ((header >> 1) & 3) === 1
    next += 3 + (isRepeated ? 1 : header >> 3)
    blocks++
    if ((header & 1) === 1) break
  }
  const end = next + (flags & CHECKSUM_FLAG ? 4 : 0)
  if (end > source.length) throw cutShort()
  const bytesMax = isSingleSegment
    ? contentSize(source, contentAt, contentBytes)
    : blocks * BLOCK_BYTES_MAX
  return { end, bytesMax, isSingleSegment }
}

function contentSize(source: Buffer, at: number, bytes: number): number {
  if (bytes === 1) return source[at]!
  if (bytes === 2) return source.readUInt16LE(at) + 256
  if (bytes === 4) return source.readUInt32LE(at)
  return source.readUInt32LE(at) + source.readUInt32LE(at + 4) * 4_294_967_296
}
