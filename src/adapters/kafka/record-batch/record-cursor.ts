// Reads the fields of records one after the other. Variable-length integers are zigzag-encoded,
// seven bits per byte, lowest first. Whatever would lead out of the bytes is a BatchDefect.
import { BatchDefect } from './batch-defect.ts'

export class RecordCursor {
  readonly bytes: Uint8Array
  at = 0

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  /** A signed 32-bit integer, at most five bytes. */
  varint(): number {
    const { bytes } = this
    let byte = bytes[this.at++]!
    // Most are small.
    if (byte < 0x80) return (byte >>> 1) ^ -(byte & 1)
    let value = byte & 0x7f
    for (let shift = 7; shift < 35; shift += 7) {
      byte = bytes[this.at++]!
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1)
    }
    throw new BatchDefect('an integer has no end')
  }

  /** A signed integer below 2^53. */
  varlong(): number {
    const { bytes } = this
    let value = 0
    let unit = 1
    for (let i = 0; i < 10; i++) {
      const byte = bytes[this.at++]!
      value += (byte & 0x7f) * unit
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) break
        return value % 2 === 0 ? value / 2 : -(value + 1) / 2
      }
      unit *= 128
    }
    throw new BatchDefect('an integer has no end')
  }

  /** `length` bytes as a view; null where it is negative. Retains the whole buffer. */
  slice(length: number): Uint8Array | null {
    if (length < 0) return null
    const from = this.at
    this.at += length
    if (this.at > this.bytes.length) throw new BatchDefect('a field leads out of its batch')
    return new Uint8Array(this.bytes.buffer, this.bytes.byteOffset + from, length)
  }
}
