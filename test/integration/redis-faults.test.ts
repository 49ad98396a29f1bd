// Each way in which Redis fails, once, while a worker goes through a log: every row and the state
// end as if nothing had happened.
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Redis } from 'ioredis'
import { describeWithPrivate } from '../services/describe-with-private.ts'
import { startPrivateRedis } from '../services/private-redis.ts'
import type { PrivateRedis } from '../services/private-redis.ts'
import { startProxy } from '../services/proxy.ts'
import { startRun } from './redis-run.ts'
import type { RedisRun } from './redis-run.ts'

const WAIT = { timeout: 60_000, interval: 10 }
const MIDDLE = 12
/** A twentieth of a second per key; commands are answered meanwhile. */
const SLOW_LOADING = [
  '--key-load-delay',
  '50000',
  '--loading-process-events-interval-bytes',
  '1024',
]

/** For one that does not answer at all. */
const SILENT_MS = 400

describeWithPrivate(['redis'], 'a worker whose Redis', () => {
  let server: PrivateRedis
  let operator: Redis
  beforeEach(async () => {
    server = await startPrivateRedis({ options: { appendfsync: 'always' } })
    operator = new Redis(server.url, { retryStrategy: () => 20, enableReadyCheck: false })
    operator.on('error', () => {})
  })
  afterEach(async () => {
    operator.disconnect()
    await server.remove()
  })

  /** Disturbs once, in the middle. */
  const once = (disturb: () => Promise<unknown>) => async (spans: number) => {
    if (spans === MIDDLE) await disturb()
  }
  const every = (count: number, disturb: () => Promise<unknown>) => async (spans: number) => {
    if (spans % count === 0) await disturb()
  }
  const errorsOf = ({ answers }: RedisRun) => answers.filter((answer) => answer !== 'committed')
  const refused = (run: RedisRun, reason: RegExp) =>
    vi.waitFor(() => expect(errorsOf(run).join()).toMatch(reason), WAIT)

  /** Disturbs in the middle, and relieves once a commit has been refused for that reason. */
  async function driveUntilRelieved(
    run: RedisRun,
    disturb: () => Promise<unknown>,
    reason: RegExp,
    relieve: () => unknown,
  ): Promise<void> {
    let relief: Promise<unknown> = Promise.resolve()
    await run.drive(
      once(async () => {
        await disturb()
        relief = refused(run, reason).then(relieve)
      }),
    )
    await relief
    await refused(run, reason)
  }

  it('falls back to an older part of its log goes on from there', async () => {
    const run = await startRun(server.url)
    let before = 0
    await run.drive(
      once(async () => {
        await run.worker.flush()
        before = run.worker.committed?.next ?? 0
        const [, size] = /aof_current_size:(\d+)/.exec(await operator.info('persistence')) ?? []
        await server.stop()
        server.cutLog(Math.floor(Number(size) / 2))
        await server.restart()
      }),
    )
    const [begun, ...again] = run.acquired
    expect(begun).toBe(0)
    expect(Math.min(...again)).toBeGreaterThan(0)
    expect(Math.min(...again)).toBeLessThan(before)
    await run.expectUndisturbed()
  })

  it('is killed with a commit under way goes on when it is back', async () => {
    const run = await startRun(server.url)
    await run.drive(
      once(async () => {
        await server.kill()
        await server.restart()
      }),
    )
    await run.expectUndisturbed()
  })

  it('is full waits until there is memory', async () => {
    const run = await startRun(server.url)
    const setMax = (bytes: string) => () => operator.config('SET', 'maxmemory', bytes)
    await driveUntilRelieved(run, setMax('1'), /OOM/, setMax('0'))
    await run.expectUndisturbed()
  })

  it('has become a replica waits until it is a primary', async () => {
    const run = await startRun(server.url)
    const follow = () => operator.replicaof('127.0.0.1', 1)
    const lead = () => operator.replicaof('NO', 'ONE')
    await driveUntilRelieved(run, follow, /READONLY/, lead)
    await run.expectUndisturbed()
  })

  it('is loading its data waits for it', async () => {
    const run = await startRun(server.url)
    await run.drive(
      once(async () => {
        await operator.call('BGREWRITEAOF')
        const info = () => operator.info('persistence')
        await vi.waitFor(async () => expect(await info()).toContain('rewrite_in_progress:0'), WAIT)
        await server.restart({ args: SLOW_LOADING, ready: false })
        await vi.waitFor(() => expect(operator.get('key')).rejects.toThrow('LOADING'), WAIT)
      }),
    )
    await run.expectUndisturbed()
  })

  it('falls silent in a commit finds out what became of it', async () => {
    const run = await startRun(server.url, SILENT_MS)
    run.beforeCommit = (commits) => {
      if (commits === MIDDLE) server.freeze()
    }
    const relief = refused(run, /no answer in time/).then(() => server.thaw())
    await run.drive(async () => undefined)
    await relief
    await run.expectUndisturbed()
  })

  it('forgets its scripts sends them again', async () => {
    const run = await startRun(server.url)
    await run.drive(every(4, () => operator.script('FLUSH')))
    expect(errorsOf(run)).toEqual([])
    const [, evals] = /cmdstat_eval:calls=(\d+)/.exec(await operator.info('commandstats')) ?? []
    expect(Number(evals)).toBeGreaterThan(3)
    await run.expectUndisturbed()
  })

  it('cuts its connections connects again', async () => {
    const run = await startRun(server.url)
    await run.drive(every(4, () => operator.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes')))
    expect(run.acquired.length + errorsOf(run).length).toBeGreaterThan(3)
    await run.expectUndisturbed()
  })

  it('has done what its answer never said does it once', async () => {
    const proxy = await startProxy(server.port)
    const run = await startRun(`redis://127.0.0.1:${proxy.port}`)
    let lost = 0
    run.beforeCommit = (commits) => {
      if (commits % 3 === 1) {
        proxy.set({ mishap: 'lose', holding: 'last_record', sprung: () => void lost++ })
      }
    }
    await run.drive(async () => undefined)
    expect(lost).toBeGreaterThan(5)
    expect(errorsOf(run).length).toBeGreaterThan(5)
    await run.expectUndisturbed()
    proxy.close()
  })
})
