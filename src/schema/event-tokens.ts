// Where the known fields of a wire event lie in its bytes: a JSON tokenizer for the events that
// most producers send, in one pass and without garbage. It takes strings of plain ASCII (of any
// UTF-8 where the field is not known), numbers, true, false and null, in any order of keys, and an
// object for metadata; it gives up on escapes, deeper nesting, a known key given twice and unusual
// blanks. What it gives up on goes to JSON.parse; what it takes is valid JSON (a property test
// shows both).
//
// Keys come in the same order again and again, so each key is first compared with the one that
// followed its predecessor last time, and looked up only if that differs.

import { isUtf8 } from 'node:buffer'
import { ID_LENGTH_MAX } from './limits.ts'
import { WordReader } from './word-reader.ts'

const TOP_FIELDS = 'event_id user_hash timestamp channel action_type campaign metadata'.split(' ')
const METADATA_FIELDS = (
  'utm_source utm_medium utm_campaign utm_term utm_content transaction_id source live_event_id ' +
  'product_id content_id variant treatment_id arm session_id value unit_price currency quantity'
).split(' ')

/** Fields are numbers: top-level ones from 1, those of metadata after them; 0 is any other. */
const UNKNOWN = 0
const FIELDS = ['', ...TOP_FIELDS, ...METADATA_FIELDS]
const FIELD_COUNT = FIELDS.length
const METADATA = FIELDS.indexOf('metadata')

/** The number of a known field; top-level names and those of metadata are all different. */
export const fieldNumber = (name: string): number => {
  const field = FIELDS.indexOf(name)
  if (field < 1) throw new Error(`no field ${name}`)
  return field
}

/** Kinds of tokens, as bits. A field that is not there has `ABSENT`. */
export const ABSENT = 0
export const NULL = 1
export const STRING = 2
export const NUMBER = 4
const OBJECT = 8

/** By field: the kinds that can be valid. */
const ALLOWED = Uint8Array.from(FIELDS, (name, field) => {
  if (field === UNKNOWN) return 0xff
  if (name === 'timestamp') return STRING | NUMBER
  if (name === 'metadata') return OBJECT | NULL
  if (field < METADATA) return name === 'campaign' ? STRING | NULL : STRING
  return ['value', 'unit_price', 'quantity'].includes(name) ? STRING | NUMBER | NULL : STRING | NULL
})

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const OPEN = 0x7b
const CLOSE = 0x7d
const SPACE = 0x20

/** What a byte inside a string may be part of; 0: not a character by itself, or not ASCII. */
export const DIGIT_CLASS = 1
const PHONE_CLASS = 2
export const AT_CLASS = 4
export const OTHER_CLASS = 8
const CLASS = Uint8Array.from({ length: 256 }, (_, byte) => {
  const char = String.fromCharCode(byte)
  if (byte < SPACE || byte >= 0x80 || char === '"' || char === '\\') return 0
  if (/[0-9]/.test(char)) return DIGIT_CLASS
  if (char === '@') return AT_CLASS
  return ' +()-./'.includes(char) ? PHONE_CLASS : OTHER_CLASS
})
const DIGIT = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 0x30 && byte <= 0x39 ? 1 : 0))

/** The names one after the other, each with the quote that ends it. */
const NAMES = Buffer.from(FIELDS.map((name) => `${name}"`).join(''))
const NAME_STARTS = Int32Array.from(FIELDS, (_, i) =>
  FIELDS.slice(0, i).reduce((sum, name) => sum + name.length + 1, 0),
)
const NAME_ENDS = Int32Array.from(FIELDS, (name, i) => NAME_STARTS[i]! + name.length + 1)
const NAMES_VIEW = new DataView(NAMES.buffer, NAMES.byteOffset, NAMES.length)

const plainEnd = (bytes: Buffer, from: number): number => {
  const length = bytes.length
  let at = from
  while (at < length && CLASS[bytes[at]!] !== 0) at++
  return at
}

