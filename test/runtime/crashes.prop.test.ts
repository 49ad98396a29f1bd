// A crash at any named point of the protocol: once as an error that is thrown there, once as the
// end of the process, after which nothing it had under way is heard of again.
import { describe, expect, it } from 'vitest'
import { PROBE_POINTS } from '../../src/ports/clock.ts'
import type { Probe, ProbePoint } from '../../src/ports/clock.ts'
import { generateLog } from '../logs/build-log.ts'
import { settingsFor } from '../logs/settings-for.ts'
import type { Settings } from '../../src/core/settings.ts'
import type { LogRecord } from '../oracle/log.ts'
import { referenceOf } from './reference.ts'
import type { Reference } from './reference.ts'
import { createWitness } from './witness.ts'
import type { Witness } from './witness.ts'
import {
  createWorker,
  createWorld,
  driveToEnd,
  endOf,
  ledgerRows,
  logView,
  spanEnd,
  spanOf,
  stateOf,
} from './world.ts'
import type { World } from './world.ts'

const LOGS = 4
/** Crashes per point and log. */
const CRASHES = 2
/** Passed by a worker of many partitions only. */
const BEYOND = new Set<ProbePoint>([
  ...(['assign', 'assigned', 'seek', 'read', 'read-done', 'judge', 'judged'] as const),
  ...(['stop', 'drained', 'flushed', 'left'] as const),
])
const POINTS = PROBE_POINTS.filter((point) => !BEYOND.has(point))

interface Case {
  readonly seed: number
  readonly log: LogRecord[]
  readonly settings: Settings
  readonly expected: Reference
}

async function caseOf(seed: number): Promise<Case> {
  const settings = settingsFor(seed)
  const log = generateLog(seed, { settings, endTicks: 1, records: { min: 20, max: 50 } })
  return { seed, log, settings, expected: await referenceOf(log, settings) }
}

/** The same spans and flushes for the same seed, however often it is called. */
async function drive(world: World, { ledger, store }: Witness, probe: Probe): Promise<void> {
  const worker = createWorker(world, { commitJourneysMax: 3 }, { ledger, store, probe })
  let next = await worker.acquire(logView(world))
  while (next < endOf(world)) {
    const to = spanEnd(world, next, 2 + (next % 9))
    await worker.apply(spanOf(world, next, to))
    next = to
    if (next % 3 === 0) await worker.flush()
  }
  await worker.flush()
}

/** How often an undisturbed run comes by each point. */
async function visitsOf({ log, settings, expected }: Case): Promise<Map<ProbePoint, number>> {
  const visits = new Map<ProbePoint, number>()
  const world = createWorld(log, settings)
  const probe = { at: (point: ProbePoint) => void visits.set(point, (visits.get(point) ?? 0) + 1) }
  await drive(world, createWitness(world, expected), probe)
  return visits
}

/** Throws at the given visit of the point, or from then on never answers. */
function crashAt(point: string, visit: number, isEnd: boolean) {
  let visits = 0
  let died = (): void => undefined
  const death = new Promise<void>((resolve) => (died = resolve))
  const at = (here: string): void | Promise<void> => {
    if (here === point) visits++
    if (here !== point || visits !== visit) return
    if (!isEnd) throw new Error(`crash at ${point}`)
    died()
    return new Promise(() => undefined)
  }
  return { probe: { at }, death }
}

async function crashAndGoOn(of: Case, point: string, visit: number, isEnd: boolean): Promise<void> {
  const { log, settings, expected, seed } = of
  const world = createWorld(log, settings, seed)
  const witness = createWitness(world, expected)
  const { probe, death } = crashAt(point, visit, isEnd)
  await Promise.race([drive(world, witness, probe).catch(() => undefined), death])
  const { store, ledger } = witness
  await driveToEnd(world, createWorker(world, {}, { store, ledger }), { from: 1, to: 20 })
  const label = `crash at ${point}, visit ${visit}, seed ${seed}`
  expect(await stateOf(world.store), label).toBe(expected.finalState)
  expect(ledgerRows(world), label).toEqual(expected.rows)
}

describe('a crash', () => {
  const cases = Array.from({ length: LOGS }, (_, seed) => caseOf(seed))

  it.each(POINTS)('at “%s” changes no row and no byte', async (point) => {
    let crashes = 0
    for (const waiting of cases) {
      const of = await waiting
      const visits = (await visitsOf(of)).get(point) ?? 0
      for (let i = 0; i < Math.min(visits, CRASHES); i++) {
        // The first visit, then some in the middle.
        const visit = 1 + Math.floor((i * visits) / CRASHES)
        for (const isEnd of [false, true]) await crashAndGoOn(of, point, visit, isEnd)
        crashes++
      }
    }
    expect(crashes).toBeGreaterThan(LOGS / 2)
  })

  it('can be brought about at every point there is', async () => {
    const points = new Set<ProbePoint>()
    for (const of of cases) for (const point of (await visitsOf(await of)).keys()) points.add(point)
    expect([...points].sort()).toEqual(POINTS.toSorted())
  })
})
