// Ticks at the end of a log that has ended, as `replay` gives them.
import { describe, expect, it } from 'vitest'
import { settle } from '../../src/runtime/settle.ts'
import { coreTotals } from '../core/run-core.ts'
import { generateLog } from '../logs/build-log.ts'
import { crowdLog } from '../logs/crowd.ts'
import { settingsFor } from '../logs/settings-for.ts'
import { withoutZeros } from '../oracle/figures.ts'
import type { Figures } from '../oracle/figures.ts'
import type { LogRecord } from '../oracle/log.ts'
import { runOracle, totals } from '../oracle/oracle.ts'
import { createWorker, createWorld, endOf, logView, spanOf } from './world.ts'

const LOGS = 24

/** But for `intake`: how many ticks it took is nobody's business. */
function business(figures: Figures): Figures {
  const kept = withoutZeros(figures)
  kept.delete('intake')
  return kept
}

async function settled(seed: number, log: LogRecord[], which: 'all' | 'due'): Promise<Figures> {
  const world = createWorld(log, settingsFor(seed))
  const worker = createWorker(world)
  await worker.acquire(logView(world))
  await worker.apply(spanOf(world, 0, endOf(world)))
  await settle(worker, which)
  expect(worker.partition!.hasBacklog).toBe(false)
  return business(coreTotals(worker.partition!))
}

const logsOf = (seed: number): LogRecord[] =>
  seed % 4 === 3
    ? crowdLog(seed, settingsFor(seed), { persons: 100, meanwhile: 10 }).slice(0, 150)
    : generateLog(seed, { settings: settingsFor(seed) })

describe('settling a log that has ended', () => {
  it('lapses what is due at its last time, and leaves other paths open', async () => {
    for (let seed = 0; seed < LOGS; seed++) {
      const log = logsOf(seed)
      const timeMs = Math.max(...log.map((record) => record.timeMs))
      const ticked = [...log, { offset: log.at(-1)!.offset + 1, timeMs, kind: 'tick' as const }]
      const expected = business(totals(runOracle(ticked, settingsFor(seed)).rows))
      expect(await settled(seed, log, 'due'), `seed ${seed}`).toEqual(expected)
    }
  })

  it('ends every path, if all are to be', async () => {
    for (let seed = 0; seed < LOGS; seed++) {
      const log = logsOf(seed)
      const settings = settingsFor(seed)
      // Event times may be minutes ahead of record times.
      const timeMs = Math.max(...log.map((record) => record.timeMs)) + settings.inactivityGapMs
      const tick = { timeMs: timeMs + 300_001, kind: 'tick' as const }
      const ticked = [...log, { ...tick, offset: log.at(-1)!.offset + 1 }]
      const expected = business(totals(runOracle(ticked, settings).rows))
      expect(await settled(seed, log, 'all'), `seed ${seed}`).toEqual(expected)
    }
  })
})
