// SHA-256 (FIPS 180-4) of short byte ranges and strings, synchronous and without garbage: ids and
// persons are hashes of producers' strings, two or three per record. An own implementation because
// node:crypto costs more in crossing into C++ than the hash itself costs for 10 to 70 bytes
// (test/bench/schema.bench.ts measures both).
// Invariant: equal to node:crypto for all bytes; a property test compares them.

const ROUND = new Int32Array([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
])

const state = new Int32Array(8)
const schedule = new Int32Array(64)
/** Room for the UTF-8 of every string within the contract's lengths; a Buffer, as records are. */
const scratch = Buffer.alloc(1024)

/** Expands the first 16 words, one block of the message, to the 64 of its rounds. */
const expand = (words: Int32Array): Int32Array => {
  for (let i = 16; i < 64; i++) {
    const a = words[i - 15]!
    const b = words[i - 2]!
    const s0 = ((a >>> 7) | (a << 25)) ^ ((a >>> 18) | (a << 14)) ^ (a >>> 3)
    const s1 = ((b >>> 17) | (b << 15)) ^ ((b >>> 19) | (b << 13)) ^ (b >>> 10)
    words[i] = (s0 + s1 + words[i - 16]! + words[i - 7]!) | 0
  }
  return words
}

/**
 * The last block of every 64-byte message is the same; a `user_hash` most often is 64 hex digits.
 */
const paddingOf64Bytes = new Int32Array(64)
paddingOf64Bytes[0] = 1 << 31
paddingOf64Bytes[15] = 64 << 3
expand(paddingOf64Bytes)

/** Mixes the expanded words of one block into the state. */
const compress = (words: Int32Array): void => {
  let a = state[0]!
  let b = state[1]!
  let c = state[2]!
  let d = state[3]!
  let e = state[4]!
  let f = state[5]!
  let g = state[6]!
  let h = state[7]!
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))
    const t1 = (h + s1 + (g ^ (e & (f ^ g))) + ROUND[i]! + words[i]!) | 0
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))
    const t2 = (s0 + ((a & b) | (c & (a | b)))) | 0
    h = g
    g = f
    f = e
    e = (d + t1) | 0
    d = c
    c = b
    b = a
    a = (t1 + t2) | 0
  }
  state[0] = (state[0]! + a) | 0
  state[1] = (state[1]! + b) | 0
  state[2] = (state[2]! + c) | 0
  state[3] = (state[3]! + d) | 0
  state[4] = (state[4]! + e) | 0
  state[5] = (state[5]! + f) | 0
  state[6] = (state[6]! + g) | 0
  state[7] = (state[7]! + h) | 0
}

/** Loads the 64 bytes from `at` as big-endian words. */
const loadBlock = (bytes: Buffer, at: number): void => {
  for (let word = 0; word < 16; word++) {
    const i = at + (word << 2)
    schedule[word] =
      (bytes[i]! << 24) | (bytes[i + 1]! << 16) | (bytes[i + 2]! << 8) | bytes[i + 3]!
  }
}

/** Loads what is left from `at` to `end`, less than 64 bytes, and the bit that ends a message. */
const loadTail = (bytes: Buffer, at: number, end: number): void => {
  schedule.fill(0, 0, 16)
  for (let i = at; i < end; i++) {
    const j = i - at
    schedule[j >> 2]! |= bytes[i]! << (24 - ((j & 3) << 3))
  }
  const j = end - at
  schedule[j >> 2]! |= 0x80 << (24 - ((j & 3) << 3))
}

/**
 * SHA-256 of the bytes from `start` to `end` (up to 2^28). Returns the eight big-endian words as
 * signed 32-bit integers in an array that the next call overwrites. Bytes are Buffers throughout,
 * so that the compiler meets one kind of array only.
 */
export const sha256Bytes = (bytes: Buffer, start: number, end: number): Readonly<Int32Array> => {
  state[0] = 0x6a09e667
  state[1] = 0xbb67ae85
  state[2] = 0x3c6ef372
  state[3] = 0xa54ff53a
  state[4] = 0x510e527f
  state[5] = 0x9b05688c
  state[6] = 0x1f83d9ab
  state[7] = 0x5be0cd19
  let at = start
  for (; at + 64 <= end; at += 64) {
    loadBlock(bytes, at)
    compress(expand(schedule))
  }
  if (end - start === 64) {
    compress(paddingOf64Bytes)
    return state
  }
  loadTail(bytes, at, end)
  if (end - at >= 56) {
    compress(expand(schedule))
    schedule.fill(0, 0, 16)
  }
  schedule[15] = (end - start) << 3
  compress(expand(schedule))
  return state
}

/** `sha256Bytes` of the UTF-8 of a string; lone surrogates count as U+FFFD. */
export const sha256 = (text: string): Readonly<Int32Array> => {
  const isShort = text.length * 3 <= scratch.length
  const bytes = isShort ? scratch : Buffer.allocUnsafe(text.length * 3)
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c > 0x7f) return sha256Bytes(bytes, 0, bytes.write(text, 'utf8'))
    bytes[i] = c
  }
  return sha256Bytes(bytes, 0, text.length)
}
