// The state of one Kafka partition and what a record does to it, in the order of DESIGN section 3:
// stream time, due persons, outcome, insertion, booking. Pure and synchronous; every decision is a
// function of the state and this record, never of a batch.
import { Anatomy } from './anatomy.ts'
import { IDS_DROPPED_MIN, appendEvent } from './append-event.ts'
import { bookDifference } from './book-difference.ts'
import type { BookContext } from './book-conversion.ts'
import { bookInsertedEvent } from './book-event.ts'
import { CHANNEL, Dictionary } from './dictionary.ts'
import { DueLists, NOT_DUE, UNKNOWN_DUE } from './due-list.ts'
import { OUTCOMES, REJECTION_REASONS } from './event.ts'
import type { CoreEvent, Outcome, RejectionReason } from './event.ts'
import { dropFront, frontOf } from './forget.ts'
import { Goals } from './goals.ts'
import { KIND_OTHER, PATH_LAPSED, hourOf } from './journey-layout.ts'
import { isDuplicate } from './journey-tail.ts'
import { dueTime, eventCount } from './journey-header.ts'
import { Journey, isTouch } from './journey.ts'
import { JourneyTable } from './journey-table.ts'
import { Delta, Ledger } from './ledger.ts'
import { createPackedEvent, kindOfEvent, packEvent } from './pack-event.ts'
import type { Settings } from './settings.ts'

/** An event so far ahead of its record takes the time of the record. */
export const CLAMP_MS = 5 * 60_000
const SETTLED_PER_RECORD = 16
/** Due persons that one tick settles. */
export const SETTLED_PER_TICK = 1024

/** A record as the core takes it: an event, a rejection, or a tick. */
export interface CoreRecord {
  readonly offset: number
  /** Record time, epoch ms. */
  readonly timeMs: number
  /** The event, the reason why it is none, or 'tick'. */
  readonly content: CoreEvent | RejectionReason | 'tick'
}

/** How many journeys the record can change: those settled before it, and its own. */
export const changesMost = ({ content }: CoreRecord): number =>
  content === 'tick' ? SETTLED_PER_TICK : SETTLED_PER_RECORD + 1

/** A person whose journey must be loaded before the record can be applied. */
export interface MissingJourney {
  readonly persons: Int32Array
  readonly at: number
}

export class Partition {
  readonly settings: Settings
  readonly dictionary: Dictionary
  readonly journeys = new JourneyTable()
  readonly ledger = new Ledger()
  readonly due = new DueLists()
  /** Stream time: the highest record time seen; 0 before the first record. */
  streamTimeMs = 0
  journeysHeld = 0
  journeysBegun = 0
  /** Counted for metrics and benches since the start of this process; no part of the state. */
  readonly seen = {
    clamped: 0,
    appended: 0,
    inserted: 0,
    lapsed: 0,
    forgottenEvents: 0,
    lastTouchMs: 0,
  }
  /** Whether more persons were due at the last record than could be settled before it. */
  hasBacklog = false
  /** Set when `apply` returned null. */
  missing: MissingJourney | null = null
  /** Off only in tests: the general path must do what the fast path does. */
  usesFastPath = true
  readonly #goals: Goals
  readonly #journey = new Journey()
  readonly #packed = { action: '', ...createPackedEvent() }
  readonly #delta = new Delta()
  readonly #appending
  #words = new Int32Array(1024)
  #direct: ReadonlySet<number> = new Set()
  #offset = -1
  #settled = 0

  constructor(settings: Settings) {
    this.settings = settings
    this.dictionary = new Dictionary(settings.dimensionValuesMax)
    this.#goals = new Goals(settings, this.dictionary)
    this.#appending = { settings, delta: this.#delta, streamTimeMs: 0 }
  }

