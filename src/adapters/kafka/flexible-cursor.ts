// The "flexible" encoding of Kafka's newer protocol versions (KIP-482): lengths as unsigned
// varints, one more than they count with 0 for null, and tagged fields at the end of every
// structure, of which none is needed here.
import { readInt64 } from './record-batch/batch-header.ts'

/** How many items or bytes follow, at most 16,000; answers where they begin. */
export function writeLength(bytes: Buffer, length: number, at: number): number {
  const value = length + 1
  if (value < 0x80) return bytes.writeUInt8(value, at)
  return bytes.writeUInt8(value >> 7, bytes.writeUInt8((value & 0x7f) | 0x80, at))
}

/** Throws RangeError where the bytes end too early. */
export class FlexibleCursor {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#move(2))
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#move(4))
  }

  /** As a number: offsets stay far below 2^53. */
  int64(): number {
    return readInt64(this.#bytes, this.#move(8))
  }

  /** As hexadecimal digits. */
  uuid(): string {
    return this.take(16).toString('hex')
  }

  /** How many items or bytes follow; -1: null. */
  length(): number {
    return this.#uvarint() - 1
  }

  /** '' for null. */
  string(): string {
    return this.take(Math.max(this.length(), 0)).toString()
  }

  take(length: number): Buffer {
    const from = this.#move(length)
    return this.#bytes.subarray(from, from + length)
  }

  skipTags(): void {
    for (let tags = this.#uvarint(); tags > 0; tags--) {
      this.#uvarint()
      this.#move(this.#uvarint())
    }
  }

  #uvarint(): number {
    let value = 0
    for (let shift = 0; shift < 32; shift += 7) {
      const byte = this.#bytes.readUInt8(this.#move(1))
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    throw new RangeError('a length of more than five bytes')
  }

  /** Answers where it was. */
  #move(by: number): number {
    const from = this.#at
    this.#at += by
    if (this.#at > this.#bytes.length) throw new RangeError('the answer is cut short')
    return from
  }
}
