// A fenced write as `commit.lua` takes it, whose header is the contract: operations on keys, and
// their items packed into one run of bytes.

const OPERATIONS = { set: 's', unset: 'u', append: 'a', drop: 'd' } as const
/** Shorter copies are faster byte by byte than by a call. */
const SHORT = 32

export class PackedWrite {
  readonly keys: string[] = []
  /** A letter per key. */
  operations = ''
  #bytes: Buffer
  #length = 0

  /** @param bytes how many there will be, as expected; it grows beyond */
  constructor(bytes = 1024) {
    this.#bytes = Buffer.allocUnsafe(bytes)
  }

  get items(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }

  /** An operation on a key, of which `items` items follow. */
  begin(operation: keyof typeof OPERATIONS, key: string, items: number): this {
    this.keys.push(key)
    this.operations += OPERATIONS[operation]
    this.#reserve(4)
    this.#number(items)
    return this
  }

  text(item: string): this {
    this.#reserve(4 + item.length * 3)
    const length = this.#bytes.write(item, this.#length + 4)
    this.#number(length)
    this.#length += length
    return this
  }

  /** bytes[from, to) as one item. */
  bytes(bytes: Uint8Array, from = 0, to = bytes.length): this {
    const length = to - from
    this.#reserve(4 + length)
    this.#number(length)
    const at = this.#length
    if (length > SHORT) this.#bytes.set(bytes.subarray(from, to), at)
    else for (let i = 0; i < length; i += 1) this.#bytes[at + i] = bytes[from + i]!
    this.#length += length
    return this
  }

  #number(number: number): void {
    this.#length = this.#bytes.writeUInt32LE(number, this.#length)
  }

  #reserve(more: number): void {
    const needed = this.#length + more
    if (needed <= this.#bytes.length) return
    const wider = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, needed))
    this.#bytes.copy(wider, 0, 0, this.#length)
    this.#bytes = wider
  }
}
