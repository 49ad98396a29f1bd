// What an audit looks at: the twins of a world of workers, seen by somebody who is no member of the
// group. In a dense world many records share an hour, so that rows change while they are read.
import { MemoryLog } from '../../../src/adapters/memory/memory-log.ts'
import { DEFAULT_SETTINGS } from '../../../src/core/settings.ts'
import { auditPartition } from '../../../src/runtime/audit/audit-partition.ts'
import type { AuditOptions, PartitionAudit } from '../../../src/runtime/audit/audit-partition.ts'
import { PARTITIONS, createMember, createWorkerWorld, highs, isConsumed } from '../worker-world.ts'
import type { WorkerWorld } from '../worker-world.ts'

const RECORD_EVERY_MS = 20_000

/** All records within some two hours, in as many batches as the reader is given. */
export function createDenseWorld(seed: number, events = 400): WorkerWorld {
  const world = createWorkerWorld(seed, events)
  const log = new MemoryLog({
    topic: 'events',
    clock: world.clock,
    facts: { clusterId: 'test', partitions: PARTITIONS, isCompacted: false, isCreateTime: false },
    recordsMax: world.draw(1, 20),
    waitMs: 200,
  })
  const records = highs(world).flatMap((high, partition) =>
    Array.from({ length: high }, (_, offset) => {
      return { ...world.log.readAt(partition, offset)!, partition }
    }),
  )
  records.sort((a, b) => a.timeMs - b.timeMs)
  const lastMs = records.at(-1)!.timeMs
  for (const [i, { partition, ...record }] of records.entries()) {
    const timeMs = lastMs - (records.length - i) * RECORD_EVERY_MS
    log.append(partition, { ...record, timeMs })
  }
  return { ...world, log }
}

/** One worker consumes everything, flushes for a while and ends. */
export async function consumeAll(world: WorkerWorld): Promise<void> {
  const { worker } = createMember(world)
  await worker.start()
  await world.clock.until(() => isConsumed(world))
  await world.clock.pass(60_000)
  await world.clock.finish(worker.stop())
}

export const auditOptions = (
  { log, stores, ledger }: Pick<WorkerWorld, 'log' | 'stores' | 'ledger'>,
  partition: number,
  changes: Partial<AuditOptions> = {},
): AuditOptions => ({
  topic: log.topic,
  partition,
  source: log.member('auditors'),
  store: stores[partition]!,
  ledger,
  settings: DEFAULT_SETTINGS,
  fingerprint: 'f',
  partitioner: 'murmur2',
  ...changes,
})

export const audit = (
  world: WorkerWorld,
  partition: number,
  changes: Partial<AuditOptions> = {},
): Promise<PartitionAudit> =>
  world.clock.finish(auditPartition(auditOptions(world, partition, changes)))