/** Records of line-based producers may end with a line end. */
const lengthWithoutLineEnd = (bytes: Buffer): number => {
  let end = bytes.length
  while (end > 0 && (bytes[end - 1] === 0x0a || bytes[end - 1] === 0x0d)) end--
  return end
}

const digitsEnd = (bytes: Buffer, from: number): number => {
  const length = bytes.length
  let at = from
  while (at < length && DIGIT[bytes[at]!] === 1) at++
  return at
}

/** The end of the JSON number at `from`, -1 if there is none. */
const numberEnd = (bytes: Buffer, from: number): number => {
  let at = bytes[from] === 0x2d ? from + 1 : from
  const whole = at
  at = digitsEnd(bytes, at)
  if (at === whole || (at > whole + 1 && bytes[whole] === 0x30)) return -1
  if (bytes[at] === 0x2e) {
    const fraction = at + 1
    at = digitsEnd(bytes, fraction)
    if (at === fraction) return -1
  }
  if (bytes[at] === 0x65 || bytes[at] === 0x45) {
    const sign = bytes[at + 1] === 0x2b || bytes[at + 1] === 0x2d ? 1 : 0
    const exponent = at + 1 + sign
    at = digitsEnd(bytes, exponent)
    if (at === exponent) return -1
  }
  return at
}

/** As `plainEnd`, for any characters but quote, backslash and controls; -1: not UTF-8. */
const utf8End = (bytes: Buffer, from: number): number => {
  const length = bytes.length
  let at = from
  let isAscii = true
  while (at < length) {
    const byte = bytes[at]!
    if (byte >= 0x80) isAscii = false
    else if (CLASS[byte] === 0) break
    at++
  }
  return isAscii || isUtf8(bytes.subarray(from, at)) ? at : -1
}

const isWord = (bytes: Buffer, at: number, word: string): boolean => {
  for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word.charCodeAt(i)) return false
  return true
}

/** Whether the name of `field`, with its closing quote, stands at `at`. */
const isNameAt = (bytes: Buffer, at: number, field: number): boolean => {
  const end = NAME_ENDS[field]!
  for (let i = NAME_STARTS[field]!, j = at; i < end; i++, j++) {
    if (bytes[j] !== NAMES[i]) return false
  }
  return true
}

/** The field that is named from `start` to `end`, in the event (row 0) or its metadata. */
const find = (bytes: Buffer, start: number, end: number, row: number): number => {
  const first = row === 0 ? 1 : METADATA + 1
  const last = row === 0 ? METADATA : FIELD_COUNT - 1
  for (let field = first; field <= last; field++) {
    const length = NAME_ENDS[field]! - NAME_STARTS[field]! - 1
    if (length === end - start && isNameAt(bytes, start, field)) return field
  }
  return UNKNOWN
}

/** The classes that the bytes of a plain string belong to, together. */
export const classesOf = (bytes: Buffer, start: number, end: number): number => {
  let classes = 0
  for (let i = start; i < end; i++) classes |= CLASS[bytes[i]!]!
  return classes
}

export class EventTokens {
  /** By field number: the kind of its value, and where it lies (strings without their quotes). */
  readonly kinds = new Uint8Array(FIELD_COUNT)
  readonly starts = new Int32Array(FIELD_COUNT)
  readonly ends = new Int32Array(FIELD_COUNT)
  /** By field: the one that followed it last time; the row of metadata begins at FIELD_COUNT. */
  readonly #words = new WordReader()
  readonly #followers = new Uint8Array(2 * FIELD_COUNT)

