// The journeys that a partition has in memory: an open-addressing hash of 128-bit persons to packed
// words. An entry with no words says that the person is known to have no journey; a person without
// an entry is unknown here and must be loaded first. Entry numbers are stable until the entry is
// evicted.
import { JourneySlab } from './journey-slab.ts'

const NONE = -1
/** What there is room for at first; it doubles when it is full. */
const FIRST_ENTRIES = 1 << 3
/** Holes of less than 16 MB are not worth a move. */
const COMPACTED_WORDS_MIN = 1 << 22

export class JourneyTable {
  #slab = new JourneySlab()
  #index = new Int32Array(2 * FIRST_ENTRIES).fill(NONE)
  #mask = 2 * FIRST_ENTRIES - 1
  #size = 0
  #words = 0
  #used = 0
  readonly #freeEntries: number[] = []
  #persons = new Int32Array(4 * FIRST_ENTRIES)
  #address = new Int32Array(FIRST_ENTRIES)
  #length = new Int32Array(FIRST_ENTRIES)
  #sizeClass = new Uint8Array(FIRST_ENTRIES)
  /** 1: changed since `clearChanged`; 2 is added when used since the last sweep of `evict`. */
  #marks = new Uint8Array(FIRST_ENTRIES)
  #changed: number[] = []
  #changedWords = 0
  #hand = 0

  get size(): number {
    return this.#size
  }

  /** Bytes of all packed journeys in memory. */
  get bytes(): number {
    return this.#words * 4
  }

  find(p0: number, p1: number, p2: number, p3: number): number {
    const persons = this.#persons
    for (let at = p1 & this.#mask; ; at = (at + 1) & this.#mask) {
      const entry = this.#index[at]!
      if (entry === NONE) return NONE
      const p = entry * 4
      if (
        persons[p] === p0 &&
        persons[p + 1] === p1 &&
        persons[p + 2] === p2 &&
        persons[p + 3] === p3
      ) {
        this.#marks[entry]! |= 2
        return entry
      }
    }
  }

