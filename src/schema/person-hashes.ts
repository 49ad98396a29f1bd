// Hashes of persons seen lately: a person's events come in runs, and finding the hash of a
// `user_hash` again costs a comparison instead of two blocks of SHA-256. A direct-mapped table, as
// in text-pool.ts: a newer person takes the place of an older one with the same slot, so that
// memory is bounded. Bytes are compared whole: what is found is what would be computed.
import { ID_LENGTH_MAX } from './limits.ts'
import { sha256Bytes } from './sha256.ts'
import { WordReader } from './word-reader.ts'

const SLOTS = 16_384
/** First 16 bytes of the hash. */
const HASH_WORDS = 4

export class PersonHashes {
  /** The hash of the last `find`: words[at..at + 4), big-endian, signed. */
  readonly words = new Int32Array(SLOTS * HASH_WORDS)
  readonly #lengths = new Uint8Array(SLOTS)
  readonly #known = Buffer.alloc(SLOTS * ID_LENGTH_MAX)
  readonly #knownView = new DataView(this.#known.buffer, this.#known.byteOffset)
  readonly #reader = new WordReader()

  /** Where in `words` the hash of these bytes stands until the next `add`; -1: not known. */
  find(bytes: Buffer, start: number, end: number): number {
    const length = end - start
    const slot = slotOf(bytes, start, end)
    if (this.#lengths[slot] !== length || !this.#isKnown(slot, bytes, start, length)) return -1
    return slot * HASH_WORDS
  }

  /** Notes the hash of at most ID_LENGTH_MAX bytes, and says where it stands. */
  add(bytes: Buffer, start: number, end: number): number {
    const slot = slotOf(bytes, start, end)
    this.#lengths[slot] = end - start
    bytes.copy(this.#known, slot * ID_LENGTH_MAX, start, end)
    const hash = sha256Bytes(bytes, start, end)
    const at = slot * HASH_WORDS
    for (let i = 0; i < HASH_WORDS; i++) this.words[at + i] = hash[i]!
    return at
  }

  #isKnown(slot: number, bytes: Buffer, start: number, length: number): boolean {
    const view = this.#reader.of(bytes)
    const knownView = this.#knownView
    const from = slot * ID_LENGTH_MAX
    const base = bytes.byteOffset + start
    let i = 0
    for (; i < length - 3; i += 4) {
      if (knownView.getInt32(from + i) !== view.getInt32(base + i)) return false
    }
    for (; i < length; i++) if (this.#known[from + i] !== bytes[start + i]) return false
    return true
  }
}

/** Producers send hashes, or ids that differ at the end: the last bytes tell persons apart. */
function slotOf(bytes: Buffer, start: number, end: number): number {
  let mix = end - start
  for (let i = Math.max(start, end - 8); i < end; i++) {
    mix = Math.imul(mix ^ bytes[i]!, 0x5bd1e995)
  }
  return (mix ^ (mix >>> 15)) & (SLOTS - 1)
}
