// Many short byte strings in one growing buffer, so that a span's changes cost no object each.

export interface Bytes {
  readonly bytes: Uint8Array
  /** Item i is bytes[ends[i-1] ?? 0, ends[i]). */
  readonly ends: Int32Array
}

/** Its three views lie over one buffer, which moves when it grows: read them again after `next`. */
export class ByteListBuilder {
  bytes: Uint8Array
  /** For lists whose items are all of whole words, or of whole doubles. */
  words: Int32Array
  doubles: Float64Array
  #ends: Int32Array
  #count = 0
  #length = 0

  /** With room for items and bytes as expected; it grows beyond. */
  constructor(items = 8, bytes = 128) {
    const buffer = new ArrayBuffer(Math.ceil(bytes / 8) * 8)
    this.bytes = new Uint8Array(buffer)
    this.words = new Int32Array(buffer)
    this.doubles = new Float64Array(buffer)
    this.#ends = new Int32Array(items)
  }

  /** Where an item of `length` bytes goes; the caller fills it before the next call. */
  next(length: number): number {
    const at = this.#length
    const end = at + length
    if (end > this.bytes.length) this.#grow(end)
    if (this.#count === this.#ends.length) {
      const wider = new Int32Array(Math.max(64, this.#ends.length * 2))
      wider.set(this.#ends)
      this.#ends = wider
    }
    this.#length = end
    this.#ends[this.#count++] = end
    return at
  }

  add(item: Uint8Array): void {
    const at = this.next(item.length)
    this.bytes.set(item, at)
  }

  build(): Bytes {
    return {
      bytes: this.bytes.subarray(0, this.#length),
      ends: this.#ends.subarray(0, this.#count),
    }
  }

  #grow(length: number): void {
    const bytes = this.bytes
    const buffer = new ArrayBuffer(Math.ceil(Math.max(bytes.length * 2, length) / 8) * 8)
    this.bytes = new Uint8Array(buffer)
    this.bytes.set(bytes)
    this.words = new Int32Array(buffer)
    this.doubles = new Float64Array(buffer)
  }
}

/** Item `i` of the list: a view. */
export function itemAt(list: Bytes, i: number): Uint8Array {
  return list.bytes.subarray(i === 0 ? 0 : list.ends[i - 1]!, list.ends[i])
}