  /**
   * Reads one record. false: given up; the tokens are then meaningless. One function with all its
   * state in variables: cut into smaller ones it takes twice as long.
   */
  // oxlint-disable-next-line max-lines-per-function
  scan(bytes: Buffer): boolean {
    const { kinds, starts, ends } = this
    const followers = this.#followers
    for (let field = 0; field < FIELD_COUNT; field++) kinds[field] = ABSENT
    const length = lengthWithoutLineEnd(bytes)
    if (length < 2 || bytes[0] !== OPEN) return false
    if (bytes[1] === CLOSE) return length === 2
    /** Of the object that is being read: the event's is 0, that of metadata FIELD_COUNT. */
    let row = 0
    let previous = 0
    let at = 1
    const view = this.#words.of(bytes)
    const base = bytes.byteOffset
    const lastWord = length - 3
    for (;;) {
      if (bytes[at] !== QUOTE) return false
      at++
      let field = followers[previous]!
      let name = NAME_STARTS[field]!
      const nameEnd = NAME_ENDS[field]!
      let behind = at
      const wordsEnd = Math.min(nameEnd, name + length - at) - 3
      while (
        name < wordsEnd &&
        view.getInt32(base + behind, true) === NAMES_VIEW.getInt32(name, true)
      ) {
        behind += 4
        name += 4
      }
      while (name < nameEnd && bytes[behind] === NAMES[name]) {
        behind++
        name++
      }
      if (name < nameEnd || field === UNKNOWN) {
        const end = plainEnd(bytes, at)
        if (bytes[end] !== QUOTE) return false
        field = find(bytes, at, end, row)
        followers[previous] = field
        behind = end + 1
      }
      previous = row + field
      if (bytes[behind] !== COLON || (kinds[field] !== ABSENT && field !== UNKNOWN)) return false
      at = bytes[behind + 1] === SPACE ? behind + 2 : behind + 1

      if (bytes[at] === QUOTE) {
        const start = ++at
        while (at < lastWord) {
          const word = view.getInt32(base + at, true)
          // A byte of 0x80 or more, less than 0x20, a quote or a backslash sets its highest bit.
          const quote = (word ^ 0x22222222) - 0x01010101
          const backslash = (word ^ 0x5c5c5c5c) - 0x01010101
          if (((word | (word - 0x20202020) | quote | backslash) & 0x80808080) !== 0) break
          at += 4
        }
        while (at < length && CLASS[bytes[at]!] !== 0) at++
        if (bytes[at] !== QUOTE) {
          if (field !== UNKNOWN) return false
          at = utf8End(bytes, start)
          if (bytes[at] !== QUOTE) return false
        }
        if (field !== UNKNOWN) {
          if (at - start > ID_LENGTH_MAX || (ALLOWED[field]! & STRING) === 0) return false
          kinds[field] = STRING
          starts[field] = start
          ends[field] = at
        }
        at++
      } else if (bytes[at] === OPEN && field === METADATA) {
        kinds[field] = OBJECT
        row = FIELD_COUNT
        previous = row
        at++
        if (bytes[at] !== CLOSE) continue
      } else {
        at = this.#scalar(bytes, at, field)
        if (at === -1) return false
      }

      if (bytes[at] === CLOSE && row !== 0) {
        row = 0
        previous = METADATA
        at++
      }
      if (bytes[at] === CLOSE) return row === 0 && at + 1 === length
      if (bytes[at] !== COMMA) return false
      at = bytes[at + 1] === SPACE ? at + 2 : at + 1
    }
  }

  /** Reads a number, null, true or false and notes it; the place behind it, -1: given up. */
  #scalar(bytes: Buffer, at: number, field: number): number {
    const first = bytes[at]!
    if (first === 0x2d || DIGIT[first] === 1) {
      return this.#note(field, NUMBER, at, numberEnd(bytes, at))
    }
    if (isWord(bytes, at, 'null')) return this.#note(field, NULL, at, at + 4)
    if (field !== UNKNOWN) return -1
    if (isWord(bytes, at, 'true')) return at + 4
    return isWord(bytes, at, 'false') ? at + 5 : -1
  }

  /** Notes a value and returns its end; -1: its kind is not valid for the field. */
  #note(field: number, kind: number, start: number, end: number): number {
    if (field === UNKNOWN) return end
    this.kinds[field] = kind
    this.starts[field] = start
    this.ends[field] = end
    return (ALLOWED[field]! & kind) === 0 ? -1 : end
  }
}
