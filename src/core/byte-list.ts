// Many short byte strings in one growing buffer, so that a span's changes cost no object each.

export interface Bytes {
  readonly bytes: Uint8Array
  /** Item i is bytes[ends[i-1] ?? 0, ends[i]). */
  readonly ends: Int32Array
}

export class ByteListBuilder {
  #bytes = new Uint8Array(1024)
  #ends = new Int32Array(64)
  #count = 0
  #length = 0

  /** Room for an item of `length` bytes; the caller fills it before the next call. */
  next(length: number): { readonly bytes: Uint8Array; readonly at: number } {
    const at = this.#length
    if (at + length > this.#bytes.length) {
      const wider = new Uint8Array(Math.max(this.#bytes.length * 2, at + length))
      wider.set(this.#bytes)
      this.#bytes = wider
    }
    if (this.#count === this.#ends.length) {
      const wider = new Int32Array(this.#ends.length * 2)
      wider.set(this.#ends)
      this.#ends = wider
    }
    this.#length = at + length
    this.#ends[this.#count++] = this.#length
    return { bytes: this.#bytes, at }
  }

  add(item: Uint8Array): void {
    const { bytes, at } = this.next(item.length)
    bytes.set(item, at)
  }

  build(): Bytes {
    return {
      bytes: this.#bytes.subarray(0, this.#length),
      ends: this.#ends.subarray(0, this.#count),
    }
  }
}

/** Item `i` of the list: a view. */
export function itemAt(list: Bytes, i: number): Uint8Array {
  return list.bytes.subarray(i === 0 ? 0 : list.ends[i - 1]!, list.ends[i])
}
