// Who is due when. Arming appends a person to the list of the hour in which it falls due; a list is
// only appended to and, once worked off, dropped, so that its bytes follow from the records alone.
// The lists of hours that stream time has reached are opened: a heap by due time, then one by order
// of arming.
import { MinHeap } from './min-heap.ts'
import { hourOf } from './journey-layout.ts'

/**
 * What `dueOf` answers for a person without a valid due time, and for one that is not in memory.
 */
export const NOT_DUE = -1
export const UNKNOWN_DUE = -2

/** Growing list of persons, four words each. */
class PersonList {
  words = new Int32Array(16)
  count = 0

  push(persons: Int32Array, at: number): number {
    if (this.count * 4 === this.words.length) {
      const wider = new Int32Array(this.words.length * 2)
      wider.set(this.words)
      this.words = wider
    }
    for (let w = 0; w < 4; w++) this.words[this.count * 4 + w] = persons[at + w]!
    return this.count++
  }
}

class OpenHour {
  readonly hour: number
  readonly list = new PersonList()
  /** The place of each person's last arming: only that one counts. */
  readonly places = new Map<string, number>()
  /** Not yet due, by due time; then due, by place. */
  readonly waiting = new MinHeap()
  readonly ready = new MinHeap()

  constructor(hour: number) {
    this.hour = hour
  }
}

export interface DueAppend {
  readonly hour: number
  /** Four words per person. */
  readonly persons: Int32Array
}

/** A person whose due time may have come: the four words persons[at..]. */
export interface DuePerson {
  readonly persons: Int32Array
  readonly at: number
}

export class DueLists {
  /** Lists of all hours up to this one are open. */
  openedThrough = -1
  readonly #open: OpenHour[] = []
  #appended = new Map<number, PersonList>()
  #dropped: number[] = []

  /** The oldest hour that may have a list, at stream time `timeMs`. */
  fromHour(timeMs: number): number {
    const now = hourOf(timeMs)
    return Math.min(this.#open[0]?.hour ?? now, now)
  }

  /**
   * Puts the person on the list of the hour of `dueMs`, or corrects its time there (`isListed`).
   */
  arm(persons: Int32Array, at: number, dueMs: number, isListed: boolean): void {
    const hour = hourOf(dueMs)
    if (!isListed) {
      let list = this.#appended.get(hour)
      if (list === undefined) this.#appended.set(hour, (list = new PersonList()))
      list.push(persons, at)
    }
    if (hour > this.openedThrough) return
    const open = this.#openHour(hour)
    const key = personKey(persons, at)
    if (!isListed) open.places.set(key, open.list.push(persons, at))
    const place = open.places.get(key)
    if (place !== undefined) open.waiting.push(dueMs, place)
  }

  /** Opens a stored list. `dueOf` gives the valid due time of a person or NOT_DUE. */
  open(hour: number, words: Int32Array, dueOf: (persons: Int32Array, at: number) => number): void {
    const open = this.#openHour(hour)
    for (let at = 0; at < words.length; at += 4) {
      open.places.set(personKey(words, at), open.list.push(words, at))
    }
    for (let place = 0; place < open.list.count; place++) {
      const at = place * 4
      if (open.places.get(personKey(open.list.words, at)) !== place) continue
      const due = dueOf(open.list.words, at)
      if (due >= 0 && hourOf(due) === hour) open.waiting.push(due, place)
    }
  }

  /**
   * The person to settle next at stream time `timeMs`, or null: oldest hour first, then in order of
   * arming. Entries overtaken by a later arming are removed on the way; worked-off lists are
   * dropped. A person whose journey is not in memory (UNKNOWN_DUE) is returned, too: it must be
   * loaded first.
   */
  next(timeMs: number, dueOf: (persons: Int32Array, at: number) => number): DuePerson | null {
    const now = hourOf(timeMs)
    for (let i = 0; i < this.#open.length && this.#open[i]!.hour <= now;) {
      const open = this.#open[i]!
      while (open.waiting.size > 0 && open.waiting.key < timeMs) {
        open.ready.push(open.waiting.value, 0)
        open.waiting.pop()
      }
      while (open.ready.size > 0) {
        const at = open.ready.key * 4
        const due = dueOf(open.list.words, at)
        if (due === UNKNOWN_DUE) return { persons: open.list.words, at }
        const isValid = due >= 0 && due < timeMs && hourOf(due) === open.hour
        if (isValid && open.places.get(personKey(open.list.words, at)) === open.ready.key) {
          return { persons: open.list.words, at }
        }
        open.ready.pop()
      }
      if (open.waiting.size === 0 && open.hour < now) {
        this.#open.splice(i, 1)
        this.#dropped.push(open.hour)
        this.#appended.delete(open.hour)
      } else i++
    }
    return null
  }

  /** Entries that are due at stream time `timeMs` and not settled, with some overtaken ones. */
  backlog(timeMs: number): number {
    const now = hourOf(timeMs)
    let entries = 0
    for (const { hour, ready, waiting } of this.#open) {
      if (hour <= now) entries += ready.size
      if (hour < now) entries += waiting.size
    }
    return entries
  }

  /** What was appended since the last call, oldest hour first. */
  takeAppended(): DueAppend[] {
    const lists = [...this.#appended].sort(([a], [b]) => a - b)
    this.#appended = new Map()
    return lists.map(([hour, list]) => ({ hour, persons: list.words.subarray(0, list.count * 4) }))
  }

  /** Hours whose lists were worked off since the last call. */
  takeDropped(): number[] {
    const dropped = this.#dropped
    this.#dropped = []
    return dropped
  }

  #openHour(hour: number): OpenHour {
    let i = this.#open.length
    while (i > 0 && this.#open[i - 1]!.hour >= hour) i--
    if (this.#open[i]?.hour === hour) return this.#open[i]!
    const made = new OpenHour(hour)
    this.#open.splice(i, 0, made)
    return made
  }
}

function personKey(words: Int32Array, at: number): string {
  return String.fromCharCode(
    words[at]! & 0xffff,
    words[at]! >>> 16,
    words[at + 1]! & 0xffff,
    words[at + 1]! >>> 16,
    words[at + 2]! & 0xffff,
    words[at + 2]! >>> 16,
    words[at + 3]! & 0xffff,
    words[at + 3]! >>> 16,
  )
}
