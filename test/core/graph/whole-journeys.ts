// The journeys of a run in two ways: as the core keeps them, and with every event that was ever
// applied, as if nothing were forgotten.
import { createPackedEvent, packEvent } from '../../../src/core/pack-event.ts'
import { Goals } from '../../../src/core/goals.ts'
import { buildGraph } from '../../../src/core/graph/build-graph.ts'
import type { JourneyGraph } from '../../../src/core/graph/journey-graph.ts'
import { Journey } from '../../../src/core/journey.ts'
import type { Partition } from '../../../src/core/partition.ts'
import { toCoreEvent } from '../../logs/to-core-event.ts'
import type { LogRecord } from '../../oracle/log.ts'
import type { CoreRun } from '../run-core.ts'

const CLAMP_MS = 5 * 60_000

const graphOf = (journey: Journey, { settings, dictionary, streamTimeMs }: Partition) =>
  buildGraph(journey, { settings, dictionary, streamTimeMs })

/** Graphs of what is held, by person. */
export function heldGraphs({ partition }: CoreRun): Map<string, JourneyGraph> {
  const { journeys } = partition
  const graphs = new Map<string, JourneyGraph>()
  for (let entry = 0; entry < journeys.size; entry++) {
    const length = journeys.length(entry)
    if (length === 0) continue
    const journey = new Journey()
    journey.decode(journeys.page(entry), journeys.base(entry), length)
    const from = journeys.person(entry)
    graphs.set(String([...journeys.persons.subarray(from, from + 4)]), graphOf(journey, partition))
  }
  return graphs
}

/** Graphs of all applied events, by person. Their last paths are not lapsed by stream time. */
export function wholeGraphs(log: readonly LogRecord[], run: CoreRun): Map<string, JourneyGraph> {
  const { partition, outcomes } = run
  const goals = new Goals(partition.settings, partition.dictionary)
  const whole = new Map<string, Journey>()
  log.forEach((record, i) => {
    if (record.kind !== 'event' || outcomes[i] !== 'applied') return
    const event = toCoreEvent(record.event)
    const timeMs = event.timeMs > record.timeMs + CLAMP_MS ? record.timeMs : event.timeMs
    const packed = createPackedEvent()
    packEvent(packed, event, timeMs, goals, partition.dictionary)
    const person = String([event.person0, event.person1, event.person2, event.person3])
    const journey = whole.get(person) ?? new Journey()
    journey.insert(packed)
    whole.set(person, journey)
  })
  return new Map([...whole].map(([person, journey]) => [person, graphOf(journey, partition)]))
}
