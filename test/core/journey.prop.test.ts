// The packed journey: what was put in, in whatever order, comes out of the bytes in journey order.
import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { Journey } from '../../src/core/journey.ts'
import type { PackedEvent } from '../../src/core/journey.ts'
import {
  EXTENSION_WORDS,
  KIND_OTHER,
  KIND_SHIFT,
  PATH_LAPSED,
  PATH_NONE,
  PATH_OPEN,
  TOUCH_BIT,
} from '../../src/core/journey-layout.ts'

const IDS_DROPPED_MIN = 8
const FROM_MS = Date.UTC(2000, 0)
const TO_MS = Date.UTC(2135, 0)

const word = fc.integer()
/** Few different times, so that kinds and ids have to decide the order. */
const time = fc.oneof(
  fc.integer({ min: 0, max: 5 }).map((i) => Date.UTC(2026, 0, 1) + i),
  fc.integer({ min: FROM_MS, max: TO_MS }),
)
const packedEvent: fc.Arbitrary<PackedEvent> = fc
  .record({
    timeMs: time,
    kind: fc.integer({ min: 0, max: 2 }),
    isTouch: fc.boolean(),
    action: fc.nat(0xffff),
    channelCampaign: word,
    liveVariant: word,
    idHi: fc.oneof(fc.constantFrom(-1, 0, 1), word),
    idLo: word,
    extension: fc.tuple(word, word, word, word, word, word),
  })
  .map(({ kind, isTouch, action, extension, ...rest }) => ({
    ...rest,
    kindAction:
      (kind << KIND_SHIFT) | (kind === KIND_OTHER && isTouch ? TOUCH_BIT : 0) | (action << 16),
    extension: Int32Array.from(extension),
  }))
const idOf = ({ idHi, idLo }: PackedEvent): bigint =>
  (BigInt(idHi >>> 0) << 32n) | BigInt(idLo >>> 0)
const kindOf = ({ kindAction }: PackedEvent): number => (kindAction >>> KIND_SHIFT) & 3
const packedEvents = (maxLength: number) =>
  fc.uniqueArray(packedEvent, { selector: idOf, maxLength, size: 'max' })

function inOrder(events: readonly PackedEvent[]): PackedEvent[] {
  return events.toSorted(
    (a, b) => a.timeMs - b.timeMs || kindOf(a) - kindOf(b) || (idOf(a) < idOf(b) ? -1 : 1),
  )
}

/** Encodes, ids before `idsSinceMs` being free to go. */
function encode(journey: Journey, idsSinceMs = FROM_MS): Int32Array {
  const words = new Int32Array(journey.wordsMax)
  return words.subarray(0, journey.encode(words, idsSinceMs, IDS_DROPPED_MIN))
}

/** Decodes from the middle of other words, as journeys lie in a page. */
function decode(words: Int32Array): Journey {
  const page = new Int32Array(words.length + 20).fill(-1)
  page.set(words, 10)
  const journey = new Journey()
  journey.decode(page, 10, words.length)
  return journey
}

function filled(events: readonly PackedEvent[]): Journey {
  const journey = new Journey()
  for (const event of events) journey.insert(event)
  return journey
}

function expectEvents(journey: Journey, expected: readonly PackedEvent[]): void {
  expect(journey.count).toBe(expected.length)
  expected.forEach((event, i) => {
    expect(journey.timeMs[i]).toBe(event.timeMs)
    expect(journey.kindAction[i]).toBe(event.kindAction)
    expect(journey.channelCampaign[i]).toBe(event.channelCampaign)
    expect(journey.liveVariant[i]).toBe(event.liveVariant)
    if (i >= journey.idsFrom) {
      expect([journey.idHi[i], journey.idLo[i]]).toEqual([event.idHi, event.idLo])
    }
    const extension = journey.extensionOf[i]!
    expect(extension >= 0).toBe(kindOf(event) !== KIND_OTHER)
    if (extension < 0) return
    const from = extension * EXTENSION_WORDS
    expect(journey.extensions.subarray(from, from + EXTENSION_WORDS)).toEqual(event.extension)
  })
}

describe('a packed journey', () => {
  it('holds its events in journey order, whatever order they came in', () => {
    fc.assert(
      fc.property(packedEvents(60), (events) => {
        expectEvents(decode(encode(filled(events))), inOrder(events))
      }),
    )
  })

  it('has the same bytes for the same events, and after being read and written again', () => {
    const shuffled = packedEvents(40).chain((events) =>
      fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length })),
    )
    fc.assert(
      fc.property(shuffled, ([events, other]) => {
        const words = encode(filled(events))
        expect(encode(filled(other))).toEqual(words)
        expect(encode(decode(words))).toEqual(words)
      }),
    )
  })

  it('drops ids beyond lateness only, eight or more at a time, and takes newer events after that', () => {
    fc.assert(
      fc.property(packedEvents(60), time, (events, sinceMs) => {
        const old = events.filter((event) => event.timeMs < sinceMs)
        const recent = events.filter((event) => event.timeMs >= sinceMs)
        const early = filled([...old, ...recent.slice(0, recent.length / 2)])
        const journey = decode(encode(early, sinceMs))
        expect(journey.idsFrom).toBe(old.length < IDS_DROPPED_MIN ? 0 : old.length)
        for (const event of recent.slice(recent.length / 2)) journey.insert(event)
        expectEvents(decode(encode(journey, sinceMs)), inOrder(events))
      }),
    )
  })

  it('loses its front, and nothing else, when that is dropped', () => {
    fc.assert(
      fc.property(packedEvents(40), fc.nat(40), time, (events, dropped, sinceMs) => {
        const journey = decode(encode(filled(events), sinceMs))
        const count = Math.min(dropped, events.length)
        journey.dropFront(count)
        const rest = inOrder(events).slice(count)
        expectEvents(journey, rest)
        const words = encode(journey, sinceMs)
        if (rest.length === 0) expect(words.length).toBe(0)
        else expect(decode(words).forgottenEvents).toBe(count)
        expectEvents(decode(words), rest)
      }),
    )
  })

  it('keeps what its header says', () => {
    const header = fc.record({
      pathState: fc.constantFrom(PATH_OPEN, PATH_LAPSED),
      hasEndedPath: fc.boolean(),
      touchpoints: fc.nat(0xffff),
      lastTouchMs: fc.integer({ min: FROM_MS, max: TO_MS }),
      lastTouchpoint: word,
      forgetAtMs: fc.oneof(fc.constant(0), fc.integer({ min: FROM_MS, max: TO_MS })),
      forgottenEvents: fc.nat(),
      forgottenPaths: fc.nat(),
    })
    const none = {
      pathState: PATH_NONE,
      touchpoints: 0,
      lastTouchMs: FROM_MS,
      lastTouchpoint: 0,
    }
    const any = fc.oneof(
      header,
      header.map((given) => ({ ...given, ...none })),
    )
    fc.assert(
      fc.property(packedEvent, any, (event, given) => {
        const journey = Object.assign(filled([event]), given)
        expect(decode(encode(journey))).toMatchObject(given)
      }),
    )
  })

  it('of no events is no words', () => {
    expect(encode(new Journey()).length).toBe(0)
    expect(decode(new Int32Array(0))).toEqual(new Journey())
  })
})
