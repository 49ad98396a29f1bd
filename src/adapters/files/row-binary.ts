// Reading ClickHouse's RowBinary: a String is its length as LEB128 and its bytes, a UInt32 is
// little-endian. A cursor instead of views, because a view per cell costs more than the cell.

export class RowBinaryCursor {
  readonly bytes: Buffer
  /** Where the next value begins. */
  at = 0
  /** The bytes of the string read last: bytes[start, end). */
  start = 0
  end = 0

  constructor(bytes: Buffer, at = 0) {
    this.bytes = bytes
    this.at = at
  }

  get done(): boolean {
    return this.at >= this.bytes.length
  }

  uint32(): number {
    const value = this.bytes.readUInt32LE(this.at)
    this.at += 4
    return value
  }

  /** Moves over a string and notes where it lies. */
  string(): void {
    let length = 0
    let shift = 0
    for (;;) {
      const byte = this.bytes[this.at++]
      if (byte === undefined) throw new RangeError('RowBinary ends inside a length')
      length += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) break
      shift += 7
    }
    this.start = this.at
    this.end = this.at + length
    this.at = this.end
  }

  /** The string read last, if its bytes are ASCII (others come out wrong). */
  latin1(): string {
    return this.bytes.toString('latin1', this.start, this.end)
  }
}
