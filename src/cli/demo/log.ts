// The demo's log: the generator's story of a shop with live shows. With a number of events one
// story of that length; without, one story after the other, each with another public and some
// weeks later, until the calendar of the generator ends.
import { createGenerator, type GeneratedRecord } from '../../adapters/generator/generator.ts'
import {
  demoOptions,
  generatorOptions,
  type GeneratorOptions,
} from '../../adapters/generator/options.ts'

const WEEK_MS = 7 * 24 * 3_600_000
const LAST_START_MS = Date.UTC(2098, 0)

/** Throws TRIBUTARY_USAGE for options out of bounds, before the first record. */
export function demoLog(seed: number, events: number | null): Iterable<GeneratedRecord> {
  const first = generatorOptions({ ...demoOptions(events ?? undefined), seed })
  return events === null ? stories(first) : createGenerator(first)
}

/**
 * Record times never go back, also from story to story: each begins on a Monday after the one
 * before.
 */
function* stories(first: GeneratorOptions): Generator<GeneratedRecord, void> {
  let { seed, startMs } = first
  while (startMs <= LAST_START_MS) {
    let lastMs = startMs
    for (const record of createGenerator({ ...first, seed, startMs })) {
      lastMs = record.timeMs
      yield record
    }
    startMs += WEEK_MS * Math.ceil((lastMs + 1 - startMs) / WEEK_MS)
    seed = (seed + 1) | 0
  }
}
