// Whether a halt is right: its reason once more, found from the services as they are.
import type { HaltReason } from '../../src/runtime/halt.ts'
import type { PartitionMeta } from '../../src/ports/state-store.ts'
import { parsePartitionCounts } from '../../src/schema/partition-counts.ts'
import type { SimProcess } from './sim-process.ts'
import { fingerprintOf } from './sim-settings.ts'
import { CLOCK_SKEW_MAX_MS } from './sim-world.ts'
import type { SimWorld } from './sim-world.ts'

/** So long ago a worker may have looked at its clock. */
const SLOW_MS = 15_000

/** What is wrong with the topic or the store, whatever the state says. */
const WITHOUT_STATE: Readonly<Partial<Record<HaltReason, Rule>>> = {
  compacted_topic: ({ world }) => world.log.log.facts.isCompacted,
  create_time: ({ world }) => world.log.log.facts.isCreateTime,
  would_evict: ({ world }) => world.redis.policy !== null,
  state_missing: ({ world, partition, process, meta }) =>
    meta === null
      ? world.isKnown(partition) || world.isKnown(partition, process.told?.get(partition))
      : world.isReplaced(partition),
  clock_ahead: ({ world, partition }) =>
    world.log
      .written(world.log.epoch, partition)
      .some(
        (one) =>
          one.kind === 'record' && one.record.timeMs > world.nowMs - SLOW_MS + CLOCK_SKEW_MAX_MS,
      ),
  undecodable_batch: ({ world, partition }) =>
    world.log
      .written(world.log.epoch, partition)
      .some((one) => one.kind === 'undecodable' && !one.isSkipped),
}

/** What is wrong with the state. */
const WITH_STATE: Readonly<Partial<Record<HaltReason, StateRule>>> = {
  state_incomplete: ({ world, partition }) => world.redis.wasTorn.has(partition),
  settings_changed: ({ meta, process }) =>
    meta.fingerprint !== fingerprintOf(process.deployed.settingsKind),
  another_cluster: ({ world, meta }) => meta.clusterId !== world.log.log.facts.clusterId,
  another_group: ({ meta, process }) => meta.group !== process.deployed.group,
  partition_count_changed: ({ world, meta }) =>
    parsePartitionCounts(meta.partitionCounts).at(-1)?.count !== world.log.partitions,
  // Another log may have come, or have grown, since it was looked at.
  before_log_start: ({ world, partition, meta }) =>
    meta.next < world.log.log.bounds(partition).low || isOfAnotherLog(world, partition, meta),
  beyond_log_end: ({ world, partition, meta }) =>
    Math.max(meta.next, meta.activeAt) > world.log.log.bounds(partition).high ||
    isOfAnotherLog(world, partition, meta),
  record_differs: ({ world, partition, meta }) => isOfAnotherLog(world, partition, meta),
}

const isOfAnotherLog = (world: SimWorld, partition: number, { lineage }: PartitionMeta): boolean =>
  world.book.find(partition, lineage)?.epoch !== world.log.epoch

/** Who halts; `told`: what it has heard of the group's offsets. */
type Halting = Pick<SimProcess, 'deployed'> & Partial<Pick<SimProcess, 'told'>>

interface Seen {
  readonly world: SimWorld
  readonly partition: number
  readonly process: Halting
  readonly meta: PartitionMeta | null
}

type Rule = (seen: Seen) => boolean
type StateRule = (seen: Seen & { readonly meta: PartitionMeta }) => boolean

export function isRightHalt(
  world: SimWorld,
  partition: number,
  reason: HaltReason,
  process: Halting,
): boolean {
  const meta = world.redis.meta(partition)
  const rule = WITHOUT_STATE[reason]
  if (rule !== undefined) return rule({ world, partition, process, meta })
  // What was looked at may have gone back since.
  if (meta === null) return world.clock.nowMs - world.redisWentBackMs < SLOW_MS
  return WITH_STATE[reason]?.({ world, partition, process, meta }) ?? false
}
