// Rows of integer measures under keys of 32-bit words: one class for the rows of a booked hour and
// for the net difference of one record. Sums of money may exceed 2^53, so a money measure takes two
// slots, low and high, with value = high * 2^50 + low and |low| < 2^50; a count takes one.
import type { TableSpec } from './tables.ts'

const NONE = -1
const CARRY = 1_125_899_906_842_624

/** Which slots a table's measures take. */
export interface SlotLayout {
  readonly stride: number
  /** First slot of each measure. */
  readonly at: readonly number[]
  /** Whether the slot is the low half of a money measure. */
  readonly isMoney: readonly boolean[]
}

export function slotLayout(spec: TableSpec): SlotLayout {
  const at: number[] = []
  const isMoney: boolean[] = []
  for (const measure of spec.measures) {
    at.push(isMoney.length)
    if (spec.money.includes(measure)) isMoney.push(true, false)
    else isMoney.push(false)
  }
  return { stride: isMoney.length, at, isMoney }
}

export class RowTable {
  readonly layout: SlotLayout
  count = 0
  /** Measures of row r: slots[r * stride ..]. */
  slots: Float64Array
  #index: Int32Array
  #hashes: Int32Array
  #keyAt: Int32Array
  #keys: Int32Array
  #keyWords = 0

  /** `rows`, a power of two, is what it has room for before it grows. */
  constructor(layout: SlotLayout, rows = 2) {
    this.layout = layout
    this.slots = new Float64Array(rows * layout.stride)
    this.#index = new Int32Array(rows * 2).fill(NONE)
    this.#hashes = new Int32Array(rows)
    this.#keyAt = new Int32Array(rows + 1)
    this.#keys = new Int32Array(rows * 3)
  }

  /** Words of all keys. */
  get keyWords(): number {
    return this.#keyWords
  }

  /** The row of the key in words[0..length), made with zero measures if there is none. */
  row(words: Int32Array, length: number): number {
    return this.#row(words, 0, length, hashWords(words, length))
  }

  #row(words: Int32Array, from: number, length: number, hash: number): number {
    const mask = this.#index.length - 1
    let at = hash & mask
    for (;;) {
      const row = this.#index[at]!
      if (row === NONE) break
      if (this.#hashes[row] === hash && this.#hasKey(row, words, from, length)) return row
      at = (at + 1) & mask
    }
    return this.#insert(words, from, length, hash, at)
  }

  /** The row here of the key that row `from` has in `other`. */
  rowLike(other: RowTable, from: number): number {
    const start = other.#keyAt[from]!
    const length = other.#keyAt[from + 1]! - start
    return this.#row(other.#keys, start, length, other.#hashes[from]!)
  }

  /** Whether a measure of the row is not zero. */
  isBooked(row: number): boolean {
    const end = (row + 1) * this.layout.stride
    for (let at = end - this.layout.stride; at < end; at++) if (this.slots[at] !== 0) return true
    return false
  }

  /** Adds all measures of row `from` of `other`, a table of the same layout. */
  addRow(row: number, other: RowTable, from: number): void {
    const { stride, isMoney } = this.layout
    const start = from * stride
    const { slots } = other
    for (let slot = 0; slot < stride; slot++) {
      const amount = slots[start + slot]!
      if (isMoney[slot]) {
        const high = slots[start + slot + 1]!
        if (amount !== 0 || high !== 0) this.addMoney(row, slot, amount, high)
        slot++
      } else if (amount !== 0) this.add(row, slot, amount)
    }
  }

  /** Adds to a count. */
  add(row: number, slot: number, amount: number): void {
    this.slots[row * this.layout.stride + slot]! += amount
  }

  /** Adds to a money measure; `low` at most 2^52, `high` in units of 2^50. */
  addMoney(row: number, slot: number, low: number, high = 0): void {
    const at = row * this.layout.stride + slot
    const sum = this.slots[at]! + low
    // Nearly always: all there is fits the low half.
    if (high === 0 && this.slots[at + 1] === 0 && sum < CARRY && sum > -CARRY) this.slots[at] = sum
    else this.#carry(at, sum, high)
  }

