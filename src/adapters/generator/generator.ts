// A seeded log of a shop with live shows, record by record in order of record time. Pure: the same
// options give the same bytes on every machine and in every version (test/adapters/generator holds
// it to that). Memory: what is planned but not yet due, some two hundredths of the log; nothing per
// person.
import { createArrivals, type PlannedRecord } from './arrival.ts'
import { spoil } from './broken.ts'
import type { GeneratorOptions } from './options.ts'
import { drawPerson, personOf } from './people.ts'
import { createDraws, hex, mix, type Draws } from './random.ts'
import { tellStay } from './show.ts'
import type { Story } from './story.ts'
import { createTimeQueue, type TimeQueue } from './time-queue.ts'
import { createTimeline, type Slot } from './timeline.ts'
import { tellVisit } from './visit.ts'
import { wireLine } from './wire.ts'

export interface GeneratedRecord {
  /** Record time, epoch ms; never smaller than that of the record before. */
  readonly timeMs: number
  /** The Kafka key: the person's user_hash. */
  readonly key: string
  /** The record value: a line of JSON (or what a broken producer takes for it), without its end. */
  readonly value: string
}

/** A record, or a teller that goes on when its time has come. */
type Planned = PlannedRecord | (() => void)

/** The `options.events` records of the log. */
export function* createGenerator(options: GeneratorOptions): Generator<GeneratedRecord, void> {
  const queue = createTimeQueue<Planned>()
  const { story, recordsForeseen } = createStory(options, queue)
  const write = createWriter(options.seed)
  let left = options.events
  for (const slot of createTimeline(options.startMs, options.events)) {
    while (left > 0 && queue.firstMs() < slot.startMs) {
      const planned = queue.shift() as Planned
      if (typeof planned === 'function') {
        planned()
      } else {
        yield write(planned)
        left--
      }
    }
    while (recordsForeseen() < slot.recordsUntil) tellSlot(story, slot, options)
  }
  // After the last slot only records are left: the shows are over, so nobody goes on telling.
  for (; left > 0; left--) yield write(queue.shift() as PlannedRecord)
}

/** The story, and how many records it has come to so far, those promised for later included. */
function createStory(options: GeneratorOptions, queue: TimeQueue<Planned>) {
  const draws = createDraws(options.seed)
  const arrivals = createArrivals(draws, (record) => queue.push(record.timeMs, record), options)
  let number = 0
  let promised = 0
  const story: Story = {
    draws,
    refundsPerMillion: Math.round(options.refund * 1_000_000),
    tell: arrivals.send,
    later(timeMs, records, goOn) {
      promised += records
      queue.push(timeMs, () => {
        promised -= records
        goOn()
      })
    },
    next: () => number++,
  }
  return { story, recordsForeseen: () => arrivals.count + promised }
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

/** Planned records into records. An id is a running number, scrambled twice, once one to one. */
function createWriter(seed: number): (planned: PlannedRecord) => GeneratedRecord {
  const self = mix(seed)
  return ({ timeMs, draft, eventNumber, flaw }) => {
    const eventId = `${hex(mix(eventNumber ^ self))}-${hex(mix(eventNumber + 0x9e3779b9))}`
    const line = wireLine(draft, eventId)
    const value = flaw === -1 ? line : spoil(line, flaw)
    return { timeMs, key: draft.scene.person.userHash, value }
  }
}
