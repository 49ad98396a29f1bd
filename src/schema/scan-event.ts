// The hot path: bytes of a record -> event of the core without an object of the wire in between. It
// makes no decision of its own: what it does not take, valid or not, goes to JSON.parse and the
// rest of the parser. A property test shows that it takes nothing the contract refuses, and that
// its events are those of the other path.
import { RESERVED_CHANNELS } from '../core/event.ts'
import type { CoreEvent } from '../core/event.ts'
import type { Settings } from '../core/settings.ts'
import { acceptAmountFields } from './accept-event.ts'
import { createAmountRule } from './amount.ts'
import type { AmountFields, AmountRule } from './amount.ts'
import {
  ABSENT,
  AT_CLASS,
  DIGIT_CLASS,
  EventTokens,
  NULL,
  NUMBER,
  OTHER_CLASS,
  STRING,
  classesOf,
  fieldNumber,
} from './event-tokens.ts'
import { mayExceedJsonBytes } from './json-size.ts'
import { ID_LENGTH_MAX, METADATA_BYTES_MAX, NAME_LENGTH_MAX, parseQuantity } from './limits.ts'
import { asBuffer } from './decode-utf8.ts'
import { PersonHashes } from './person-hashes.ts'
import { sha256Bytes } from './sha256.ts'
import { TextPool } from './text-pool.ts'
import { parseIsoBytes, parseTimestamp } from './timestamp.ts'
import { WordReader } from './word-reader.ts'

const EVENT_ID = fieldNumber('event_id')
const USER_HASH = fieldNumber('user_hash')
const TIMESTAMP = fieldNumber('timestamp')
const CHANNEL = fieldNumber('channel')
const ACTION_TYPE = fieldNumber('action_type')
const CAMPAIGN = fieldNumber('campaign')
const UTM_CAMPAIGN = fieldNumber('utm_campaign')
const TRANSACTION_ID = fieldNumber('transaction_id')
const SOURCE = fieldNumber('source')
const LIVE_EVENT_ID = fieldNumber('live_event_id')
const VARIANT = fieldNumber('variant')
const VALUE = fieldNumber('value')
const UNIT_PRICE = fieldNumber('unit_price')
const CURRENCY = fieldNumber('currency')
const QUANTITY = fieldNumber('quantity')

const CHANNELS_RESERVED: ReadonlySet<string> = new Set(RESERVED_CHANNELS)
const PARENTHESIS = 0x28

const NO_AMOUNT: AmountFields = {}
const NO_HASH = new Int32Array(2)

/**
 * What bytes mean that were seen lately, megabytes of it: one for all scanners, since bytes mean
 * the same for all of them, and partitions come and go.
 */
let memory: { readonly pool: TextPool; readonly persons: PersonHashes } | null = null

export class EventScanner {
  readonly #tokens = new EventTokens()
  readonly #pool: TextPool
  readonly #persons: PersonHashes
  readonly #words = new WordReader()
  readonly #keyWords = new WordReader()
  readonly #amounts: AmountRule
  #bytes: Buffer = Buffer.alloc(0)

  constructor(settings: Settings) {
    this.#amounts = createAmountRule(settings)
    memory ??= { pool: new TextPool(), persons: new PersonHashes() }
    this.#pool = memory.pool
    this.#persons = memory.persons
  }

