// One run from its plan to its verdict: records and faults come, then faults stop, everything is
// worked off, and what stands in the services is compared with what the log says.
import { Causes } from './causes.ts'
import { Fleet } from './fleet.ts'
import { isRightHalt } from './halts.ts'
import { judgeEnd } from './judge-end.ts'
import { Operator } from './operator.ts'
import type { CauseFault, Plan } from './plan.ts'
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
  const fleet: Fleet = new Fleet({
    world,
    halted: (partition, reason, process) => {
      world.count(`halt ${reason}`)
      if (!isRightHalt(world, partition, reason, process)) {
        world.fail(`${process.name}: partition ${partition} halted for ${reason}, which is not so`)
      }
      causes.noticed(reason)
      operator.sees(partition, reason)
    },
  })
  const causes = new Causes(world, fleet)
  const operator = new Operator({ world, fleet, causes })
  const context = { world, fleet, cause: (cause: CauseFault) => causes.begin(cause) }
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
  // One more record each: a state that has gone back is found out by the next commit.
  for (let one = 0; one < world.log.partitions; one++) {
    world.log.appendTick(one, world.log.lastTimeMs(one))
  }
  const isDrained = await clock.until(
    () => hasFailed() || (causes.areNoticed && !operator.isBusy && isWorkedOff(world)),
    clock.nowMs + DRAIN_MAX_MS,
  )
  if (!isDrained) {
    const missing = causes.all.filter((one) => !one.isNoticed && one.partitions.length > 0)
    for (const { fault } of missing) world.fail(`${fault.kind} made nobody halt`)
    if (missing.length === 0) world.fail(`not worked off in ${DRAIN_MAX_MS / 1_000} s`)
  }
  if (!hasFailed()) judgeEnd(world)
  const { failures, trace, counts } = world
  return {
    failure: failures.length === 0 ? null : failures.slice(0, 5).join('\n'),
    hash: trace.hash,
    trace: trace.lines,
    counts: Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1))),
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
