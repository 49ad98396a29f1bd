// Strings of a few recurring values (channels, campaigns, actions …) from bytes: a value seen
// before costs a comparison instead of a new string. A direct-mapped table: a newer value takes the
// place of an older one with the same slot, so that memory is bounded whatever producers send.
import { ID_LENGTH_MAX } from './limits.ts'
import { WordReader } from './word-reader.ts'

const SLOTS = 2048

export class TextPool {
  readonly #texts: string[] = Array.from({ length: SLOTS }, () => '')
  readonly #lengths = new Uint8Array(SLOTS)
  /** The bytes of each text once more: comparing bytes is faster than reading a string. */
  readonly #known = Buffer.alloc(SLOTS * ID_LENGTH_MAX)
  readonly #knownView = new DataView(this.#known.buffer, this.#known.byteOffset)
  readonly #words = new WordReader()

  /** The string of an ASCII range of at most ID_LENGTH_MAX bytes. */
  text(bytes: Buffer, start: number, end: number): string {
    const length = end - start
    return length < 4 ? this.#short(bytes, start, end) : this.#long(bytes, start, length)
  }

  #short(bytes: Buffer, start: number, end: number): string {
    let mix = end - start
    for (let i = start; i < end; i++) mix = Math.imul(mix, 31) + bytes[i]!
    const slot = mix & (SLOTS - 1)
    const at = slot * ID_LENGTH_MAX
    if (this.#lengths[slot] !== end - start) return this.#put(slot, bytes, start, end)
    for (let i = start; i < end; i++) {
      if (this.#known[at + i - start] !== bytes[i]) return this.#put(slot, bytes, start, end)
    }
    return this.#texts[slot]!
  }

  /** Four bytes at a time; the last four may overlap those before. */
  #long(bytes: Buffer, start: number, length: number): string {
    const view = this.#words.of(bytes)
    const base = bytes.byteOffset + start
    const last = length - 4
    let mix = length
    for (let i = 0; i < last; i += 4) mix = Math.imul(mix ^ view.getInt32(base + i), 0x9e3779b1)
    mix = Math.imul(mix ^ view.getInt32(base + last), 0x9e3779b1)
    const slot = (mix >>> 16) & (SLOTS - 1)
    const known = this.#knownView
    const at = slot * ID_LENGTH_MAX
    let isKnown =
      this.#lengths[slot] === length && known.getInt32(at + last) === view.getInt32(base + last)
    for (let i = 0; isKnown && i < last; i += 4) {
      isKnown = known.getInt32(at + i) === view.getInt32(base + i)
    }
    return isKnown ? this.#texts[slot]! : this.#put(slot, bytes, start, start + length)
  }

  #put(slot: number, bytes: Buffer, start: number, end: number): string {
    const text = bytes.toString('latin1', start, end)
    bytes.copy(this.#known, slot * ID_LENGTH_MAX, start, end)
    this.#lengths[slot] = end - start
    this.#texts[slot] = text
    return text
  }
}