  /**
   * Applies the record. Null: nothing more can be done until the journey in `missing` is in
   * `journeys`; then the same record must be applied again, and goes on where it stopped.
   */
  apply(record: CoreRecord): Outcome | null {
    if (record.offset !== this.#offset) {
      this.#offset = record.offset
      this.#settled = 0
      this.streamTimeMs = Math.max(this.streamTimeMs, record.timeMs)
    }
    const { content } = record
    const isTick = content === 'tick'
    if (!this.#settleDue(isTick ? SETTLED_PER_TICK : SETTLED_PER_RECORD)) return null
    let outcome: Outcome
    if (typeof content === 'string') outcome = isTick ? 'tick' : 'rejected'
    else {
      const applied = this.#applyEvent(record.timeMs, content)
      if (applied === null) return null
      outcome = applied
    }
    const reason =
      outcome === 'rejected' ? REJECTION_REASONS.indexOf(content as RejectionReason) : -1
    const hour = hourOf(this.streamTimeMs)
    this.ledger.book(this.#delta, hour, record.offset)
    this.ledger.count(hour, record.offset, OUTCOMES.indexOf(outcome), reason + 1)
    return outcome
  }

  /** The valid due time of a person, for `due`. */
  dueOf = (persons: Int32Array, at: number): number => {
    const entry = this.#find(persons, at)
    if (entry < 0) return UNKNOWN_DUE
    return this.#dueOfEntry(entry)
  }

  #find(persons: Int32Array, at: number): number {
    return this.journeys.find(persons[at]!, persons[at + 1]!, persons[at + 2]!, persons[at + 3]!)
  }

  #dueOfEntry(entry: number): number {
    const { journeys } = this
    if (journeys.length(entry) === 0) return NOT_DUE
    return dueTime(journeys.page(entry), journeys.base(entry), this.settings.inactivityGapMs)
  }

  /** Settles due persons, at most `most` for this record; false: a journey is missing. */
  #settleDue(most: number): boolean {
    for (;;) {
      // Asked once more at the limit, so that what was overtaken is removed at the same record
      // always.
      const person = this.due.next(this.streamTimeMs, this.dueOf)
      this.hasBacklog = person !== null
      if (person === null || this.#settled >= most) return true
      const entry = this.#find(person.persons, person.at)
      if (entry < 0) {
        this.missing = person
        return false
      }
      this.#settled++
      this.#settle(entry)
    }
  }

  #applyEvent(recordMs: number, event: CoreEvent): Outcome | null {
    const { settings, journeys } = this
    const entry = journeys.find(event.person0, event.person1, event.person2, event.person3)
    if (entry < 0) {
      const persons = Int32Array.of(event.person0, event.person1, event.person2, event.person3)
      this.missing = { persons, at: 0 }
      return null
    }
    const isAhead = event.timeMs > recordMs + CLAMP_MS
    if (isAhead) this.seen.clamped++
    const timeMs = isAhead ? recordMs : event.timeMs
    const idsSinceMs = this.streamTimeMs - settings.latenessMs
    if (timeMs < idsSinceMs) return 'late'
    if (isDuplicate(journeys, entry, event.idHi, event.idLo, idsSinceMs)) return 'duplicate'
    const kind = kindOfEvent(event, this.#goals)
    const most = kind === KIND_OTHER ? settings.journeyEventsMax : 2 * settings.journeyEventsMax
    if (eventCount(journeys, entry) >= most) return 'overflow'
    this.#insert(entry, event, timeMs)
    return 'applied'
  }

