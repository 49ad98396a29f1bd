// How each outage is brought about. Those that need a request to go wrong set traps in the proxies
// of all workers and wait until one has sprung.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Draw } from '../logs/moves.ts'
import type { Mishap } from '../services/proxy.ts'
import { fill, follow, kill, load, stall } from './redis-troubles.ts'
import type { Outage } from './schedule.ts'
import type { Surroundings } from './surroundings.ts'
import type { WorkerProcess } from './worker-process.ts'

export interface Scene {
  readonly surroundings: Surroundings
  readonly workers: () => readonly WorkerProcess[]
  readonly draw: Draw
}

const SLOW_MS = 700
const SPRUNG_WITHIN_MS = 20_000
const POLL_MS = 20
/** An insert's statement travels in the address of its request. */
const INSERT = 'INSERT'

/** Resolves to whether it has come about; the trouble is over then. */
export const TROUBLES: Readonly<Record<Outage, (scene: Scene) => Promise<boolean>>> = {
  'redis stalled': always(({ surroundings, draw }) => stall(surroundings.redis, draw)),
  'redis out of memory': always(({ surroundings, draw }) => fill(surroundings.redis, draw)),
  'redis read-only': always(({ surroundings, draw }) => follow(surroundings.redis, draw)),
  'redis loading': always(({ surroundings }) => load(surroundings.redis)),
  'redis killed': always(({ surroundings, draw }) => kill(surroundings.redis, draw)),
  'clickhouse killed': always(async ({ surroundings, draw }) => {
    await surroundings.clickhouse.kill()
    await sleep(draw(0, 3_000))
    await surroundings.clickhouse.restart()
  }),
  'clickhouse stalled': always(async ({ surroundings, draw }) => {
    surroundings.clickhouse.freeze()
    await sleep(draw(1_000, 4_000))
    surroundings.clickhouse.thaw()
  }),
  'clickhouse slow': always(async ({ workers, draw }) => {
    for (const { clickhouse } of workers()) clickhouse.delay(SLOW_MS)
    await sleep(draw(2_000, 5_000))
    for (const { clickhouse } of workers()) clickhouse.delay(0)
  }),
  'clickhouse insert late': (scene) => inserts(scene, 'late'),
  'clickhouse insert cut off': (scene) => inserts(scene, 'cut'),
  'clickhouse reply lost': (scene) => inserts(scene, 'lose'),
  'broker killed': always(async ({ surroundings, draw }) => {
    await surroundings.kafka.kill()
    await sleep(draw(0, 2_000))
    await surroundings.kafka.restart()
  }),
}

function always(bring: (scene: Scene) => Promise<void>): (scene: Scene) => Promise<boolean> {
  return async (scene) => {
    await bring(scene)
    return true
  }
}

/** Of all workers that run, the next insert goes wrong; enough if one does. */
async function inserts({ workers }: Scene, mishap: Mishap): Promise<boolean> {
  const trapped = new Set<WorkerProcess>()
  const deadline = Date.now() + SPRUNG_WITHIN_MS
  const counts = { sprung: 0 }
  const sprung = (): void => void counts.sprung++
  while (counts.sprung === 0 && Date.now() < deadline) {
    for (const worker of workers()) {
      if (trapped.has(worker)) continue
      trapped.add(worker)
      worker.clickhouse.set({ mishap, holding: INSERT, sprung })
    }
    await sleep(POLL_MS)
  }
  for (const { clickhouse } of trapped) clickhouse.set(null)
  return counts.sprung > 0
}
