// A journey decoded into columns, for everything that needs more than its tail. One instance is
// reused for all journeys of a partition. `decode` and `encode` are inverse, but for ids older than
// `lateness`, which `encode` leaves out.
import {
  ENDED_PATH_BIT,
  EVENT_WITH_ID_WORDS,
  EVENT_WORDS,
  EXTENSION_WORDS,
  HEADER_WORDS,
  H_COUNTS,
  H_EXTENSIONS,
  H_FLAGS,
  H_FORGET_AT,
  H_FORGOTTEN_EVENTS,
  H_FORGOTTEN_PATHS,
  H_LAST_TOUCH,
  H_LAST_TOUCHPOINT,
  KIND_OTHER,
  KIND_SHIFT,
  LAYOUT_VERSION,
  PATH_NONE,
  PATH_STATE_SHIFT,
  TOUCH_BIT,
  timeHigh,
  timeLow,
  timeOf,
} from './journey-layout.ts'

/** One event with its dimensions as dictionary numbers. */
export interface PackedEvent {
  timeMs: number
  /** Words 1..3 of the layout without the high bits of the time. */
  kindAction: number
  channelCampaign: number
  liveVariant: number
  idHi: number
  idLo: number
  /** The six extension words; unused when the kind is KIND_OTHER. */
  extension: Int32Array
}

export const kindOf = (kindAction: number): number => (kindAction >>> KIND_SHIFT) & 3
export const isTouch = (kindAction: number): boolean => (kindAction & TOUCH_BIT) !== 0
export const actionOf = (kindAction: number): number => kindAction >>> 16
/** Low half of a packed pair: channel, or live event. */
export const lowHalf = (pair: number): number => pair & 0xffff
/** High half of a packed pair: campaign, or variant. */
export const highHalf = (pair: number): number => pair >>> 16

export class Journey {
  count = 0
  timeMs = new Float64Array(64)
  kindAction = new Int32Array(64)
  channelCampaign = new Int32Array(64)
  liveVariant = new Int32Array(64)
  idHi = new Int32Array(64)
  idLo = new Int32Array(64)
  /** Events before this one have no id any more. */
  idsFrom = 0
  /** Number of the event's extension, -1 without. */
  extensionOf = new Int32Array(64)
  extensions = new Int32Array(16 * EXTENSION_WORDS)
  extensionCount = 0

  // What the header says beside the events.
  pathState = PATH_NONE
  hasEndedPath = false
  touchpoints = 0
  lastTouchMs = 0
  lastTouchpoint = 0
  /** Stream time beyond which the front can be forgotten; 0: nothing ended is held. */
  forgetAtMs = 0
  forgottenEvents = 0
  forgottenPaths = 0

  clear(): void {
    this.count = 0
    this.idsFrom = 0
    this.extensionCount = 0
    this.pathState = PATH_NONE
    this.hasEndedPath = false
    this.touchpoints = 0
    this.lastTouchMs = 0
    this.lastTouchpoint = 0
    this.forgetAtMs = 0
    this.forgottenEvents = 0
    this.forgottenPaths = 0
  }

  /** Reads the packed words at words[base ..]; `length` 0 is the empty journey. */
  decode(words: Int32Array, base: number, length: number): void {
    this.clear()
    if (length === 0) return
    this.#decodeHeader(words, base)
    const counts = words[base + H_COUNTS]!
    this.idsFrom = counts & 0xffff
    this.#reserve(this.idsFrom + (counts >>> 16))
    this.extensionCount = words[base + H_EXTENSIONS]!
    this.#reserveExtensions(this.extensionCount)
    let at = base + HEADER_WORDS
    const extensionWords = this.extensionCount * EXTENSION_WORDS
    for (let w = 0; w < extensionWords; w++) this.extensions[w] = words[at++]!
    const end = base + length
    let extension = 0
    for (let i = 0; at < end; i++) {
      const high = words[at + 1]!
      this.timeMs[i] = timeOf(words[at]!, high)
      this.kindAction[i] = high & ~0x3ff
      this.channelCampaign[i] = words[at + 2]!
      this.liveVariant[i] = words[at + 3]!
      this.extensionOf[i] = kindOf(high) === KIND_OTHER ? -1 : extension++
      at += EVENT_WORDS
      if (i >= this.idsFrom) {
        this.idHi[i] = words[at]!
        this.idLo[i] = words[at + 1]!
        at += 2
      }
      this.count = i + 1
    }
  }

  /**
   * Writes the journey to `words` and returns its length. Ids of events before `idsSinceMs` are
   * left out if they are at least `idsDroppedMin`.
   */
  encode(words: Int32Array, idsSinceMs: number, idsDroppedMin: number): number {
    if (this.count === 0) return 0
    let idsFrom = this.idsFrom
    while (idsFrom < this.count && this.timeMs[idsFrom]! < idsSinceMs) idsFrom++
    if (idsFrom - this.idsFrom >= idsDroppedMin) this.idsFrom = idsFrom
    this.#encodeHeader(words)
    let at = HEADER_WORDS
    for (let i = 0; i < this.count; i++) {
      const extension = this.extensionOf[i]!
      if (extension < 0) continue
      const from = extension * EXTENSION_WORDS
      for (let w = 0; w < EXTENSION_WORDS; w++) words[at++] = this.extensions[from + w]!
    }
    for (let i = 0; i < this.count; i++) {
      const time = this.timeMs[i]!
      words[at++] = timeLow(time)
      words[at++] = timeHigh(time) | this.kindAction[i]!
      words[at++] = this.channelCampaign[i]!
      words[at++] = this.liveVariant[i]!
      if (i < this.idsFrom) continue
      words[at++] = this.idHi[i]!
      words[at++] = this.idLo[i]!
    }
    return at
  }

