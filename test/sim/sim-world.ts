// Everything there is in one run: the services, the network, time, and what is known of all that
// was done. Workers come and go in it (fleet.ts), faults happen to it (world-faults.ts).
import type { PartitionMeta } from '../../src/ports/state-store.ts'
import type { PartitionCount } from '../../src/schema/partition-counts.ts'
import { parsePartitionCounts } from '../../src/schema/partition-counts.ts'
import { createDraw } from '../logs/moves.ts'
import type { Draw } from '../logs/moves.ts'
import { Book } from './book.ts'
import type { Lineage } from './book.ts'
import { FaultBox } from './fault-box.ts'
import { Network } from './network.ts'
import type { Plan, What } from './plan.ts'
import { SimClickHouse } from './sim-clickhouse.ts'
import { SimClock } from './sim-clock.ts'
import { SimDeadLetters } from './sim-dlq.ts'
import { SimGroup } from './sim-group.ts'
import { SimLog } from './sim-log.ts'
import type { Deployed, SimProcess } from './sim-process.ts'
import { SimRedis } from './sim-redis.ts'
import type { Owned } from './sim-redis.ts'
import { fingerprintOf, settingsOfKind } from './sim-settings.ts'
import { Trace } from './trace.ts'

/** As the contract has it. */
export const CLOCK_SKEW_MAX_MS = 3_600_000

export class SimWorld {
  readonly plan: Plan
  readonly clock = new SimClock()
  readonly trace: Trace
  readonly draw: Draw
  readonly faults: FaultBox
  readonly network: Network
  readonly redis: SimRedis
  readonly clickhouse: SimClickHouse
  readonly deadLetters = new SimDeadLetters()
  readonly log: SimLog
  readonly members: SimGroup
  readonly book: Book
  readonly deployed: Deployed
  readonly counts = new Map<string, number>()
  readonly failures: string[] = []
  /** Partition counts that an operator has accepted, by partition. */
  readonly acceptedCounts = new Map<number, readonly PartitionCount[]>()
  /** What a fault does that is not one call's own; set by whoever can do it. */
  happens: (what: What, process: SimProcess | null) => void = () => undefined
  /** When Redis last lost something, in ms after the start. */
  redisWentBackMs = Number.NEGATIVE_INFINITY
  #order = 0

  constructor(plan: Plan, isTraced: boolean) {
    const { world, seed } = plan
    this.plan = plan
    this.trace = new Trace(isTraced, () => this.clock.nowMs)
    this.draw = createDraw(seed ^ 0x5eed)
    this.faults = new FaultBox(plan.faults)
    this.book = new Book((failure) => this.fail(failure))
    this.deployed = { settingsKind: world.settings, group: 'workers' }
    this.clickhouse = new SimClickHouse({
      reached: (partition, lineage) => this.book.find(partition, lineage)?.reached ?? -1,
      activeAt: (partition, lineage) => this.book.find(partition, lineage)?.meta.activeAt ?? -1,
      fail: (failure) => this.fail(failure),
    })
    const { clock, trace, draw, faults } = this
    const { slowPerMille, slowMs } = world
    this.network = new Network({
      clock,
      trace,
      draw,
      faults,
      slowPerMille,
      slowMs,
      count: (what) => this.count(what),
      happens: (what, process) => this.happens(what, process),
    })
    this.log = new SimLog({ now: () => this.nowMs, ...world })
    this.members = new SimGroup({
      clock,
      trace,
      partitions: () => this.log.partitions,
      noted: (partition, next) => this.#noted(partition, next),
    })
    this.redis = new SimRedis({
      restarted: () => {
        this.redisWentBackMs = clock.nowMs
        for (const { partition } of this.book.lineages) this.#wentBack(partition)
        this.network.restarted('redis')
      },
      begun: (partition, meta, process) => this.#begun(partition, meta, process),
      committed: (partition, commit, before, process) => {
        const order = this.nextOrder()
        this.trace.note('committed', partition, commit.from, commit.meta.next)
        this.count('commits')
        this.book.commit(partition, commit, before, order)
        this.#expectInTime(partition, commit.from, commit.meta.next)
        if (process !== null) this.#expectFitting(partition, before, process)
      },
    })
  }

  /** Epoch ms. */
  get nowMs(): number {
    return this.plan.world.startMs + this.clock.nowMs
  }

