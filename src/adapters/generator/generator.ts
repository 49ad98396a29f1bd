// A seeded log of a shop with live shows, record by record in order of record time. Pure: the same options
// give the same bytes on every machine and in every version (test/adapters/generator holds it to that).
// Memory: only records planned but not yet due, a few per cent of the log at most; nothing per person.
import { createArrivals } from './arrival.ts'
import { spoil } from './broken.ts'
import type { GeneratorOptions } from './options.ts'
import { drawPerson, personOf } from './people.ts'
import { createDraws, hex, mix, type Draws } from './random.ts'
import { createRecordQueue, type PlannedRecord } from './record-queue.ts'
import { tellStay } from './show.ts'
import type { Story } from './story.ts'
import { createTimeline, type Slot } from './timeline.ts'
import { tellVisit } from './visit.ts'
import { wireLine } from './wire.ts'

export interface GeneratedRecord {
  /** Record time, epoch ms; never smaller than that of the record before. */
  readonly timeMs: number
  /** The Kafka key: the person's user_hash. */
  readonly key: string
  /** The record value: one line of JSON (or of what a broken producer takes for it), without a line end. */
  readonly value: string
}

/** The `options.events` records of the log. */
export function* createGenerator(options: GeneratorOptions): Generator<GeneratedRecord, void> {
  const draws = createDraws(options.seed)
  const queue = createRecordQueue()
  const arrivals = createArrivals(draws, queue, options)
  let number = 0
  const story: Story = {
    draws,
    refundsPerMillion: Math.round(options.refund * 1_000_000),
    tell: arrivals.send,
    next: () => number++,
  }
  const write = createWriter(options.seed)
  let left = options.events
  for (const slot of createTimeline(options.startMs, options.events)) {
    while (left > 0 && queue.firstMs() < slot.startMs) {
      yield write(queue.shift() as PlannedRecord)
      left--
    }
    while (arrivals.count < slot.recordsUntil) tellSlot(story, slot, options)
  }
  for (let record = queue.shift(); record !== undefined && left > 0; record = queue.shift()) {
    yield write(record)
    left--
  }
}

/** One more visit or stay that begins in the slot. */
function tellSlot(story: Story, slot: Slot, { seed, persons }: GeneratorOptions): void {
  const { draws } = story
  const timeMs = slot.startMs + draws.below(slot.lengthMs)
  if (slot.show === null) tellVisit(story, personOf(seed, drawPerson(draws, persons)), timeMs)
  else tellStay(story, slot.show, drawViewer(draws, seed, persons), timeMs)
}

/** Somebody who likes live shows; after some refusals whoever comes. */
function drawViewer(draws: Draws, seed: number, persons: number) {
  let person = personOf(seed, drawPerson(draws, persons))
  for (let tries = 0; tries < 4 && !draws.chance(person.persona.live); tries++) {
    person = personOf(seed, drawPerson(draws, persons))
  }
  return person
}

/** Turns planned records into records. Ids are two scramblings of a running number, one of them one to one. */
function createWriter(seed: number): (planned: PlannedRecord) => GeneratedRecord {
  const self = mix(seed)
  return ({ timeMs, draft, eventNumber, flaw }) => {
    const eventId = `${hex(mix(eventNumber ^ self))}-${hex(mix(eventNumber + 0x9e3779b9))}`
    const line = wireLine(draft, eventId)
    const value = flaw === -1 ? line : spoil(line, flaw)
    return { timeMs, key: draft.scene.person.userHash, value }
  }
}