  #insert(entry: number, event: CoreEvent, timeMs: number): void {
    const { journeys } = this
    packEvent(this.#packed, event, timeMs, this.#goals, this.dictionary)
    this.#packed.action = event.action
    const dueBefore = this.#dueOfEntry(entry)
    const isNew = journeys.length(entry) === 0
    if (isTouch(this.#packed.kindAction)) {
      this.seen.lastTouchMs = Math.max(this.seen.lastTouchMs, timeMs)
    }
    this.#appending.streamTimeMs = this.streamTimeMs
    if (this.usesFastPath && appendEvent(journeys, entry, this.#packed, this.#appending)) {
      this.seen.appended++
      journeys.markChanged(entry)
      this.#arm(entry, dueBefore)
    } else this.#insertAnywhere(entry, dueBefore)
    if (isNew) {
      this.journeysHeld++
      this.journeysBegun++
    }
  }

  /** The general path: f of the whole journey after, less f before. */
  #insertAnywhere(entry: number, dueBefore: number): void {
    this.seen.inserted++
    const journey = this.#decode(entry)
    // A settled lapse stands while the last touch is the one it was settled with.
    const lapsedThroughMs = journey.pathState === PATH_LAPSED ? journey.lastTouchMs : 0
    const before = this.#anatomy(lapsedThroughMs)
    const at = journey.insert(this.#packed)
    const after = this.#anatomy(lapsedThroughMs)
    bookDifference(before, after, this.#context(entry))
    bookInsertedEvent(this.#delta, journey, at, this.#packed, this.settings.lookbackMs)
    this.#store(entry, after, dueBefore)
  }

  /** Lapses the last path if its time has come, and forgets what can no longer matter. */
  #settle(entry: number): void {
    const { settings, streamTimeMs } = this
    const dueBefore = this.#dueOfEntry(entry)
    const journey = this.#decode(entry)
    const settledThroughMs = journey.pathState === PATH_LAPSED ? journey.lastTouchMs : 0
    const lapsedThroughMs = Math.max(settledThroughMs, streamTimeMs - settings.inactivityGapMs - 1)
    let anatomy = this.#anatomy(settledThroughMs)
    const lapsed = this.#anatomy(lapsedThroughMs)
    if (lapsed.pathState !== anatomy.pathState) {
      this.seen.lapsed++
      bookDifference(anatomy, lapsed, this.#context(entry))
      anatomy = lapsed
    }
    for (;;) {
      const front = frontOf(journey, anatomy, settings)
      if (front === null || streamTimeMs <= front.atMs) break
      this.seen.forgottenEvents += front.events
      dropFront(journey, anatomy, front)
      anatomy = this.#anatomy(lapsedThroughMs)
    }
    this.#store(entry, anatomy, dueBefore)
  }

  #decode(entry: number): Journey {
    const { journeys } = this
    const length = journeys.length(entry)
    if (length === 0) this.#journey.clear()
    else this.#journey.decode(journeys.page(entry), journeys.base(entry), length)
    return this.#journey
  }

  #anatomy(lapsedThroughMs: number): Anatomy {
    return new Anatomy(this.#journey, this.#goals, this.settings, lapsedThroughMs)
  }

  #context(entry: number): BookContext {
    const person = this.journeys.persons[this.journeys.person(entry)]! >>> 0
    const direct = this.#directChannels()
    return {
      delta: this.#delta,
      goals: this.#goals,
      models: {
        halfLifeMs: this.settings.halfLifeMs,
        isDirect: (channel) => direct.has(channel),
      },
      fold: person % 10,
    }
  }

  /** Numbers of the direct channels that the dictionary has by now. */
  #directChannels(): ReadonlySet<number> {
    const { directChannels } = this.settings
    if (this.#direct.size < directChannels.length) {
      const numbers = directChannels.map((channel) => this.dictionary.find(CHANNEL, channel))
      this.#direct = new Set(numbers.filter((number) => number >= 0))
    }
    return this.#direct
  }

  #store(entry: number, anatomy: Anatomy, dueBefore: number): void {
    const { journeys, settings } = this
    const journey = this.#journey
    const last = anatomy.paths.at(-1)
    journey.pathState = anatomy.pathState
    journey.hasEndedPath = anatomy.paths.length > (anatomy.pathState === 0 ? 0 : 1)
    journey.touchpoints = last === undefined ? 0 : last.to - last.from
    journey.lastTouchMs = anatomy.lastTouchMs
    journey.lastTouchpoint = anatomy.touchpointKey.at(-1) ?? 0
    journey.forgetAtMs = frontOf(journey, anatomy, settings)?.atMs ?? 0
    if (journey.wordsMax > this.#words.length) this.#words = new Int32Array(journey.wordsMax * 2)
    const idsSinceMs = this.streamTimeMs - settings.latenessMs
    const length = journey.encode(this.#words, idsSinceMs, IDS_DROPPED_MIN)
    if (length === 0 && journeys.length(entry) > 0) this.journeysHeld--
    journeys.write(entry, this.#words, length)
    journeys.markChanged(entry)
    this.#arm(entry, dueBefore)
  }

  /** Enters the person in the list of its new due hour, if the hour has changed. */
  #arm(entry: number, dueBefore: number): void {
    const due = this.#dueOfEntry(entry)
    if (due === dueBefore || due === NOT_DUE) return
    const isListed = dueBefore !== NOT_DUE && hourOf(due) === hourOf(dueBefore)
    this.due.arm(this.journeys.persons, this.journeys.person(entry), due, isListed)
  }
}
