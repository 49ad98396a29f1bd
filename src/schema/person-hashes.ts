// Hashes of persons seen lately: a person's events come in runs, and finding the hash of a
// `user_hash` again costs a comparison instead of two blocks of SHA-256. A direct-mapped table, as in
// text-pool.ts: a newer person takes the place of an older one with the same slot, so that memory is
// bounded. Bytes are compared whole: what is found is what would be computed.
import { ID_LENGTH_MAX } from './limits.ts'
import { sha256Bytes } from './sha256.ts'

const SLOTS = 16_384
/** First 16 bytes of the hash. */
const HASH_WORDS = 4

export class PersonHashes {
  /** The hash of the last `find`: words[at..at + 4), big-endian, signed. */
  readonly words = new Int32Array(SLOTS * HASH_WORDS)
  readonly #lengths = new Uint8Array(SLOTS)
  readonly #known = new Uint8Array(SLOTS * ID_LENGTH_MAX)

  /** Where in `words` the hash of at most ID_LENGTH_MAX bytes stands until the next call. */
  find(bytes: Buffer, start: number, end: number): number {
    const length = end - start
    // Producers send hashes, or ids that differ at the end: the last bytes tell persons apart.
    let mix = length
    for (let i = Math.max(start, end - 8); i < end; i++)
      mix = Math.imul(mix ^ bytes[i]!, 0x5bd1e995)
    const slot = (mix ^ (mix >>> 15)) & (SLOTS - 1)
    const known = this.#known
    const from = slot * ID_LENGTH_MAX
    const at = slot * HASH_WORDS
    if (this.#lengths[slot] === length) {
      let i = 0
      while (i < length && known[from + i] === bytes[start + i]) i++
      if (i === length) return at
    }
    this.#lengths[slot] = length
    for (let i = 0; i < length; i++) known[from + i] = bytes[start + i]!
    const hash = sha256Bytes(bytes, start, end)
    for (let i = 0; i < HASH_WORDS; i++) this.words[at + i] = hash[i]!
    return at
  }
}
