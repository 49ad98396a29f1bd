// Where the known fields of a wire event lie in its bytes: a JSON tokenizer for the events that
// most producers send, in one pass and without garbage. It takes strings of plain ASCII, numbers,
// true, false and null, in any order of keys, and an object for metadata; it gives up on escapes,
// other bytes, deeper nesting, a known key given twice and unusual blanks. What it gives up on goes
// to JSON.parse; what it takes is valid JSON (a property test shows both).
//
// Keys come in the same order again and again, so each key is first compared with the one that
// followed its predecessor last time, and looked up only if that differs.

const TOP_FIELDS = 'event_id user_hash timestamp channel action_type campaign metadata'.split(' ')
const METADATA_FIELDS = (
  'utm_source utm_medium utm_campaign utm_term utm_content transaction_id source live_event_id ' +
  'product_id content_id variant treatment_id arm session_id value unit_price currency quantity'
).split(' ')

/** Fields are numbers: top-level ones from 1, those of metadata after them; 0 is any other. */
const UNKNOWN = 0
const FIELDS = ['', ...TOP_FIELDS, ...METADATA_FIELDS]
export const FIELD_COUNT = FIELDS.length
const METADATA = FIELDS.indexOf('metadata')

/** The number of a known field; top-level names and those of metadata are all different. */
export const fieldNumber = (name: string): number => {
  const field = FIELDS.indexOf(name)
  if (field < 1) throw new Error(`no field ${name}`)
  return field
}

/** Kinds of tokens. A field that is not there has `ABSENT`. */
export const ABSENT = 0
export const NULL = 1
export const STRING = 2
export const NUMBER = 3
const BOOLEAN = 4
export const OBJECT = 5

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const OPEN = 0x7b
const CLOSE = 0x7d
const SPACE = 0x20

/** 1: a byte that stands for itself inside a JSON string and is a character by itself. */
const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= SPACE && byte < 0x80 && byte !== QUOTE && byte !== 0x5c ? 1 : 0,
)
const DIGIT = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 0x30 && byte <= 0x39 ? 1 : 0))

/** The names one after the other, each with the quote that ends it. */
const NAMES = Buffer.from(FIELDS.map((name) => `${name}"`).join(''))
const NAME_STARTS = Int32Array.from(FIELDS, (_, i) =>
  FIELDS.slice(0, i).reduce((sum, name) => sum + name.length + 1, 0),
)
const NAME_ENDS = Int32Array.from(FIELDS, (name, i) => NAME_STARTS[i]! + name.length + 1)

const plainEnd = (bytes: Uint8Array, from: number): number => {
  const length = bytes.length
  let at = from
  while (at < length && PLAIN[bytes[at]!] === 1) at++
  return at
}

const digitsEnd = (bytes: Uint8Array, from: number): number => {
  const length = bytes.length
  let at = from
  while (at < length && DIGIT[bytes[at]!] === 1) at++
  return at
}

/** The end of the JSON number at `from`, -1 if there is none. */
const numberEnd = (bytes: Uint8Array, from: number): number => {
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

const isWord = (bytes: Uint8Array, at: number, word: string): boolean => {
  for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word.charCodeAt(i)) return false
  return true
}

/** Whether the name of `field`, with its closing quote, stands at `at`. */
const isNameAt = (bytes: Uint8Array, at: number, field: number): boolean => {
  const end = NAME_ENDS[field]!
  for (let i = NAME_STARTS[field]!, j = at; i < end; i++, j++) {
    if (bytes[j] !== NAMES[i]) return false
  }
  return true
}

export class EventTokens {
  /** By field number: the kind of its value, and where it lies (strings without their quotes). */
  readonly kinds = new Uint8Array(FIELD_COUNT)
  readonly starts = new Int32Array(FIELD_COUNT)
  readonly ends = new Int32Array(FIELD_COUNT)
  /** By field: the one that followed it last time; the row of metadata begins at FIELD_COUNT. */
  readonly #followers = new Uint8Array(2 * FIELD_COUNT)

  /** Reads one record. false: given up; the tokens are then meaningless. */
  scan(bytes: Uint8Array): boolean {
    this.kinds.fill(ABSENT)
    let end = bytes.length
    while (end > 0 && (bytes[end - 1] === 0x0a || bytes[end - 1] === 0x0d)) end--
    return bytes[0] === OPEN && this.#object(bytes, 1, 0) === end
  }

  /** Reads an object from behind its brace; the place behind it, -1: given up. */
  #object(bytes: Uint8Array, from: number, row: number): number {
    let at = from
    let previous = row
    if (bytes[at] === CLOSE) return at + 1
    for (;;) {
      if (bytes[at] !== QUOTE) return -1
      let field = this.#followers[previous]!
      if (field !== UNKNOWN && isNameAt(bytes, at + 1, field)) {
        at += 1 + NAME_ENDS[field]! - NAME_STARTS[field]!
      } else {
        const end = plainEnd(bytes, at + 1)
        if (bytes[end] !== QUOTE) return -1
        field = this.#find(bytes, at + 1, end, row)
        this.#followers[previous] = field
        at = end + 1
      }
      previous = row + field
      if (bytes[at] !== COLON) return -1
      if (bytes[++at] === SPACE) at++
      if (field !== UNKNOWN && this.kinds[field] !== ABSENT) return -1
      at = this.#value(bytes, at, field)
      if (at === -1) return -1
      if (bytes[at] === CLOSE) return at + 1
      if (bytes[at] !== COMMA) return -1
      if (bytes[++at] === SPACE) at++
    }
  }

  /** Reads one value and notes it if its field is known; the place behind it, -1: given up. */
  #value(bytes: Uint8Array, at: number, field: number): number {
    const first = bytes[at]!
    if (first === QUOTE) {
      const end = plainEnd(bytes, at + 1)
      if (bytes[end] !== QUOTE) return -1
      this.#note(field, STRING, at + 1, end)
      return end + 1
    }
    if (first === 0x2d || DIGIT[first] === 1) {
      const end = numberEnd(bytes, at)
      this.#note(field, NUMBER, at, end)
      return end
    }
    if (first === OPEN && field === METADATA) {
      this.#note(field, OBJECT, at, at)
      return this.#object(bytes, at + 1, FIELD_COUNT)
    }
    if (isWord(bytes, at, 'null')) {
      this.#note(field, NULL, at, at + 4)
      return at + 4
    }
    const isTrue = isWord(bytes, at, 'true')
    if (!isTrue && !isWord(bytes, at, 'false')) return -1
    const end = at + (isTrue ? 4 : 5)
    this.#note(field, BOOLEAN, at, end)
    return end
  }

  #note(field: number, kind: number, start: number, end: number): void {
    this.kinds[field] = kind
    this.starts[field] = start
    this.ends[field] = end
  }

  #find(bytes: Uint8Array, start: number, end: number, row: number): number {
    const first = row === 0 ? 1 : METADATA + 1
    const last = row === 0 ? METADATA : FIELD_COUNT - 1
    for (let field = first; field <= last; field++) {
      const length = NAME_ENDS[field]! - NAME_STARTS[field]! - 1
      if (length === end - start && isNameAt(bytes, start, field)) return field
    }
    return UNKNOWN
  }
}
