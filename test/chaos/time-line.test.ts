// The log without end holds what a run must meet, and stays within what the oracle can judge.
import { expect, it } from 'vitest'
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts'
import { expectOracle } from '../core/oracle-rows.ts'
import { DAY_MS, FIRST_MS, timeLine } from './time-line.ts'

const DAYS = 120

function firstDays(seed: number) {
  const records = []
  for (const record of timeLine(seed, DEFAULT_SETTINGS)) {
    if (record.timeMs > FIRST_MS + DAYS * DAY_MS) break
    records.push({ ...record, offset: records.length })
  }
  return records
}

it('is booked as the oracle books it: few are due at one record', () => {
  const log = firstDays(1)
  const { outcomes, partition } = expectOracle(log, DEFAULT_SETTINGS, 'the time line')
  expect(new Set(outcomes)).toEqual(new Set(['applied', 'duplicate', 'late', 'rejected', 'tick']))
  expect(partition.journeysBegun - partition.journeysHeld).toBeGreaterThan(0)
})

it('steps back in time here and there, and goes on without end', () => {
  const log = firstDays(3)
  const steps = log.slice(1).map(({ timeMs }, i) => timeMs - log[i]!.timeMs)
  expect(steps.some((step) => step < 0)).toBe(true)
  expect(Math.max(...steps)).toBeLessThan(10 * DAY_MS)
})
