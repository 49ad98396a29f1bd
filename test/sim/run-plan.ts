// One run from its plan to its verdict: records and faults come, then faults stop, everything is
// worked off, and what stands in the services is compared with what the log says.
import { Causes } from './causes.ts'
import { Fleet, RECHECK_EVERY_MS } from './fleet.ts'
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
  const crew = crewOf(world)
  const context = { world, ...crew, cause: (cause: CauseFault) => crew.causes.begin(cause) }
  // By way of a variable: a function that is written straight into a property is made for long by
  // Node 20, and would keep this world until the next full collection.
  const happens: typeof world.happens = (what, process) => happen(context, what, process)
  world.happens = happens
  const { clock } = world
  for (const record of plan.records) clock.after(record.atMs, () => world.log.produce(record))
  for (const { when, what } of plan.faults) {
    if ('atMs' in when) clock.after(when.atMs, () => happen(context, what, null))
  }
  crew.fleet.startAll()
  await clock.until(() => hasFailed(world), plan.world.horizonMs)
  if (!hasFailed(world)) await drain(world, crew)
  if (!hasFailed(world)) judgeEnd(world)
  const { failures, trace, counts } = world
  return {
    failure: failures.length === 0 ? null : failures.slice(0, 5).join('\n'),
    hash: trace.hash,
    trace: trace.lines,
    counts: Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1))),
  }
}

interface Crew {
  readonly fleet: Fleet
  readonly causes: Causes
  readonly operator: Operator
}

function crewOf(world: SimWorld): Crew {
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
  return { fleet, causes, operator }
}

const hasFailed = ({ failures }: SimWorld): boolean => failures.length > 0

/** Faults stop; what is left is worked off. */
async function drain(world: SimWorld, { causes, operator }: Crew): Promise<void> {
  const { clock, log, network, faults, trace, counts } = world
  faults.clear()
  network.calm()
  trace.note('faults stop')
  // One more record each: a state that has gone back is found out by the next commit.
  for (let one = 0; one < log.partitions; one++) log.appendTick(one, log.lastTimeMs(one))
  const isDone = (): boolean =>
    hasFailed(world) ||
    (isWorkedOff(world) &&
      causes.pending === 0 &&
      !operator.isBusy &&
      causes.unnoticed.length === 0)
  const endMs = clock.nowMs + DRAIN_MAX_MS
  if (await clock.until(isDone, endMs)) {
    if (!counts.has('lied')) return
    await clock.until(() => hasFailed(world), clock.nowMs + lookAgainMs(world))
    if (await clock.until(isDone, endMs)) return
  }
  const missing = causes.unnoticed
  for (const { fault } of missing) world.fail(`${fault.kind} made nobody halt`)
  if (missing.length === 0) world.fail(`not worked off in ${DRAIN_MAX_MS / 1_000} s`)
}

/** ClickHouse has lost rows: so long it may take until all open hours have been looked at again. */
const lookAgainMs = ({ plan, log }: SimWorld): number =>
  1_000 + 3 * plan.world.flushEveryMs + (log.partitions + 1) * RECHECK_EVERY_MS

/** All records are in the states, and all rows have landed. */
function isWorkedOff(world: SimWorld): boolean {
  const { log, redis, clickhouse, network } = world
  if (network.landing > 0) return false
  for (let partition = 0; partition < log.partitions; partition++) {
    const meta = redis.meta(partition)
    const { high } = log.log.bounds(partition)
    if (meta === null || meta.next !== high || meta.activeAt > 0) return false
    if (world.isReplaced(partition)) return false
    if (clickhouse.flushedThrough(partition, meta.lineage) !== high) return false
  }
  return true
}
