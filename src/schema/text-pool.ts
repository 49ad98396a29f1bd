// Strings of a few recurring values (channels, campaigns, actions …) from bytes: a value seen
// before costs a comparison instead of a new string. A direct-mapped table: a newer value takes the
// place of an older one with the same slot, so that memory is bounded whatever producers send.
import { ID_LENGTH_MAX } from './limits.ts'

const SLOTS = 2048

export class TextPool {
  readonly #texts: string[] = Array.from({ length: SLOTS }, () => '')
  readonly #lengths = new Uint8Array(SLOTS)
  /** The bytes of each text once more: comparing bytes is faster than reading a string. */
  readonly #known = new Uint8Array(SLOTS * ID_LENGTH_MAX)

  /** The string of an ASCII range of at most ID_LENGTH_MAX bytes. */
  text(bytes: Buffer, start: number, end: number): string {
    let hash = 0
    for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + bytes[i]!) | 0
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1)
    const known = this.#known
    const at = slot * ID_LENGTH_MAX
    const length = end - start
    if (this.#lengths[slot] === length) {
      let i = 0
      while (i < length && known[at + i] === bytes[start + i]) i++
      if (i === length) return this.#texts[slot]!
    }
    const text = bytes.toString('latin1', start, end)
    for (let i = 0; i < length; i++) known[at + i] = bytes[start + i]!
    this.#lengths[slot] = length
    this.#texts[slot] = text
    return text
  }
}
