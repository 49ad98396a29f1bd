// Stands between workers and their store and ledger and checks every write against the reference,
// at the moment it happens: no state but that of the log's prefix, no row but that of its version,
// no hour forgotten that the ledger does not hold, no progress claimed that has not been made.
import { expect } from 'vitest'
import { HOUR_MS } from '../../src/core/journey-layout.ts'
import { TABLES } from '../../src/core/tables.ts'
import type { LedgerSink } from '../../src/ports/ledger-sink.ts'
import type { StateStore } from '../../src/ports/state-store.ts'
import { letterText, rowKey, versionOf } from './reference.ts'
import type { Reference } from './reference.ts'
import { withMethods } from './with-methods.ts'
import { stateOf } from './world.ts'
import type { World } from './world.ts'

/** What went by; a test that saw nothing has proved nothing. */
export interface Seen {
  commits: number
  fenced: number
  inserted: number
  forgotten: number
}

export interface Witness {
  readonly store: StateStore
  readonly ledger: LedgerSink
  readonly seen: Seen
}

/** Newest versions held by the world's ledger, by row key. */
function heldVersions(world: World): Map<string, bigint> {
  return new Map(
    TABLES.flatMap(({ name }) =>
      world.ledger.rows(name).map((row) => [rowKey(name, row), versionOf(row)] as const),
    ),
  )
}

const hourOfKey = (key: string): number => {
  const [, text] = JSON.parse(key) as [string, string]
  return Date.parse(`${text.replace(' ', 'T')}Z`) / HOUR_MS
}

interface Claim {
  readonly world: World
  readonly reference: Reference
  /** Only rows of records below this offset. */
  readonly next: number
  readonly hours: (hour: number) => boolean
}

/** Demands that the ledger holds the rows of the reference, in those versions or newer ones. */
function expectLanded(what: string, { world, reference, next, hours }: Claim): void {
  const held = heldVersions(world)
  const missing = [...reference.versionsAt(next)].filter(
    ([key, version]) => (held.get(key) ?? -1n) < version && hours(hourOfKey(key)),
  )
  if (missing.length > 0) expect.fail(`${what}, but not ${missing.length} rows: ${missing[0]![0]}`)
}

/** Checks what is written to the store and ledger of `world`. */
export function createWitness(
  world: World,
  reference: Reference,
  options: { readonly ledgerLoses?: boolean } = {},
): Witness {
  const seen: Seen = { commits: 0, fenced: 0, inserted: 0, forgotten: 0 }
  const end = Number.MAX_SAFE_INTEGER
  const store = withMethods<StateStore>(world.store, {
    commit: async (commit) => {
      const result = await world.store.commit(commit)
      seen[result === 'committed' ? 'commits' : 'fenced']++
      if (result === 'fenced') return result
      const { next } = commit.meta
      // Whoever commits takes an error for ambiguous and goes on; a soft one fails the test.
      expect.soft(await stateOf(world.store)).toBe(reference.stateAt(next))
      const letters = new Set(world.deadLetters.letters.map(letterText))
      const unsent = reference.lettersAt(next).filter((letter) => !letters.has(letter))
      expect.soft(unsent, 'dead letters of what was committed').toEqual([])
      return result
    },
    forgetHours: async (token, hours) => {
      const result = await world.store.forgetHours(token, hours)
      if (result === 'fenced') return result
      const all = { world, reference, next: end }
      expectLanded('hours were forgotten', { ...all, hours: (hour) => hours.includes(hour) })
      seen.forgotten += hours.length
      return result
    },
  })
  const ledger = withMethods<LedgerSink>(world.ledger, {
    insert: async (table, rows) => {
      for (const row of rows) expect(JSON.stringify(row)).toBe(reference.rowOf(table, row))
      seen.inserted += rows.length
      await world.ledger.insert(table, rows)
    },
    writeProgress: async (row) => {
      const { flushedThrough, bookedThrough } = row
      if (options.ledgerLoses !== true) {
        const flushed = { world, reference, next: flushedThrough, hours: () => true }
        expectLanded(`all below ${flushedThrough} has landed`, flushed)
      }
      const booked = { world, reference, next: end, hours: (hour: number) => hour <= bookedThrough }
      expectLanded(`hours up to ${bookedThrough} are verified`, booked)
      await world.ledger.writeProgress(row)
    },
  })
  return { store, ledger, seen }
}
