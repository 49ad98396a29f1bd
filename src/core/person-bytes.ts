// Persons as bytes: the first 16 bytes of SHA-256(user_hash), in memory four big-endian words.

export const PERSON_BYTES = 16
const PERSON_WORDS = 4

/** The bytes of words[from .. from + 4 * count). */
export function personsToBytes(words: Int32Array, from: number, count: number): Uint8Array {
  const bytes = new Uint8Array(count * PERSON_BYTES)
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < count * PERSON_WORDS; i++) view.setInt32(i * 4, words[from + i]!)
  return bytes
}

export function personsToWords(bytes: Uint8Array): Int32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const words = new Int32Array(bytes.byteLength / 4)
  for (let i = 0; i < words.length; i++) words[i] = view.getInt32(i * 4)
  return words
}
