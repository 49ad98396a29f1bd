// DESIGN section 3, "Cardinality": per kind of dimension the first `dimensionValuesMax` values of
// the applied events keep their names; every later value is `(other)`. '' is no value.
import type { LogEvent } from './log.ts'

const KINDS = ['channel', 'campaign', 'action', 'liveEvent', 'variant', 'currency'] as const

export interface Dictionary {
  /** The event with its dimensions as they are published; remembers new values. */
  map(event: LogEvent): LogEvent
}

export function createDictionary(valuesMax: number): Dictionary {
  const known = new Map(KINDS.map((kind) => [kind, new Set<string>()]))
  return {
    map(event) {
      const mapped = { ...event }
      for (const kind of KINDS) {
        const values = known.get(kind)!
        const value = event[kind]
        if (value === '' || values.has(value)) continue
        if (values.size < valuesMax) values.add(value)
        else mapped[kind] = '(other)'
      }
      return mapped
    },
  }
}
