// Byte strings to and from the one-buffer form of the ports.
import type { ByteList } from '../../ports/state-store.ts'

/** A view of item `i`, not a copy. */
export function item(list: ByteList, i: number): Buffer {
  const from = i === 0 ? 0 : (list.ends[i - 1] ?? 0)
  return Buffer.from(list.bytes.buffer, list.bytes.byteOffset + from, (list.ends[i] ?? 0) - from)
}

export function toByteList(items: readonly (Uint8Array | null | undefined)[]): ByteList {
  const ends = new Int32Array(items.length)
  let end = 0
  for (const [i, bytes] of items.entries()) {
    end += bytes?.length ?? 0
    ends[i] = end
  }
  const bytes = new Uint8Array(end)
  for (const [i, one] of items.entries()) {
    if (one) bytes.set(one, (ends[i] ?? 0) - one.length)
  }
  return { bytes, ends }
}
