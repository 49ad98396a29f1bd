// Strings of a few recurring values (channels, campaigns, actions …) from bytes: a value seen
// before costs a comparison instead of a new string. A direct-mapped table: a newer value takes the
// place of an older one with the same slot, so that memory is bounded whatever producers send.

const SLOTS = 4096

export class TextPool {
  readonly #texts: string[] = Array.from({ length: SLOTS }, () => '')

  /** The string of an ASCII range of bytes. */
  text(bytes: Buffer, start: number, end: number): string {
    let hash = 0
    for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + bytes[i]!) | 0
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1)
    const known = this.#texts[slot]!
    if (known.length === end - start) {
      let i = 0
      while (i < known.length && known.charCodeAt(i) === bytes[start + i]) i++
      if (i === known.length) return known
    }
    const text = bytes.toString('latin1', start, end)
    this.#texts[slot] = text
    return text
  }
}