  /** Adds a person that is not in the table, without words. */
  add(p0: number, p1: number, p2: number, p3: number): number {
    if (this.#size * 2 >= this.#mask) this.#growIndex()
    const entry = this.#freeEntries.pop() ?? this.#nextEntry()
    this.#persons[entry * 4] = p0
    this.#persons[entry * 4 + 1] = p1
    this.#persons[entry * 4 + 2] = p2
    this.#persons[entry * 4 + 3] = p3
    this.#length[entry] = 0
    this.#marks[entry] = 2
    this.#place(entry)
    this.#size++
    return entry
  }

  /** The four words that name the entry's person start here in `persons`. */
  person(entry: number): number {
    return entry * 4
  }

  get persons(): Int32Array {
    return this.#persons
  }

  /** Words of the journey; 0: none. */
  length(entry: number): number {
    return this.#length[entry]!
  }

  page(entry: number): Int32Array {
    return this.#slab.page(this.#address[entry]!)
  }

  base(entry: number): number {
    return this.#slab.base(this.#address[entry]!)
  }

  /** Makes room for `words` words, keeping the old ones, and sets the length. */
  resize(entry: number, words: number): void {
    const before = this.#length[entry]!
    this.#words += words - before
    const sizeClass = this.#sizeClass[entry]!
    if (before > 0 && words > 0 && words <= this.#slab.capacity(sizeClass)) {
      this.#length[entry] = words
      return
    }
    const old = this.#address[entry]!
    if (words > 0) {
      const grown = this.#slab.classOf(words)
      const address = this.#slab.allocate(grown)
      if (before > 0) {
        const from = this.#slab.base(old)
        const kept = this.#slab.page(old).subarray(from, from + Math.min(before, words))
        this.#slab.page(address).set(kept, this.#slab.base(address))
      }
      this.#address[entry] = address
      this.#sizeClass[entry] = grown
    }
    if (before > 0) this.#slab.free(old, sizeClass)
    this.#length[entry] = words
  }

  /** Replaces the journey's words; 0 words: no journey. */
  write(entry: number, words: Int32Array, length: number): void {
    this.resize(entry, length)
    if (length > 0) this.page(entry).set(words.subarray(0, length), this.base(entry))
  }

  markChanged(entry: number): void {
    if ((this.#marks[entry]! & 1) !== 0) return
    this.#marks[entry]! |= 1
    this.#changed.push(entry)
    this.#changedWords += this.#length[entry]!
  }

  /** Bytes of the entries changed since `takeChanged`, as long as they were when first changed. */
  get changedBytes(): number {
    return this.#changedWords * 4
  }

  /** How many entries changed since `takeChanged`. */
  get changedCount(): number {
    return this.#changed.length
  }

  /** Entries changed since the last call, in the order of their first change. */
  takeChanged(): number[] {
    const changed = this.#changed
    this.#changed = []
    this.#changedWords = 0
    for (const entry of changed) this.#marks[entry]! &= 2
    return changed
  }

  /**
   * Moves all journeys together if more than half of the memory is holes: journeys that have grown
   * leave small blocks behind that nobody of their size needs any more. Positions change. Fewer
   * holes than `holesMin` words are left alone.
   */
  compact(holesMin = COMPACTED_WORDS_MIN): void {
    const { freeWords } = this.#slab
    if (freeWords < holesMin || freeWords < this.#words) return
    const slab = new JourneySlab()
    for (let entry = 0; entry < this.#used; entry++) {
      const length = this.#length[entry]!
      if (length === 0) continue
      const sizeClass = slab.classOf(length)
      const address = slab.allocate(sizeClass)
      const from = this.base(entry)
      slab.page(address).set(this.page(entry).subarray(from, from + length), slab.base(address))
      this.#address[entry] = address
      this.#sizeClass[entry] = sizeClass
    }
    this.#slab = slab
  }

  /**
   * Drops unchanged entries, those not used lately first, until at most `entriesMax` are left
   * (CLOCK).
   */
  evict(entriesMax: number): void {
    let looked = 0
    while (this.#size > entriesMax && looked < this.#used * 2) {
      const entry = this.#hand
      this.#hand = (this.#hand + 1) % this.#used
      looked++
      const mark = this.#marks[entry]!
      if (mark === 4 || (mark & 1) === 1) continue
      if ((mark & 2) === 2) this.#marks[entry] = 0
      else this.#drop(entry)
    }
  }

  #drop(entry: number): void {
    this.resize(entry, 0)
    this.#unplace(entry)
    this.#marks[entry] = 4
    this.#freeEntries.push(entry)
    this.#size--
  }

  #nextEntry(): number {
    const entry = this.#used++
    if (entry >= this.#length.length) {
      this.#persons = grow(this.#persons, new Int32Array(this.#persons.length * 2))
      this.#address = grow(this.#address, new Int32Array(this.#address.length * 2))
      this.#length = grow(this.#length, new Int32Array(this.#length.length * 2))
      this.#sizeClass = grow(this.#sizeClass, new Uint8Array(this.#sizeClass.length * 2))
      this.#marks = grow(this.#marks, new Uint8Array(this.#marks.length * 2))
    }
    return entry
  }

  #place(entry: number): void {
    let at = this.#persons[entry * 4 + 1]! & this.#mask
    while (this.#index[at] !== NONE) at = (at + 1) & this.#mask
    this.#index[at] = entry
  }

  /** Takes an entry out of the index and closes the gap, so that probing needs no tombstones. */
  #unplace(entry: number): void {
    let hole = this.#persons[entry * 4 + 1]! & this.#mask
    while (this.#index[hole] !== entry) hole = (hole + 1) & this.#mask
    for (let at = (hole + 1) & this.#mask; ; at = (at + 1) & this.#mask) {
      const other = this.#index[at]!
      if (other === NONE) break
      const home = this.#persons[other * 4 + 1]! & this.#mask
      if (((at - home) & this.#mask) >= ((at - hole) & this.#mask)) {
        this.#index[hole] = other
        hole = at
      }
    }
    this.#index[hole] = NONE
  }

  #growIndex(): void {
    const old = this.#index
    this.#index = new Int32Array(old.length * 2).fill(NONE)
    this.#mask = this.#index.length - 1
    for (const entry of old) if (entry !== NONE) this.#place(entry)
  }
}

function grow<A extends Int32Array | Uint8Array>(from: A, to: A): A {
  to.set(from)
  return to
}
