// What must make a partition halt, brought about: and which partitions must halt from it, found
// from the services alone.
import type { HaltReason } from '../../src/runtime/halt.ts'
import type { Fleet } from './fleet.ts'
import { isRightHalt } from './halts.ts'
import type { CauseFault } from './plan.ts'
import type { Torn } from './sim-redis.ts'
import { otherKind } from './sim-settings.ts'
import { CLOCK_SKEW_MAX_MS } from './sim-world.ts'
import type { SimWorld } from './sim-world.ts'

/** Whatever was on its way when all workers were killed has arrived by then. */
const SETTLED_MS = 2_500
const TORN: readonly Torn[] = ['journey', 'dictionary', 'hour']

/** One that has come about. */
export interface Cause {
  readonly fault: CauseFault
  /** Any of these says that it was noticed. */
  readonly reasons: readonly HaltReason[]
  /** One of them must halt; empty: nobody needs to notice. */
  readonly partitions: readonly number[]
  isNoticed: boolean
}

export class Causes {
  readonly all: Cause[] = []
  /** Causes that are being brought about. */
  pending = 0
  readonly #world: SimWorld
  readonly #fleet: Fleet

  constructor(world: SimWorld, fleet: Fleet) {
    this.#world = world
    this.#fleet = fleet
  }

