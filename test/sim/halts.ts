// Whether a halt is right: its reason once more, found from the services as they are.
import type { HaltReason } from '../../src/runtime/halt.ts'
import type { PartitionMeta } from '../../src/ports/state-store.ts'
import type { SimProcess } from './sim-process.ts'
import { fingerprintOf } from './sim-settings.ts'
import type { SimWorld } from './sim-world.ts'

const SKEW_MS = 3_600_000
/** So long ago a worker may have looked at its clock. */
const SLOW_MS = 15_000

/** The state is there: what is wrong with it, or with the topic or the store. */
const WITH_STATE: Readonly<Record<Exclude<HaltReason, 'state_missing'>, Rule>> = {
  state_incomplete: ({ world, partition }) => world.redis.wasTorn.has(partition),
  settings_changed: ({ meta, process }) =>
    meta.fingerprint !== fingerprintOf(process.deployed.settingsKind),
  another_cluster: ({ world, meta }) => meta.clusterId !== world.log.log.facts.clusterId,
  another_group: ({ meta, process }) => meta.group !== process.deployed.group,
  partition_count_changed: ({ world, partition }) =>
    world.book.current(partition)?.counts.at(-1)?.count !== world.log.partitions,
  compacted_topic: ({ world }) => world.log.log.facts.isCompacted,
  create_time: ({ world }) => world.log.log.facts.isCreateTime,
  would_evict: ({ world }) => world.redis.policy !== null,
  before_log_start: ({ world, partition, meta }) => meta.next < world.log.log.bounds(partition).low,
  beyond_log_end: ({ world, partition, meta }) => meta.next > world.log.log.bounds(partition).high,
  record_differs: ({ world, partition }) =>
    world.book.current(partition)?.epoch !== world.log.epoch,
  clock_ahead: ({ world, partition, meta }) =>
    world.log
      .written(world.log.epoch, partition)
      .some(
        (one) =>
          one.kind === 'record' &&
          one.record.offset >= meta.next &&
          one.record.timeMs > world.nowMs - SLOW_MS + SKEW_MS,
      ),
  undecodable_batch: ({ world, partition, meta }) =>
    world.log
      .written(world.log.epoch, partition)
      .some((one) => one.kind === 'undecodable' && one.from >= meta.next && !one.isSkipped),
}

interface Seen {
  readonly world: SimWorld
  readonly partition: number
  readonly process: SimProcess
  readonly meta: PartitionMeta
}

type Rule = (seen: Seen) => boolean

export function isRightHalt(
  world: SimWorld,
  partition: number,
  reason: HaltReason,
  process: SimProcess,
): boolean {
  const meta = world.redis.meta(partition)
  if (reason === 'state_missing') return meta === null && world.isKnown(partition, '')
  if (reason === 'would_evict') return world.redis.policy !== null
  return meta !== null && WITH_STATE[reason]({ world, partition, process, meta })
}
