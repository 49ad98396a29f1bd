// Record value -> event of the core, or the reason why not. Three paths, each of which hands on
// what it does not accept: a byte scanner (scan-event.ts), JSON.parse with a validator in plain
// code (accept-event.ts), and the contract (refusal.ts), which decides and gives the reason.
import type { CoreEvent, RejectionReason } from '../core/event.ts'
import type { Settings } from '../core/settings.ts'
import { acceptEvent } from './accept-event.ts'
import { createEventBuilder } from './build-event.ts'
import type { WireObject } from './build-event.ts'
import { asBuffer, decodeUtf8, isUtf8Of } from './decode-utf8.ts'
import { isFlatAndSmall } from './flat-object.ts'
import { exceedsJsonBytes, mayExceedJsonBytes } from './json-size.ts'
import { METADATA_BYTES_MAX } from './limits.ts'
import { refusalOf } from './refusal.ts'
import { EventScanner } from './scan-event.ts'
import { parseTimestamp } from './timestamp.ts'

const isObject = (value: unknown): value is WireObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A lone surrogate can only come from an escape: valid UTF-8 holds none. */
const mayHoldSurrogate = (text: string): boolean =>
  text.includes('\\u') && (text.includes('\\ud') || text.includes('\\uD'))

export interface EventParser {
  /** Judges the value of a record. Never throws. */
  parse(value: Uint8Array | null): CoreEvent | RejectionReason
  /** Judges an object as JSON.parse would give it (rows of files). Never throws. */
  parseObject(wire: unknown): CoreEvent | RejectionReason
  /** After an event was accepted: whether a record's key is its `user_hash` in UTF-8. */
  isUserHash(key: Uint8Array): boolean
}

/**
 * A parser of values only: key and partition are not its matter. Reasons are the first in the order
 * of DETAILS. Pure but for `isUserHash`, which speaks of the last call.
 */
export const createEventParser = (settings: Settings): EventParser => {
  const scanner = new EventScanner(settings)
  const build = createEventBuilder(settings)
  let scanned = false
  let userHash = ''

  const finish = (wire: WireObject, timeMs: number): CoreEvent | RejectionReason => {
    userHash = wire['user_hash'] as string
    return build(wire, timeMs)
  }

  const judge = (wire: unknown): CoreEvent | RejectionReason => {
    const refusal = refusalOf(wire)
    if (refusal !== null) return refusal.reason
    const valid = wire as WireObject
    return finish(valid, parseTimestamp(valid['timestamp']))
  }

  const acceptOrJudge = (wire: WireObject): CoreEvent | RejectionReason => {
    const timeMs = acceptEvent(wire)
    return timeMs === -1 ? judge(wire) : finish(wire, timeMs)
  }

  const parseJson = (value: Uint8Array): CoreEvent | RejectionReason => {
    const text = decodeUtf8(value)
    if (text === null) return 'invalid_json'
    let wire: unknown
    try {
      wire = JSON.parse(text)
    } catch {
      return 'invalid_json'
    }
    if (!isObject(wire)) return 'invalid_json'
    const isTooLarge =
      mayExceedJsonBytes(value.length, METADATA_BYTES_MAX) &&
      exceedsJsonBytes(wire['metadata'], METADATA_BYTES_MAX)
    return isTooLarge || mayHoldSurrogate(text) ? judge(wire) : acceptOrJudge(wire)
  }

  return {
    parse(value) {
      scanned = false
      if (value === null) return 'invalid_json'
      const event = scanner.scan(asBuffer(value))
      if (event === null) return parseJson(value)
      scanned = true
      return event
    },
    parseObject(wire) {
      scanned = false
      return isObject(wire) && isFlatAndSmall(wire) ? acceptOrJudge(wire) : judge(wire)
    },
    isUserHash: (key) => (scanned ? scanner.isUserHash(key) : isUtf8Of(key, userHash)),
  }
}
