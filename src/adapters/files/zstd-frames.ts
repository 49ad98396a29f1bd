// Whether a .zst file is whole. The engine reads a file that is cut short without a word and just
// yields fewer rows, so its frames are walked first: headers only, a few bytes per block. Damage
// inside a block is the decoder's to find. Layout: RFC 8878, sections 3.1.1 and 3.1.2.
import type { FileHandle } from 'node:fs/promises'

const FRAME_MAGIC = 0xfd2fb528
const SKIPPABLE_MAGIC = 0x184d2a50
const WINDOW = 65_536

/** Reads small pieces anywhere in a file through one window. */
class Pieces {
  readonly #file: FileHandle
  readonly #window = Buffer.alloc(WINDOW)
  #from = 0
  #length = 0

  constructor(file: FileHandle) {
    this.#file = file
  }

  /** Up to 16 bytes at `at`; fewer at the end of the file. */
  async at(at: number): Promise<Buffer> {
    if (at < this.#from || at + 16 > this.#from + this.#length) {
      const { bytesRead } = await this.#file.read(this.#window, 0, WINDOW, at)
      this.#from = at
      this.#length = bytesRead
    }
    const start = at - this.#from
    return this.#window.subarray(start, Math.min(start + 16, this.#length))
  }
}

/** Whether all frames of a file of `size` bytes are complete. */
export async function isWholeZstd(file: FileHandle, size: number): Promise<boolean> {
  const pieces = new Pieces(file)
  let at = 0
  while (at < size) {
    const head = await pieces.at(at)
    if (head.length < 8) return false
    const magic = head.readUInt32LE(0)
    if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC) at += 8 + head.readUInt32LE(4)
    else if (magic === FRAME_MAGIC) at = await endOfFrame(pieces, at, head[4]!)
    // What is no frame is for the decoder to refuse.
    else return true
  }
  return at === size
}

/** The offset behind the frame at `at`, or Infinity when the file ends inside it. */
async function endOfFrame(pieces: Pieces, at: number, descriptor: number): Promise<number> {
  const single = (descriptor & 0x20) !== 0
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3]!
  const contentBytes = [single ? 1 : 0, 2, 4, 8][descriptor >> 6]!
  let next = at + 5 + (single ? 0 : 1) + dictionaryBytes + contentBytes
  for (;;) {
    const block = await pieces.at(next)
    if (block.length < 3) return Infinity
    const header = block.readUIntLE(0, 3)
    const repeated = ((header >> 1) & 3) === 1
    next += 3 + (repeated ? 1 : header >> 3)
    if ((header & 1) === 1) return next + ((descriptor & 4) === 0 ? 0 : 4)
  }
}
