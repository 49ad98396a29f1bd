// Ledger rows as they are published: keys read back into names, times as text, measures as
// decimals.
import { MODELS, OUTCOMES, REJECTION_REASONS } from './event.ts'
import { ACTION, CAMPAIGN, CHANNEL, CURRENCY, LIVE, VARIANT } from './dictionary.ts'
import type { Dictionary } from './dictionary.ts'
import { HOUR_MS, MINUTE_MS } from './journey-layout.ts'
import { highHalf, lowHalf } from './journey.ts'
import {
  ACTIVITY,
  CONVERSIONS,
  CREDITS,
  INTAKE,
  LIVE_MINUTES,
  PATHS,
  SLOT_LAYOUTS,
  TRANSITIONS,
} from './ledger.ts'
import type { BookedTable } from './ledger.ts'
import { NO_GOAL } from './rows.ts'
import { TABLES } from './tables.ts'
import type { LedgerRow } from './tables.ts'
import { formatDay, formatTime } from './utc.ts'

const OFFSET_BITS = 48n

/** What every row of a partition shares, and what its numbers stand for. */
export interface RowNames {
  readonly dictionary: Dictionary
  readonly goals: readonly string[]
  /** UInt64 as a decimal string. */
  readonly lineage: string
  readonly partition: number
  readonly generation: number
}

/** The row at position `row` of a booked table, with its version. */
export function ledgerRow(
  table: number,
  booked: BookedTable,
  row: number,
  hour: number,
  names: RowNames,
): LedgerRow {
  return [
    formatTime(hour * HOUR_MS),
    ...dimensions(table, booked.rows.key(row), names),
    names.lineage,
    names.partition,
    ...measures(table, booked, row),
    version(names.generation, booked.offsets[row]!),
  ]
}

/**
 * Generation in the high 16 bits, the offset of the record that last touched the row in the low 48.
 */
export const version = (generation: number, offset: number): string =>
  String((BigInt(generation) << OFFSET_BITS) | BigInt(offset))

function measures(table: number, booked: BookedTable, row: number): string[] {
  const spec = TABLES[table]!
  const { at, stride } = SLOT_LAYOUTS[table]!
  return spec.measures.map((measure, m) => {
    const slot = at[m]!
    return spec.money.includes(measure)
      ? String(booked.rows.money(row, slot))
      : String(booked.rows.slots[row * stride + slot]! + 0)
  })
}

function dimensions(table: number, key: Int32Array, { dictionary, goals }: RowNames): LedgerRow {
  const k0 = key[0]!
  const k1 = key[1] ?? 0
  const k2 = key[2] ?? 0
  const name = (kind: number, id: number): string => dictionary.name(kind, id)
  const goal = (number: number): string => (number === NO_GOAL ? '' : goals[number]!)
  switch (table) {
    case TRANSITIONS:
      return [name(CHANNEL, lowHalf(k0)), name(CHANNEL, highHalf(k0)), name(CURRENCY, k1)]
    case PATHS: {
      const touchpoints = [...key.subarray(2)]
      return [
        touchpoints.map((t) => name(CHANNEL, lowHalf(t))),
        touchpoints.map((t) => name(CAMPAIGN, highHalf(t))),
        formatDay(k0),
        lowHalf(k1),
        name(CURRENCY, highHalf(k1)),
      ]
    }
    case CREDITS:
      return [
        goal(k0 & 0xff),
        MODELS[(k0 >>> 8) & 0xff]!,
        name(CHANNEL, lowHalf(k1)),
        name(CAMPAIGN, highHalf(k1)),
        name(CURRENCY, highHalf(k0)),
        formatTime(k2 * HOUR_MS),
      ]
    case CONVERSIONS:
      return [goal(lowHalf(k0)), name(CURRENCY, highHalf(k0)), formatTime(k1 * HOUR_MS)]
    case LIVE_MINUTES:
      return [
        name(LIVE, lowHalf(k0)),
        formatTime(k1 * MINUTE_MS),
        name(VARIANT, highHalf(k0)),
        name(CURRENCY, k2),
      ]
    case ACTIVITY:
      return [
        formatTime(k2 * HOUR_MS),
        name(CHANNEL, lowHalf(k0)),
        name(CAMPAIGN, highHalf(k0)),
        name(ACTION, k1),
      ]
    case INTAKE:
      return [OUTCOMES[k0 & 0xff]!, k0 >>> 8 === 0 ? '' : REJECTION_REASONS[(k0 >>> 8) - 1]!]
    default:
      throw new Error(`no such ledger table: ${table}`)
  }
}