  /** Words that `encode` needs at most. */
  get wordsMax(): number {
    return HEADER_WORDS + this.count * EVENT_WITH_ID_WORDS + this.extensionCount * EXTENSION_WORDS
  }

  /**
   * Puts the event in its place: time, then touch < conversion < refund, then id. Returns its
   * position.
   */
  insert(event: PackedEvent): number {
    this.#reserve(this.count + 1)
    let at = this.count
    while (at > 0 && this.#comesBefore(event, at - 1)) at--
    if (at < this.count) {
      for (const column of this.#columns()) column.copyWithin(at + 1, at, this.count)
    }
    this.timeMs[at] = event.timeMs
    this.kindAction[at] = event.kindAction
    this.channelCampaign[at] = event.channelCampaign
    this.liveVariant[at] = event.liveVariant
    this.idHi[at] = event.idHi
    this.idLo[at] = event.idLo
    this.extensionOf[at] = -1
    if (kindOf(event.kindAction) !== KIND_OTHER) {
      this.#reserveExtensions(this.extensionCount + 1)
      this.extensions.set(event.extension, this.extensionCount * EXTENSION_WORDS)
      this.extensionOf[at] = this.extensionCount++
    }
    this.count++
    return at
  }

  /** Drops the first `events` events; their extensions stay until `encode`. */
  dropFront(events: number): void {
    for (const column of this.#columns()) column.copyWithin(0, events, this.count)
    this.count -= events
    this.idsFrom = Math.max(0, this.idsFrom - events)
    this.forgottenEvents += events
  }

  #comesBefore(event: PackedEvent, at: number): boolean {
    const time = this.timeMs[at]!
    if (event.timeMs !== time) return event.timeMs < time
    const kind = kindOf(event.kindAction)
    const other = kindOf(this.kindAction[at]!)
    if (kind !== other) return kind < other
    // An event without id is older than lateness: nothing new can share its time.
    if (at < this.idsFrom) return false
    const hi = this.idHi[at]!
    return event.idHi === hi ? event.idLo >>> 0 < this.idLo[at]! >>> 0 : event.idHi >>> 0 < hi >>> 0
  }

  #decodeHeader(words: Int32Array, base: number): void {
    const flags = words[base + H_FLAGS]!
    this.pathState = (flags >>> PATH_STATE_SHIFT) & 3
    this.hasEndedPath = (flags & ENDED_PATH_BIT) !== 0
    this.touchpoints = flags >>> 16
    this.lastTouchMs = timeOf(words[base + H_LAST_TOUCH]!, words[base + H_LAST_TOUCH + 1]!)
    this.lastTouchpoint = words[base + H_LAST_TOUCHPOINT]!
    const forgetHigh = words[base + H_FORGET_AT + 1]!
    this.forgetAtMs = forgetHigh < 0 ? 0 : timeOf(words[base + H_FORGET_AT]!, forgetHigh)
    this.forgottenEvents = words[base + H_FORGOTTEN_EVENTS]!
    this.forgottenPaths = words[base + H_FORGOTTEN_PATHS]!
  }

  #encodeHeader(words: Int32Array): void {
    const live = this.pathState !== PATH_NONE
    words[H_FLAGS] =
      LAYOUT_VERSION |
      (this.pathState << PATH_STATE_SHIFT) |
      (this.hasEndedPath ? ENDED_PATH_BIT : 0) |
      ((live ? this.touchpoints : 0) << 16)
    words[H_COUNTS] = this.idsFrom | ((this.count - this.idsFrom) << 16)
    words[H_EXTENSIONS] = this.#extensionsHeld()
    words[H_LAST_TOUCH] = live ? timeLow(this.lastTouchMs) : 0
    words[H_LAST_TOUCH + 1] = live ? timeHigh(this.lastTouchMs) : 0
    words[H_LAST_TOUCHPOINT] = live ? this.lastTouchpoint : 0
    words[H_FORGET_AT] = this.forgetAtMs > 0 ? timeLow(this.forgetAtMs) : 0
    words[H_FORGET_AT + 1] = this.forgetAtMs > 0 ? timeHigh(this.forgetAtMs) : -1
    words[H_FORGOTTEN_EVENTS] = this.forgottenEvents
    words[H_FORGOTTEN_PATHS] = this.forgottenPaths
  }

  #extensionsHeld(): number {
    let held = 0
    for (let i = 0; i < this.count; i++) if (this.extensionOf[i]! >= 0) held++
    return held
  }

  #columns(): readonly (Float64Array | Int32Array)[] {
    return [
      this.timeMs,
      this.kindAction,
      this.channelCampaign,
      this.liveVariant,
      this.idHi,
      this.idLo,
      this.extensionOf,
    ]
  }

  #reserve(count: number): void {
    if (count <= this.timeMs.length) return
    const length = Math.max(count, this.timeMs.length * 2)
    const wider = (column: Int32Array) => {
      const to = new Int32Array(length)
      to.set(column)
      return to
    }
    const times = new Float64Array(length)
    times.set(this.timeMs)
    this.timeMs = times
    this.kindAction = wider(this.kindAction)
    this.channelCampaign = wider(this.channelCampaign)
    this.liveVariant = wider(this.liveVariant)
    this.idHi = wider(this.idHi)
    this.idLo = wider(this.idLo)
    this.extensionOf = wider(this.extensionOf)
  }

  #reserveExtensions(count: number): void {
    if (count * EXTENSION_WORDS <= this.extensions.length) return
    const to = new Int32Array(Math.max(count, this.extensionCount * 2) * EXTENSION_WORDS)
    to.set(this.extensions)
    this.extensions = to
  }
}