  #carry(at: number, sum: number, high: number): void {
    const carried = Math.trunc(sum / CARRY)
    this.slots[at] = sum - carried * CARRY
    this.slots[at + 1]! += high + carried
    this.#alignSigns(at)
  }

  /** The measure as a whole number, whichever way it was summed up. */
  money(row: number, slot: number): bigint {
    const at = row * this.layout.stride + slot
    const low = this.slots[at]!
    const high = this.slots[at + 1]!
    return high === 0 ? BigInt(low) : BigInt(high) * BigInt(CARRY) + BigInt(low)
  }

  /** The key's words: a view that lives until the next insertion. */
  key(row: number): Int32Array {
    return this.#keys.subarray(this.#keyAt[row], this.#keyAt[row + 1])
  }

  keyLength(row: number): number {
    return this.#keyAt[row + 1]! - this.#keyAt[row]!
  }

  /** Writes the key's words, little-endian, at bytes[at..]. */
  writeKey(row: number, bytes: Uint8Array, at: number): void {
    const end = this.#keyAt[row + 1]!
    for (let i = this.#keyAt[row]!; i < end; i++) {
      const word = this.#keys[i]!
      bytes[at++] = word
      bytes[at++] = word >>> 8
      bytes[at++] = word >>> 16
      bytes[at++] = word >>> 24
    }
  }

  /** Forgets all rows, keeping the memory. */
  reset(): void {
    if (this.count === 0) return
    this.slots.fill(0, 0, this.count * this.layout.stride)
    if (this.count * 4 > this.#index.length) this.#index.fill(NONE)
    else this.#unindex()
    this.count = 0
    this.#keyWords = 0
  }

  /** Keeps low and high of one sign, so that equal values are equal slots and zero is two zeros. */
  #alignSigns(at: number): void {
    const low = this.slots[at]!
    const high = this.slots[at + 1]!
    if (high > 0 && low < 0) {
      this.slots[at] = low + CARRY
      this.slots[at + 1] = high - 1
    } else if (high < 0 && low > 0) {
      this.slots[at] = low - CARRY
      this.slots[at + 1] = high + 1
    }
  }

  #unindex(): void {
    const mask = this.#index.length - 1
    for (let row = 0; row < this.count; row++) {
      let at = this.#hashes[row]! & mask
      while (this.#index[at] !== NONE) {
        this.#index[at] = NONE
        at = (at + 1) & mask
      }
    }
  }

  #hasKey(row: number, words: Int32Array, from: number, length: number): boolean {
    const start = this.#keyAt[row]!
    if (this.#keyAt[row + 1]! - start !== length) return false
    for (let i = 0; i < length; i++) if (this.#keys[start + i] !== words[from + i]) return false
    return true
  }

  #insert(words: Int32Array, from: number, length: number, hash: number, at: number): number {
    const row = this.count
    if (row === this.#hashes.length) {
      this.#growRows()
      return this.#row(words, from, length, hash)
    }
    while (this.#keyWords + length > this.#keys.length) {
      this.#keys = copied(this.#keys, new Int32Array(this.#keys.length * 2))
    }
    for (let i = 0; i < length; i++) this.#keys[this.#keyWords + i] = words[from + i]!
    this.#keyWords += length
    this.#keyAt[row] = this.#keyWords - length
    this.#keyAt[row + 1] = this.#keyWords
    this.#hashes[row] = hash
    this.#index[at] = row
    this.count = row + 1
    return row
  }

  #growRows(): void {
    const rows = this.#hashes.length * 2
    this.slots = copied(this.slots, new Float64Array(rows * this.layout.stride))
    this.#hashes = copied(this.#hashes, new Int32Array(rows))
    this.#keyAt = copied(this.#keyAt, new Int32Array(rows + 1))
    this.#index = new Int32Array(rows * 2).fill(NONE)
    const mask = this.#index.length - 1
    for (let row = 0; row < this.count; row++) {
      let at = this.#hashes[row]! & mask
      while (this.#index[at] !== NONE) at = (at + 1) & mask
      this.#index[at] = row
    }
  }
}

function hashWords(words: Int32Array, length: number): number {
  let hash = 0x811c9dc5 | 0
  for (let i = 0; i < length; i++) {
    hash = Math.imul(hash ^ words[i]!, 0x9e3779b1)
    hash ^= hash >>> 15
  }
  return hash
}

function copied<A extends Int32Array | Float64Array>(from: A, to: A): A {
  to.set(from)
  return to
}
