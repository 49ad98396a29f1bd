// Strict UTF-8. `utf8Slice` is the fastest decoder of Node and puts U+FFFD for what is
// not UTF-8: a text without one came from valid bytes, so that only texts with one need a second
// look.
import { isUtf8 } from 'node:buffer'

/** The same bytes as a Buffer, without a copy. */
export const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** The text of valid UTF-8, a byte-order mark included; null for anything else. */
export const decodeUtf8 = (bytes: Uint8Array): string | null => {
  const text = asBuffer(bytes).toString('utf8')
  return text.includes('\ufffd') && !isUtf8(bytes) ? null : text
}

/** Whether `key` is the UTF-8 of `text`. */
export const isUtf8Of = (key: Uint8Array, text: string): boolean => {
  if (key.length < text.length) return false
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c > 0x7f) return Buffer.from(text).equals(key)
    if (key[i] !== c) return false
  }
  return key.length === text.length
}
