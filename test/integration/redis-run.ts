// One partition whose state is in a real Redis, driven through a log while that Redis is disturbed.
// What the worker makes of it must be what an undisturbed one makes in memory: the same rows, the
// same versions, the same state.
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { timelessClock } from '../../src/adapters/process/system.ts'
import { connectRedis } from '../../src/adapters/redis/connect.ts'
import type { RedisClient } from '../../src/adapters/redis/connect.ts'
import { redisStateStore } from '../../src/adapters/redis/redis-state-store.ts'
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts'
import { TributaryError } from '../../src/ports/errors.ts'
import type { StateStore } from '../../src/ports/state-store.ts'
import { Fenced } from '../../src/runtime/halt.ts'
import type { PartitionWorker } from '../../src/runtime/partition-worker.ts'
import { contentOf } from '../contract/state-samples.ts'
import { generateLog } from '../logs/build-log.ts'
import { withMethods } from '../runtime/with-methods.ts'
import {
  PARTITION,
  TOPIC,
  createWorker,
  createWorld,
  driveToEnd,
  endOf,
  ledgerRows,
  logView,
  spanEnd,
  spanOf,
} from '../runtime/world.ts'
import type { World } from '../runtime/world.ts'

const RECORDS = { min: 500, max: 500 }
const SPAN = 20

const log = generateLog(11, { records: RECORDS, persons: 60, endTicks: 1 })

export interface RedisRun {
  readonly redis: RedisClient
  readonly store: StateStore
  readonly worker: PartitionWorker
  /** Where it was acquired, and what its store answered to commits: `committed`, or an error. */
  readonly acquired: number[]
  readonly answers: string[]
  /** Called before each commit is sent. */
  beforeCommit: (commits: number) => void
  /** Reads to the end; `disturb` is called after each span, whose commit is then under way. */
  drive(disturb: (spans: number) => Promise<void>): Promise<void>
  /** Demands that everything is as if nothing had happened; ends the connection. */
  expectUndisturbed(): Promise<void>
}

/** @param url of a Redis that nobody else uses */
export async function startRun(url: string, commandTimeoutMs = 5_000): Promise<RedisRun> {
  const redis = await connectRedis({ url, commandTimeoutMs })
  const world = createWorld(log, DEFAULT_SETTINGS)
  const store = redisStateStore(redis, TOPIC, PARTITION)
  let commits = 0
  const noting: StateStore = withMethods(store, {
    commit: async (commit) => {
      run.beforeCommit(commits++)
      try {
        const answer = await store.commit(commit)
        run.answers.push(answer)
        return answer
      } catch (error) {
        run.answers.push(String(error))
        throw error
      }
    },
  })
  const worker = createWorker(world, {}, { store: noting, clock: timelessClock })
  const run: RedisRun = {
    redis,
    store,
    worker,
    acquired: [],
    answers: [],
    beforeCommit: () => undefined,
    drive: (disturb) => drive(world, run, disturb),
    expectUndisturbed: async () => {
      const { world: undisturbed, persons } = await undisturbedRun()
      expect(ledgerRows(world)).toEqual(ledgerRows(undisturbed))
      expect(await stateIn(store, persons)).toEqual(await stateIn(undisturbed.store, persons))
      redis.disconnect()
    },
  }
  return run
}

async function drive(
  world: World,
  { worker, acquired }: RedisRun,
  disturb: (spans: number) => Promise<void>,
): Promise<void> {
  let spans = 0
  for (;;) {
    try {
      let next = await worker.acquire(logView(world))
      acquired.push(next)
      while (next < endOf(world)) {
        const to = spanEnd(world, next, SPAN)
        await worker.apply(spanOf(world, next, to))
        next = to
        await disturb(spans++)
        if (spans % 4 === 0) await worker.flush()
      }
      return await worker.flush()
    } catch (error) {
      if (!(error instanceof TributaryError || error instanceof Fenced)) throw error
      await sleep(20)
    }
  }
}

async function undisturbedRun(): Promise<{ world: World; persons: Uint8Array }> {
  const world = createWorld(log, DEFAULT_SETTINGS)
  await driveToEnd(world, createWorker(world), { from: SPAN, to: SPAN })
  const persons = [...world.store.journeys()].map(({ person }) => person)
  expect(persons.length).toBeGreaterThan(5)
  return { world, persons: new Uint8Array(Buffer.concat(persons)) }
}

/** All but the rows that wait for ClickHouse, which depend on when flushes happened. */
async function stateIn(store: StateStore, persons: Uint8Array): Promise<object> {
  return { ...(await contentOf(store, persons)), rows: null }
}
