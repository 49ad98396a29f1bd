// One run from its plan to its verdict: records and faults come, then faults stop, everything is
// worked off, and what stands in the services is compared with what the log says.
import { Fleet } from './fleet.ts'
import { judgeEnd } from './judge-end.ts'
import type { Plan } from './plan.ts'
import { SimWorld } from './sim-world.ts'
import { happen } from './world-faults.ts'

export interface Verdict {
  /** What went wrong, in sentences; null: nothing did. */
  readonly failure: string | null
  /** Of the whole trace: the same plan has the same. */
  readonly hash: string
  /** Readable lines, if they were asked for. */
  readonly trace: readonly string[]
  /** What came about: faults by kind, halts by reason, commits, rewinds … */
  readonly counts: Readonly<Record<string, number>>
}

/** What is left when faults stop must be worked off in so much virtual time. */
const DRAIN_MAX_MS = 120_000

export async function runPlan(
  plan: Plan,
  options: { readonly trace?: boolean } = {},
): Promise<Verdict> {
  const world = new SimWorld(plan, options.trace === true)
  const { clock } = world
  const fleet = new Fleet({
    world,
    halted: (partition, reason) => world.fail(`partition ${partition} halted: ${reason}`),
  })
  const context = { world, fleet, cause: () => undefined }
  world.happens = (what, process) => happen(context, what, process)
  for (const record of plan.records) clock.after(record.atMs, () => world.log.produce(record))
  for (const { when, what } of plan.faults) {
    if ('atMs' in when) clock.after(when.atMs, () => happen(context, what, null))
  }
  fleet.startAll()
  const hasFailed = (): boolean => world.failures.length > 0
  await clock.until(hasFailed, plan.world.horizonMs)
  world.faults.clear()
  world.network.calm()
  world.trace.note('faults stop')
  const isDrained = await clock.until(
    () => hasFailed() || isWorkedOff(world),
    clock.nowMs + DRAIN_MAX_MS,
  )
  if (!isDrained) world.fail(`not worked off in ${DRAIN_MAX_MS / 1_000} s`)
  if (!hasFailed()) judgeEnd(world)
  const { failures, trace, counts } = world
  return {
    failure: failures.length === 0 ? null : failures.slice(0, 5).join('\n'),
    hash: trace.hash,
    trace: trace.lines,
    counts: Object.fromEntries([...counts].sort()),
  }
}

/** All records are in the states, and all rows have landed. */
function isWorkedOff({ log, redis, clickhouse, network }: SimWorld): boolean {
  if (network.landing > 0) return false
  for (let partition = 0; partition < log.partitions; partition++) {
    const meta = redis.meta(partition)
    const { high } = log.log.bounds(partition)
    if (meta === null || meta.next !== high || meta.activeAt > 0) return false
    if (clickhouse.flushedThrough(partition, meta.lineage) !== high) return false
  }
  return true
}
