// Strings of dimensions, kept once per partition and numbered in the order of the first applied
// record that has them. Beyond the cap a new value becomes `(other)`. Packed journeys and row keys
// hold numbers.

export const KINDS = ['channel', 'campaign', 'action', 'live', 'variant', 'currency'] as const
export const CHANNEL = 0
export const CAMPAIGN = 1
export const ACTION = 2
export const LIVE = 3
export const VARIANT = 4
export const CURRENCY = 5

/** The number of '' in every kind: no value. */
export const NO_VALUE = 0
// Numbers above every cap, for names that only the ledger uses.
export const OTHER_VALUE = 0xffff
export const START_STATE = 0xfffe
export const CONVERSION_STATE = 0xfffd
export const NULL_STATE = 0xfffc
export const UNATTRIBUTED = 0xfffb

const OTHER_NAME = '(other)'
const RESERVED = new Map([
  [OTHER_VALUE, OTHER_NAME],
  [START_STATE, '(start)'],
  [CONVERSION_STATE, '(conversion)'],
  [NULL_STATE, '(null)'],
  [UNATTRIBUTED, '(unattributed)'],
])

export interface DictionaryAddition {
  readonly kind: number
  readonly id: number
  readonly value: string
}

export class Dictionary {
  readonly #valuesMax: number
  readonly #ids = KINDS.map(() => new Map<string, number>([['', NO_VALUE]]))
  readonly #values = KINDS.map(() => [''])
  /** By kind: the known value that was asked for last. */
  readonly #lastValues = KINDS.map(() => '')
  readonly #lastIds = new Int32Array(KINDS.length)
  #added: DictionaryAddition[] = []
  /** How often a value was mapped to `(other)` since the start of this process. */
  othersMapped = 0

  constructor(valuesMax: number) {
    this.#valuesMax = valuesMax
  }

  /** The number of a value, given on first sight; OTHER_VALUE beyond the cap. */
  number(kind: number, value: string): number {
    if (value === '') return NO_VALUE
    if (value === this.#lastValues[kind]) return this.#lastIds[kind]!
    const known = this.#ids[kind]!.get(value)
    if (known !== undefined) {
      this.#lastValues[kind] = value
      this.#lastIds[kind] = known
      return known
    }
    // A producer's own "(other)" is the same row as ours: two numbers would collide in the ledger.
    if (value === OTHER_NAME) return OTHER_VALUE
    const values = this.#values[kind]!
    if (values.length > this.#valuesMax) {
      this.othersMapped++
      return OTHER_VALUE
    }
    const id = values.length
    this.#set(kind, id, value)
    this.#added.push({ kind, id, value })
    return id
  }

  /** The number of a value that is known, else -1. */
  find(kind: number, value: string): number {
    return this.#ids[kind]!.get(value) ?? -1
  }

  name(kind: number, id: number): string {
    return RESERVED.get(id) ?? this.#values[kind]![id]!
  }

  /** How much of the cap a kind has taken: 0 to 1, where new values become `(other)`. */
  fill(kind: number): number {
    return (this.#values[kind]!.length - 1) / this.#valuesMax
  }

  /** Entries held, without ''. */
  get size(): number {
    return this.#values.reduce((sum, values) => sum + values.length - 1, 0)
  }

  takeAdded(): DictionaryAddition[] {
    const added = this.#added
    this.#added = []
    return added
  }

  restore(entries: readonly DictionaryAddition[]): void {
    for (const { kind, id, value } of entries) this.#set(kind, id, value)
  }

  #set(kind: number, id: number, value: string): void {
    this.#values[kind]![id] = value
    this.#ids[kind]!.set(value, id)
  }
}