  /** The event in these bytes; null: not for this path. */
  scan(bytes: Buffer): CoreEvent | null {
    if (mayExceedJsonBytes(bytes.length, METADATA_BYTES_MAX)) return null
    this.#bytes = bytes
    if (!this.#tokens.scan(bytes) || !this.#areTextsValid()) return null
    const person = this.#person()
    if (person === -1) return null
    const timeMs = this.#timeMs()
    const fields = this.#amountFields()
    if (timeMs === -1 || fields === null) return null
    const channel = this.#text(CHANNEL)
    if (channel.charCodeAt(0) === PARENTHESIS && CHANNELS_RESERVED.has(channel)) return null
    const action = this.#text(ACTION_TYPE)
    const valueMinor = this.#amounts.minor(action, fields)
    if (typeof valueMinor === 'string') return null
    const currency = this.#amounts.currency(action, fields, valueMinor)
    const id = this.#hash(EVENT_ID)
    const idHi = id[0]!
    const idLo = id[1]!
    const hasTransaction = this.#length(TRANSACTION_ID) > 0
    const transaction = hasTransaction ? this.#hash(TRANSACTION_ID) : NO_HASH
    const transactionHi = transaction[0]!
    const transactionLo = transaction[1]!
    const persons = this.#persons.words
    return {
      idHi,
      idLo,
      person0: persons[person]!,
      person1: persons[person + 1]!,
      person2: persons[person + 2]!,
      person3: persons[person + 3]!,
      timeMs,
      channel,
      campaign: this.#text(CAMPAIGN) || this.#text(UTM_CAMPAIGN),
      action,
      liveEvent: this.#text(LIVE_EVENT_ID),
      variant: this.#text(VARIANT),
      source: this.#text(SOURCE),
      transactionHi,
      transactionLo,
      valueMinor,
      currency,
      quantity: parseQuantity(fields.quantity),
    }
  }

  /** Whether `key` is the `user_hash` of the event that was scanned last. */
  isUserHash(key: Uint8Array): boolean {
    const { length } = key
    if (length !== this.#length(USER_HASH)) return false
    const start = this.#tokens.starts[USER_HASH]!
    const bytes = this.#bytes
    const view = this.#words.of(bytes)
    const keyView = this.#keyWords.of(asBuffer(key))
    const base = bytes.byteOffset + start
    let i = 0
    for (; i < length - 3; i += 4) {
      if (keyView.getInt32(key.byteOffset + i) !== view.getInt32(base + i)) return false
    }
    for (; i < length; i++) if (key[i] !== bytes[start + i]) return false
    return true
  }

  /** Length of a string; 0 for anything else. */
  #length(field: number): number {
    const { kinds, starts, ends } = this.#tokens
    return kinds[field] === STRING ? ends[field]! - starts[field]! : 0
  }

  #text(field: number): string {
    const { starts, ends } = this.#tokens
    if (this.#length(field) === 0) return ''
    return this.#pool.text(this.#bytes, starts[field]!, ends[field]!)
  }

  #hash(field: number): Readonly<Int32Array> {
    const { starts, ends } = this.#tokens
    return sha256Bytes(this.#bytes, starts[field]!, ends[field]!)
  }

  #isRequiredText(field: number, lengthMax: number): boolean {
    const length = this.#length(field)
    return length > 0 && length <= lengthMax
  }

  /** Lengths beyond those of ids; kinds and the longest length are the tokens' business. */
  #areTextsValid(): boolean {
    return (
      this.#isRequiredText(EVENT_ID, ID_LENGTH_MAX) &&
      this.#isRequiredText(USER_HASH, ID_LENGTH_MAX) &&
      this.#isRequiredText(CHANNEL, NAME_LENGTH_MAX) &&
      this.#isRequiredText(ACTION_TYPE, NAME_LENGTH_MAX)
    )
  }

  /** Where the person's hash stands; -1: the `user_hash` may be a plain identifier. */
  #person(): number {
    const bytes = this.#bytes
    const start = this.#tokens.starts[USER_HASH]!
    const end = this.#tokens.ends[USER_HASH]!
    const known = this.#persons.find(bytes, start, end)
    if (known !== -1) return known
    // Certain for ids with a letter and for bare digits; all else is looked at later.
    const classes = classesOf(bytes, start, end)
    const isCertain =
      (classes & AT_CLASS) === 0 && ((classes & OTHER_CLASS) !== 0 || classes === DIGIT_CLASS)
    return isCertain ? this.#persons.add(bytes, start, end) : -1
  }

  #timeMs(): number {
    const { kinds, starts, ends } = this.#tokens
    const start = starts[TIMESTAMP]!
    const end = ends[TIMESTAMP]!
    if (kinds[TIMESTAMP] === STRING) return parseIsoBytes(this.#bytes, start, end)
    return kinds[TIMESTAMP] === NUMBER ? parseTimestamp(this.#scalar(TIMESTAMP)) : -1
  }

  /** A string, number or null as JSON.parse would give it. */
  #scalar(field: number): unknown {
    const { kinds, starts, ends } = this.#tokens
    const kind = kinds[field]
    if (kind === ABSENT) return undefined
    if (kind === NULL) return null
    const text = this.#bytes.toString('latin1', starts[field], ends[field])
    return kind === NUMBER ? Number(text) : text
  }

  /** The fields that make an amount; null: not valid for certain. */
  #amountFields(): AmountFields | null {
    const { kinds } = this.#tokens
    if ((kinds[VALUE]! | kinds[UNIT_PRICE]! | kinds[CURRENCY]! | kinds[QUANTITY]!) === ABSENT) {
      return NO_AMOUNT
    }
    const fields: AmountFields = {
      value: this.#scalar(VALUE),
      unit_price: this.#scalar(UNIT_PRICE),
      currency: this.#scalar(CURRENCY),
      quantity: this.#scalar(QUANTITY),
    }
    return acceptAmountFields(fields) ? fields : null
  }
}
