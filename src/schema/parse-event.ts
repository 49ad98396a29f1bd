// Record value -> event of the core, or the reason why not. The hot path is JSON.parse, a validator
// in plain code and the builder; whatever that does not accept is judged by the contract
// (refusal.ts).
import type { CoreEvent, RejectionReason } from '../core/event.ts'
import type { Settings } from '../core/settings.ts'
import { acceptEvent } from './accept-event.ts'
import { createEventBuilder } from './build-event.ts'
import type { WireObject } from './build-event.ts'
import { decodeUtf8 } from './decode-utf8.ts'
import { isFlatAndSmall } from './flat-object.ts'
import { mayExceedJsonBytes } from './json-size.ts'
import { METADATA_BYTES_MAX } from './limits.ts'
import { refusalOf } from './refusal.ts'
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
  /**
   * The `user_hash` of the event that was accepted last; '' before. For the check of a record's
   * key.
   */
  readonly userHash: string
}

/**
 * Pure but for `userHash`. Reasons are the first in the order of DETAILS; key and partition are not
 * its matter.
 */
export const createEventParser = (settings: Settings): EventParser => {
  const build = createEventBuilder(settings)
  let userHash = ''

  const finish = (wire: WireObject, timeMs: number): CoreEvent | RejectionReason => {
    const event = build(wire, timeMs)
    if (typeof event !== 'string') userHash = wire['user_hash'] as string
    return event
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

  const parse = (value: Uint8Array | null): CoreEvent | RejectionReason => {
    const text = value === null ? null : decodeUtf8(value)
    if (value === null || text === null) return 'invalid_json'
    let wire: unknown
    try {
      wire = JSON.parse(text)
    } catch {
      return 'invalid_json'
    }
    if (!isObject(wire)) return 'invalid_json'
    return mayExceedJsonBytes(value.length, METADATA_BYTES_MAX) || mayHoldSurrogate(text)
      ? judge(wire)
      : acceptOrJudge(wire)
  }

  return {
    parse,
    parseObject: (wire) =>
      isObject(wire) && isFlatAndSmall(wire) ? acceptOrJudge(wire) : judge(wire),
    get userHash() {
      return userHash
    },
  }
}
