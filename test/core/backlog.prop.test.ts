// More persons due than may be settled at once: 16 before a record, 1,024 before a tick, and the
// numbers are the same in the end.
import { describe, expect, it } from 'vitest'
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts'
import type { Partition } from '../../src/core/partition.ts'
import { crowdLog } from '../logs/crowd.ts'
import { settingsFor } from '../logs/settings-for.ts'
import type { LogRecord } from '../oracle/log.ts'
import { runOracle, totals } from '../oracle/oracle.ts'
import { applyInMemory, coreTotals, inMemory, journeyBytes, toCoreRecord } from './run-core.ts'

/** Settled lapses before each record; only lapses are counted, which is all there is at first. */
function settledBefore(partition: Partition, record: LogRecord): number {
  const before = partition.seen.lapsed
  applyInMemory(partition, toCoreRecord(record))
  return partition.seen.lapsed - before
}

describe('a backlog', () => {
  it('is worked off 16 persons before each record, 1,024 before each tick', () => {
    const persons = 4000
    const log = crowdLog(1, DEFAULT_SETTINGS, { persons, meanwhile: 40 })
    const partition = inMemory(DEFAULT_SETTINGS)
    let records = 0
    let ticks = 0
    for (const record of log) {
      const settled = settledBefore(partition, record)
      if (!partition.hasBacklog) continue
      if (partition.seen.forgottenEvents > 0) break
      expect(settled).toBe(record.kind === 'tick' ? 1024 : 16)
      if (record.kind === 'tick') ticks++
      else records++
    }
    expect([records, ticks]).toEqual([40, 2])
  })

  it('changes no total, and leaves nobody behind', () => {
    let hadBacklog = 0
    for (let seed = 0; seed < 8; seed++) {
      const settings = settingsFor(seed)
      const log = crowdLog(seed, settings, { persons: 250, meanwhile: 30 })
      const partition = inMemory(settings)
      for (const record of log) {
        applyInMemory(partition, toCoreRecord(record))
        hadBacklog += Number(partition.hasBacklog)
      }
      const label = `seed ${seed}`
      expect(partition.hasBacklog, label).toBe(false)
      expect(coreTotals(partition), label).toEqual(totals(runOracle(log, settings).rows))
      expect(journeyBytes(partition), label).toEqual([])
    }
    expect(hadBacklog).toBeGreaterThan(8 * 12)
  })
})