  nextOrder(): number {
    return this.#order++
  }

  count(what: string, amount = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + amount)
  }

  fail(failure: string): void {
    this.trace.note('FAILED', failure)
    this.failures.push(failure)
  }

  /**
   * Whether anybody but the state store knows of the partition: then a state must not begin anew.
   * As of now, or as somebody was told of the group's offset, and of lineages by ClickHouse.
   */
  isKnown(
    partition: number,
    noted = this.members.noted.get(partition) ?? null,
    hasLineages = this.clickhouse.statuses(partition).size > 0,
  ): boolean {
    const { low } = this.log.log.bounds(partition)
    return hasLineages || (noted !== null && noted > low)
  }

  /** What is noted in the group has been committed. */
  #noted(partition: number, next: number): void {
    const reached = this.book.of(partition).map((one) => one.reached)
    if (next > Math.max(0, ...reached)) {
      this.fail(`${next} of partition ${partition} was noted, which nobody had committed`)
    }
  }

  #begun(partition: number, meta: PartitionMeta, process: SimProcess | null): void {
    const { lineage, baseOffset } = meta
    this.trace.note('begun', partition, lineage, baseOffset, meta.generation)
    const { told, toldLineages } = process ?? {}
    const isKnown = this.isKnown(partition, told?.get(partition), toldLineages?.get(partition))
    if (process !== null && isKnown) {
      this.fail(`partition ${partition} began anew although it is known`)
    }
    const settings = this.#settingsOf(meta)
    if (settings === null) return
    const counts = this.acceptedCounts.get(partition) ?? this.#presentCounts(meta)
    // A worker begins a state only where nobody knows of one; an operator leaves what has landed.
    const known = this.clickhouse.statuses(partition)
    this.book.begin(
      { partition, meta, epoch: this.log.epochOf(meta.topicId), settings, counts },
      (before) => process !== null || !known.has(before.meta.lineage),
    )
  }

  /** As of the moment, or of an earlier one, when the topic was asked. */
  #presentCounts({ partitionCounts }: PartitionMeta): readonly PartitionCount[] {
    const counts = parsePartitionCounts(partitionCounts)
    const [first, ...more] = counts
    const isKnown =
      first?.fromOffset === 0 &&
      first.count >= this.plan.world.partitions &&
      first.count <= this.log.partitions
    if (isKnown && more.length === 0) return counts
    this.fail(`a state began with the partition counts ${partitionCounts}`)
    return [{ fromOffset: 0, count: this.log.partitions }]
  }

  /** A state from before an operator began another lineage is no longer the one that goes on. */
  isReplaced(partition: number): boolean {
    const meta = this.redis.meta(partition)
    return meta !== null && meta.lineage !== this.book.current(partition)?.meta.lineage
  }

  /** What was begun, but was not complete yet, has replaced nothing. */
  #wentBack(partition: number): void {
    if (!this.isReplaced(partition)) return
    const statuses = this.clickhouse.statuses(partition)
    const begun = this.book.current(partition)?.meta.lineage ?? ''
    if (statuses.get(begun) !== 'building') return
    const isRetired = ({ meta }: Lineage): boolean => statuses.get(meta.lineage) === 'retired'
    this.book.reopen(partition, this.redis.meta(partition)!.lineage, isRetired)
  }

  /** Where a worker must have halted it has not gone on. */
  #expectFitting(partition: number, { meta }: Owned, { deployed, name }: SimProcess): void {
    const isFitting =
      meta?.fingerprint === fingerprintOf(deployed.settingsKind) && meta.group === deployed.group
    if (!isFitting) this.fail(`${name} goes on with a state of partition ${partition} it must not`)
  }

  /** A record far ahead of the clock of all is applied by nobody. */
  #expectInTime(partition: number, from: number, next: number): void {
    const isAhead = this.log.isAhead(partition, from, next, this.nowMs + CLOCK_SKEW_MAX_MS)
    if (isAhead) this.fail(`partition ${partition}: a record ahead of the clock was applied`)
  }

  #settingsOf({ fingerprint }: PartitionMeta) {
    const { world } = this.plan
    const kinds = [world.settings, this.deployed.settingsKind]
    const kind = kinds.find((one) => fingerprintOf(one) === fingerprint)
    if (kind !== undefined) return settingsOfKind(kind)
    this.fail('a state began under settings that nobody has')
    return null
  }
}
