// Forgetting changes no number: the oracle never forgets, and the rows are the same.
import { describe, expect, it } from 'vitest'
import { generateLog } from '../logs/build-log.ts'
import { oblivionMs, withQuietSpells } from '../logs/quiet-spells.ts'
import { settingsFor } from '../logs/settings-for.ts'
import type { LogRecord } from '../oracle/log.ts'
import { expectOracle } from './oracle-rows.ts'
import { applyInMemory, journeyBytes, runCore } from './run-core.ts'

const LOGS = 120
const BATCH = 50

const logOf = (seed: number): LogRecord[] => {
  const settings = settingsFor(seed)
  const log = generateLog(seed, { settings, persons: 5, records: { min: 20, max: 60 } })
  return withQuietSpells(seed % 2 === 0 ? log : log.map(withSharedId), seed, settings)
}

/** Generated logs keep the transaction ids of two closing goals apart; here they meet. */
function withSharedId(record: LogRecord): LogRecord {
  if (record.kind !== 'event') return record
  const { event } = record
  const transactionId = event.transactionId.replace(/^(lead|subscribe)-/, '')
  return { ...record, event: { ...event, transactionId } }
}

describe('forgetting', () => {
  for (let from = 0; from < LOGS; from += BATCH) {
    it(`changes no number of logs ${from} to ${from + BATCH - 1}`, () => {
      let logs = 0
      let events = 0
      for (let seed = from; seed < from + BATCH; seed++) {
        const { partition } = expectOracle(logOf(seed), settingsFor(seed), `seed ${seed}`)
        logs += Number(partition.seen.forgottenEvents > 0)
        events += partition.seen.forgottenEvents
      }
      expect(logs).toBeGreaterThan(0.8 * BATCH)
      expect(events).toBeGreaterThan(10 * BATCH)
    })
  }

  it('leaves nothing of anybody after a long quiet', () => {
    for (let seed = 0; seed < LOGS; seed++) {
      const settings = settingsFor(seed)
      const { partition } = runCore(generateLog(seed, { settings }), settings)
      const timeMs = partition.streamTimeMs + oblivionMs(settings) + 10 * 60_000
      for (const offset of [1e6, 1e6 + 1]) {
        applyInMemory(partition, { offset, timeMs, content: 'tick' })
      }
      expect(journeyBytes(partition), `seed ${seed}`).toEqual([])
      expect([partition.journeysHeld, partition.journeys.bytes], `seed ${seed}`).toEqual([0, 0])
      expect(partition.due.fromHour(timeMs), `seed ${seed}`).toBe(Math.floor(timeMs / 3_600_000))
    }
  })
})
