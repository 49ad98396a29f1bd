// Rows of files come as objects, not as text: whether their strings are well-formed and their
// metadata within its size is then asked of the fields. The usual row, flat and small, is vouched
// for here; any other goes to the contract.
import type { WireObject } from './build-event.ts'
import { METADATA_BYTES_MAX } from './limits.ts'
import { isWellFormed } from './well-formed.ts'

/**
 * A UTF-16 unit is at most `\\uXXXX` in JSON; marks around an entry, and any number, are shorter.
 */
const UNIT_BYTES_MAX = 6
const ENTRY_BYTES_MAX = 32

/** Upper bound of an object's size as JSON; Infinity if it holds objects or malformed strings. */
const flatBytesMax = (fields: WireObject): number => {
  let bytes = 2
  for (const key of Object.keys(fields)) {
    const value = fields[key]
    let units = key.length
    if (typeof value === 'string') {
      if (!isWellFormed(value)) return Infinity
      units += value.length
    } else if (typeof value === 'object' && value !== null) {
      return Infinity
    }
    bytes += units * UNIT_BYTES_MAX + ENTRY_BYTES_MAX
  }
  return bytes
}

/** Whether no string of an event is malformed, and its metadata is within its size, for certain. */
export const isFlatAndSmall = (wire: WireObject): boolean => {
  const { metadata, ...fields } = wire
  if (flatBytesMax(fields) === Infinity) return false
  if (typeof metadata !== 'object' || metadata === null) return true
  return !Array.isArray(metadata) && flatBytesMax(metadata as WireObject) <= METADATA_BYTES_MAX
}