  /** Those that somebody must still notice. */
  get unnoticed(): readonly Cause[] {
    return this.all.filter((one) => !one.isNoticed && this.#holds(one))
  }

  /** What has been put right meanwhile, nobody needs to notice. */
  #holds({ reasons, partitions }: Cause): boolean {
    const { deployed } = this.#world
    return partitions.some((partition) =>
      reasons.some((reason) => {
        // A torn state that was given up for another reason is nobody's any more.
        if (reason === 'state_incomplete') return this.#world.redis.isTorn(partition)
        return isRightHalt(this.#world, partition, reason, { deployed })
      }),
    )
  }

  /** A halt has been seen; it need not be from here. */
  noticed(reason: HaltReason): void {
    for (const cause of this.all) if (cause.reasons.includes(reason)) cause.isNoticed = true
  }

  begin(fault: CauseFault): void {
    const world = this.#world
    world.trace.note('cause', fault.kind, fault.partition)
    const partition = fault.partition % world.log.partitions
    switch (fault.kind) {
      case 'state-wiped':
        return this.#wipe(fault)
      case 'state-torn':
        return this.#whileStopped(() => this.#tear(fault, partition))
      case 'other-settings':
        return this.#whileStopped(() => {
          // A first lineage that was lost before anybody knew of it would begin under its old name.
          const isLost = (one: number): boolean =>
            world.redis.meta(one) === null && world.clickhouse.statuses(one).size > 0
          if (this.#all().some(isLost)) return
          world.redis.keepAll()
          world.deployed.settingsKind = otherKind(world.plan.world.settings)
          this.#add(fault, ['settings_changed'], this.#withState())
        })
      case 'other-group':
        return this.#whileStopped(() => {
          world.deployed.group = 'others'
          world.members.noted.clear()
          this.#add(fault, ['another_group'], this.#withState())
        })
      case 'other-cluster':
        world.log.log.facts = { ...world.log.log.facts, clusterId: 'another' }
        return this.#add(fault, ['another_cluster'], this.#withState())
      case 'more-partitions':
        world.log.grow(1 + (fault.amount % 2))
        world.members.rebalance()
        return this.#add(fault, ['partition_count_changed'], this.#withState())
      case 'compacted':
        world.log.log.facts = { ...world.log.log.facts, isCompacted: true }
        return this.#add(fault, ['compacted_topic'], this.#all())
      case 'create-time':
        world.log.log.facts = { ...world.log.log.facts, isCreateTime: true }
        return this.#add(fault, ['create_time'], this.#all())
      case 'evicting':
        world.redis.policy = 'allkeys-lru'
        return this.#add(fault, ['would_evict'], this.#all())
      case 'trimmed-ahead':
        return this.#whileStopped(() => this.#trim(fault, partition))
      case 'recreated':
        if (this.#isUnderWorkers(fault)) return this.#recreate(fault)
        return this.#whileStopped(() => this.#recreate(fault))
      case 'record-ahead': {
        const timeMs = world.nowMs + CLOCK_SKEW_MAX_MS + 20_000 + fault.amount
        world.log.appendTick(partition, timeMs)
        return this.#add(fault, ['clock_ahead'], [partition])
      }
      case 'undecodable':
        world.log.appendUndecodable(partition, 1 + (fault.amount % 4))
        return this.#add(fault, ['undecodable_batch'], [partition])
    }
  }

  #add(fault: CauseFault, reasons: readonly HaltReason[], partitions: readonly number[]): void {
    this.#world.count(`cause ${fault.kind}`)
    this.all.push({ fault, reasons, partitions, isNoticed: false })
  }

  #whileStopped(change: () => void | Promise<void>): void {
    this.pending++
    this.#fleet.hold()
    for (const process of this.#fleet.processes) this.#fleet.kill(process, 0)
    this.#world.clock.after(SETTLED_MS, () => void this.#changed(change))
  }

  async #changed(change: () => void | Promise<void>): Promise<void> {
    await change()
    this.pending--
    this.#fleet.release()
  }

  /** By the topic's id alone can workers that run tell another log from the one they read. */
  #isUnderWorkers({ partition }: CauseFault): boolean {
    return this.#world.plan.world.hasTopicIds && partition === 0
  }

  #wipe(fault: CauseFault): void {
    const { redis } = this.#world
    const known = this.#withState().filter((one) => this.#world.isKnown(one))
    redis.wipe()
    this.#add(fault, ['state_missing'], known)
  }

  async #tear(fault: CauseFault, partition: number): Promise<void> {
    const { redis } = this.#world
    const { journeys, dictionary } = redis.meta(partition) ?? { journeys: 0, dictionary: 0 }
    const hour = (await redis.store(partition).loadLedger()).length
    const what = TORN[fault.amount % TORN.length]!
    if ({ journey: journeys, dictionary, hour }[what] === 0) return
    redis.tear(partition, what)
    this.#add(fault, ['state_incomplete'], [partition])
  }

  #trim(fault: CauseFault, partition: number): void {
    const { log, redis } = this.#world
    const { low, high } = log.log.bounds(partition)
    const next = redis.meta(partition)?.next ?? 0
    const to = Math.min(high, Math.max(low, next) + 1 + (fault.amount % 3))
    if (to <= next) return
    log.log.trim(partition, to)
    const isHeld = redis.meta(partition) !== null
    this.#add(fault, ['before_log_start'], isHeld ? [partition] : [])
  }

  /** The records that come from now on are in another log; some are there before anybody reads. */
  #recreate(fault: CauseFault): void {
    const { log, redis, members, plan, book } = this.#world
    const held = this.#withState()
    const begun = held.filter((one) => plan.world.hasTopicIds || redis.meta(one)!.next > 0)
    // Without an id or a last record to compare nobody could tell.
    const isTold = (one: number): boolean =>
      plan.world.hasTopicIds || redis.meta(one)!.lastRecord !== ''
    if (!begun.every(isTold)) return
    const hasGoneBack = (one: number): boolean => (book.current(one)?.reached ?? 0) > 0
    if (held.some((one) => !begun.includes(one) && hasGoneBack(one))) return
    if (this.#isUnderWorkers(fault)) this.#world.count('topic recreated under workers')
    log.recreate()
    members.noted.clear()
    // Without ids a lineage that began unseen would be taken for the old one.
    if (!plan.world.hasTopicIds) redis.keepAll()
    for (const record of plan.records.slice(0, fault.amount % 2 === 0 ? 0 : fault.amount % 60)) {
      log.produce({ ...record, timeMs: record.timeMs + 1 })
    }
    for (const one of held) if (!begun.includes(one)) book.moveOn(one, log.epoch)
    this.#add(fault, ['beyond_log_end', 'record_differs'], begun)
  }

  #all(): number[] {
    return Array.from({ length: this.#world.log.partitions }, (_, i) => i)
  }

  #withState(): number[] {
    return this.#all().filter((one) => this.#world.redis.meta(one) !== null)
  }
}
