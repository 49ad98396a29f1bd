// Full journeys, under settings that forget nothing, so that the oracle may count all events.
import { expect, it } from 'vitest'
import { generateLog } from '../logs/build-log.ts'
import { overflowSettingsFor } from '../logs/settings-for.ts'
import { kindOf } from '../oracle/journey-order.ts'
import { expectOracle } from './oracle-rows.ts'
import { runCore } from './run-core.ts'

const LOGS = 100

it(`refuses what the oracle refuses and books the rest as it does (${LOGS} logs)`, () => {
  let refused = 0
  for (let seed = 0; seed < LOGS; seed++) {
    const settings = overflowSettingsFor(seed)
    const log = generateLog(seed, { settings, persons: 4, endTicks: seed % 2 })
    const { partition, outcomes } = expectOracle(log, settings, `seed ${seed}`)
    expect(partition.seen.forgottenEvents).toBe(0)
    refused += outcomes.filter((outcome) => outcome === 'overflow').length
  }
  expect(refused).toBeGreaterThan(5 * LOGS)
})

it('takes touches up to the limit, conversions and refunds up to twice that', () => {
  let beyond = 0
  for (let seed = 0; seed < LOGS; seed++) {
    const settings = overflowSettingsFor(seed)
    const log = generateLog(seed, { settings, persons: 2, records: { min: 40, max: 80 } })
    const { outcomes } = runCore(log, settings)
    const held = new Map<string, number>()
    log.forEach((record, i) => {
      if (record.kind !== 'event') return
      const { userHash, action } = record.event
      const count = held.get(userHash) ?? 0
      const kind = kindOf(action, settings)
      const isSale = kind === 'conversion' || kind === 'refund'
      const most = settings.journeyEventsMax * (isSale ? 2 : 1)
      if (outcomes[i] === 'overflow') expect(count, `seed ${seed}`).toBeGreaterThanOrEqual(most)
      if (outcomes[i] !== 'applied') return
      expect(count, `seed ${seed}`).toBeLessThan(most)
      beyond += Number(count >= settings.journeyEventsMax)
      held.set(userHash, count + 1)
    })
  }
  expect(beyond).toBeGreaterThan(LOGS)
})
