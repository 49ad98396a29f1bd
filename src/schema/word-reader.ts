// Reading bytes four at a time: a view of the memory that a Buffer lies in, made once for all
// records that lie in the same (those of a batch do).

export class WordReader {
  #memory: ArrayBufferLike | null = null
  #view: DataView = new DataView(new ArrayBuffer(0))

  /** Byte i of `bytes` is at bytes.byteOffset + i of the view. */
  of(bytes: Buffer): DataView {
    const memory = bytes.buffer
    if (memory !== this.#memory) {
      this.#memory = memory
      this.#view = new DataView(memory)
    }
    return this.#view
  }
}
