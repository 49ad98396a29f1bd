// Faults that happen to the world rather than to one call.
import type { Fleet } from './fleet.ts'
import type { CauseFault, What, WorldFault } from './plan.ts'
import type { SimProcess } from './sim-process.ts'
import type { SimWorld } from './sim-world.ts'

export interface FaultContext {
  readonly world: SimWorld
  readonly fleet: Fleet
  readonly cause: (cause: CauseFault) => void
}

/** `process`: the one at whose call or point it happens; null: it happens at a time. */
export function happen(context: FaultContext, what: What, process: SimProcess | null): void {
  if (!isWorldFault(what)) return context.cause(what as CauseFault)
  const { world, fleet } = context
  const slot = 'slot' in what ? what.slot % world.plan.world.workers : 0
  const victim = process ?? fleet.processOf(slot)
  world.trace.note('fault', what.kind, victim?.name ?? '')
  world.count(what.kind)
  switch (what.kind) {
    case 'kill':
      if (victim !== undefined) fleet.kill(victim, what.restartMs)
      break
    case 'freeze':
      if (victim !== undefined) fleet.freeze(victim, what.ms)
      break
    case 'stop':
      if (victim !== undefined) fleet.stop(victim, what.restartMs)
      break
    case 'rebalance':
      world.members.rebalance(what.toldAfterMs)
      break
    case 'rewind':
      world.redis.rewind(what.writes)
      break
    case 'outage':
      world.network.outage(what.service, what.ms)
      break
    case 'insert-again':
      world.clickhouse.insertAgain(what.back)
      break
    case 'group-offset':
      noteWrongly(world, what.partition % world.log.partitions, what.offset)
      break
    case 'trim':
      trim(world, what.partition % world.log.partitions)
      break
  }
}

/** The group tells an offset that is not true; only where there is a state to know better. */
function noteWrongly({ redis, members }: SimWorld, partition: number, offset: number): void {
  if (redis.meta(partition) !== null) members.noted.set(partition, offset)
}

/** Retention takes what everybody has read. */
function trim({ redis, log }: SimWorld, partition: number): void {
  const { low, high } = log.log.bounds(partition)
  // A state may be of a log that there was before.
  const to = Math.min(redis.meta(partition)?.next ?? 0, high)
  if (to > low) log.log.trim(partition, to)
}

const WORLD_FAULTS: ReadonlySet<What['kind']> = new Set([
  'kill',
  'freeze',
  'stop',
  'rebalance',
  'rewind',
  'outage',
  'insert-again',
  'group-offset',
  'trim',
])
const isWorldFault = (what: What): what is WorldFault => WORLD_FAULTS.has(what.kind)
