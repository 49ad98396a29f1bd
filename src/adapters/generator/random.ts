// Chance and hashes of the generator: everything derives from the seed by 32-bit integer steps and
// by IEEE multiplication and division, which round the same way on every machine.
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

export interface Draws {
  /** A whole number from 0 to n - 1. */
  below(n: number): number
  /** A whole number from min to max, both included. */
  between(min: number, max: number): number
  /** True in `perMillion` of a million cases. */
  chance(perMillion: number): boolean
  pick<T>(table: readonly T[]): T
}

const WARM_UP = 16
const RANGE = 0x1_0000_0000

export function createDraws(seed: number): Draws {
  const random = xoroshiro128plus(mix(seed))
  // Neighbouring seeds start alike; after some steps they no longer do.
  for (let i = 0; i < WARM_UP; i++) random.next()
  const below = (n: number) => Math.floor(((random.next() >>> 0) * n) / RANGE)
  return {
    below,
    between: (min, max) => min + below(max - min + 1),
    chance: (perMillion) => below(1_000_000) < perMillion,
    pick: (table) => table[below(table.length)] as (typeof table)[number],
  }
}

/** Each value as often as its weight says, to draw from with `pick`. */
export function spread<T extends string>(weights: Partial<Record<T, number>>): T[] {
  return (Object.entries(weights) as [T, number][]).flatMap(([value, weight]) =>
    Array.from({ length: weight }, () => value),
  )
}

/** A one-to-one scrambling of 32 bits (the finaliser of MurmurHash3); unsigned. */
export function mix(value: number): number {
  let h = value | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

const BYTES = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Eight hex digits of an unsigned 32-bit number. */
export function hex(value: number): string {
  return (
    (BYTES[value >>> 24] as string) +
    (BYTES[(value >>> 16) & 255] as string) +
    (BYTES[(value >>> 8) & 255] as string) +
    (BYTES[value & 255] as string)
  )
}
