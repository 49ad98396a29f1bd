// Same applied set, same final stream time, lapses worked off: same totals over booked hours.
import { describe, expect, it } from 'vitest'
import { TABLES } from '../../src/core/tables.ts'
import { generateLog } from '../logs/build-log.ts'
import { settingsFor } from '../logs/settings-for.ts'
import {
  orderFreeSettings,
  shuffleArrival,
  shuffleWithinLateness,
} from '../logs/shuffle-arrival.ts'
import type { Figures } from '../oracle/figures.ts'
import { coreTotals, runCore } from './run-core.ts'

/** One line per row, sorted, since the order of arrival decides the order of the rows. */
function lines(figures: Figures): string[] {
  return TABLES.flatMap(({ name }) =>
    [...figures.get(name)!].map(([key, { measures }]) => `${name} ${key} ${measures.join(' ')}`),
  ).sort()
}

describe('the order of arrival changes no total', () => {
  it('when nothing can be late, refused or (other), however wild the order', () => {
    for (let seed = 0; seed < 150; seed++) {
      const settings = orderFreeSettings(settingsFor(seed))
      const log = generateLog(seed, { settings: settingsFor(seed), persons: 3 })
      const [one, other, third] = [1, 2, 3].map((shuffle) => {
        const { partition } = runCore(shuffleArrival(log, shuffle, settings), settings)
        return lines(coreTotals(partition))
      })
      expect(other, `seed ${seed}`).toEqual(one)
      expect(third, `seed ${seed}`).toEqual(one)
    }
  })

  it('within lateness, with everything forgotten that can be', () => {
    let reordered = 0
    let forgetful = 0
    const logs = 40
    for (let seed = 1; seed <= logs; seed++) {
      const settings = settingsFor(seed)
      const log = generateLog(seed, { settings, records: { min: 10, max: 50 } })
      const [kept, other] = [0, 7].map((shuffle) => shuffleWithinLateness(log, shuffle, settings))
      const [before, after] = [kept!, other!].map((each) => runCore(each, settings).partition)
      reordered += Number(JSON.stringify(kept) !== JSON.stringify(other))
      forgetful += Number(after!.seen.forgottenEvents > 0)
      expect(lines(coreTotals(after!)), `seed ${seed}`).toEqual(lines(coreTotals(before!)))
    }
    expect(reordered).toBeGreaterThan(logs / 2)
    expect(forgetful).toBeGreaterThan(logs / 3)
  })
})
