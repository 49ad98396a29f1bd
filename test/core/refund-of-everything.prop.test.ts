// When every purchase is refunded in full, no view shows any value.
import { expect, it } from 'vitest'
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts'
import type { Settings } from '../../src/core/settings.ts'
import type { TableName } from '../../src/core/tables.ts'
import { generateLog } from '../logs/build-log.ts'
import { orderFreeSettings, shuffleArrival } from '../logs/shuffle-arrival.ts'
import { settingsFor } from '../logs/settings-for.ts'
import { measuresOf } from '../oracle/figures.ts'
import type { Figures } from '../oracle/figures.ts'
import type { LogRecord } from '../oracle/log.ts'
import { coreTotals, runCore } from './run-core.ts'

const LOGS = 120

/** Purchases only, each with a transaction, and beside each an event that takes all of it back. */
function refunded(log: readonly LogRecord[]): LogRecord[] {
  const sales = new Set(DEFAULT_SETTINGS.goals.map(({ name }) => name))
  const kept = log.flatMap((record): LogRecord[] => {
    if (record.kind !== 'event' || record.event.action === 'refund') return []
    const { event } = record
    if (!sales.has(event.action)) return [record]
    const sale = {
      ...event,
      action: 'purchase',
      transactionId: event.transactionId || event.eventId,
    }
    const refund = {
      ...sale,
      eventId: `${event.eventId} back`,
      action: 'refund',
      valueMinor: -1,
      currency: '',
    }
    return [
      { ...record, event: sale },
      { ...record, event: refund },
    ]
  })
  return kept.map((record, offset) => ({ ...record, offset }))
}

function amounts(figures: Figures, table: TableName, name: string): bigint[] {
  const at = measuresOf(table).indexOf(name)
  return [...figures.get(table)!.values()].map((row) => row.measures[at]!)
}

const total = (list: readonly bigint[]): bigint => list.reduce((sum, one) => sum + one, 0n)

it(`leaves zero value everywhere, whatever comes first (${LOGS} logs)`, () => {
  let gross = 0n
  for (let seed = 0; seed < LOGS; seed++) {
    const settings: Settings = {
      ...orderFreeSettings(settingsFor(seed)),
      goals: DEFAULT_SETTINGS.goals,
    }
    const log = refunded(generateLog(seed, { persons: 4 }))
    // Some in the order they happened, some with the refund before what it takes back.
    const arrived = seed % 2 === 0 ? log : shuffleArrival(log, seed, settings)
    const figures = coreTotals(runCore(arrived, settings).partition)
    const label = `seed ${seed}`
    for (const table of ['transitions', 'paths', 'credits', 'conversions'] as const) {
      const values = amounts(figures, table, 'value_minor').filter((amount) => amount !== 0n)
      expect(values, `${table} of ${label}`).toEqual([])
    }
    expect(total(amounts(figures, 'conversions', 'refund_unmatched')), label).toBe(0n)
    const live = (name: string) => amounts(figures, 'live_minutes', name)
    const sold = live('gmv_minor').map((gmv, i) => gmv + live('post_live_gmv_minor')[i]!)
    expect(live('refunds_minor'), label).toEqual(sold)
    const refunds = total(amounts(figures, 'conversions', 'refund_minor'))
    expect(total(amounts(figures, 'credits', 'refund_minor')), label).toBe(8n * refunds)
    gross += refunds
  }
  expect(gross).toBeGreaterThan(1_000_000n)
})
