// The size of metadata is that of `JSON.stringify(metadata)` in UTF-8. It is counted without
// building the text and without recursion: JSON.parse takes any depth, JSON.stringify overflows its
// stack at a few thousand levels, and whether a record is accepted must not depend on how much
// stack is left.

/**
 * No JSON token grows by more than this when it is written anew: 1e20 becomes
 * 100000000000000000000.
 */
const GROWTH_MAX = 5.25

const textBytes = (text: string): number => Buffer.byteLength(JSON.stringify(text))

const leafBytes = (value: unknown): number => {
  if (typeof value === 'string') return textBytes(value)
  if (typeof value === 'number') return Number.isFinite(value) ? String(value).length : 4
  return value === false ? 5 : 4
}

/**
 * Whether a JSON value of this many raw bytes may be longer than `bytesMax` when it is written
 * anew.
 */
export const mayExceedJsonBytes = (rawBytes: number, bytesMax: number): boolean =>
  rawBytes * GROWTH_MAX > bytesMax

/**
 * Whether `JSON.stringify(value)`, for a value as JSON.parse gives it, takes more than `bytesMax`
 * bytes.
 */
export const exceedsJsonBytes = (value: unknown, bytesMax: number): boolean => {
  const open: unknown[] = [value]
  let bytes = 0
  while (open.length > 0) {
    const next = open.pop()
    if (Array.isArray(next)) {
      bytes += 2 + Math.max(0, next.length - 1)
      if (bytes > bytesMax) return true
      for (const item of next) open.push(item)
    } else if (typeof next === 'object' && next !== null) {
      const keys = Object.keys(next)
      bytes += 2 + Math.max(0, keys.length - 1)
      if (bytes > bytesMax) return true
      for (const key of keys) {
        bytes += textBytes(key) + 1
        open.push((next as Record<string, unknown>)[key])
      }
    } else {
      bytes += leafBytes(next)
    }
    if (bytes > bytesMax) return true
  }
  return false
}
