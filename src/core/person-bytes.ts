// Persons as bytes: the first 16 bytes of SHA-256(user_hash), in memory four big-endian words.

export const PERSON_BYTES = 16
const PERSON_WORDS = 4

/** The bytes of words[from .. from + 4 * count). */
export function personsToBytes(words: Int32Array, from: number, count: number): Uint8Array {
  const bytes = new Uint8Array(count * PERSON_BYTES)
  for (let i = 0; i < count; i++)
    writePerson(bytes, i * PERSON_BYTES, words, from + i * PERSON_WORDS)
  return bytes
}

/** Writes the person words[from..] at bytes[at..]. */
export function writePerson(bytes: Uint8Array, at: number, words: Int32Array, from: number): void {
  for (let i = 0; i < PERSON_WORDS; i++) {
    const word = words[from + i]!
    const to = at + i * 4
    bytes[to] = word >>> 24
    bytes[to + 1] = word >>> 16
    bytes[to + 2] = word >>> 8
    bytes[to + 3] = word
  }
}

export function personsToWords(bytes: Uint8Array): Int32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const words = new Int32Array(bytes.byteLength / 4)
  for (let i = 0; i < words.length; i++) words[i] = view.getInt32(i * 4)
  return words
}
