// The operator: some time after a halt was seen all workers are stopped, what deploy/README.md
// names as the way on is done with the functions behind `tributary admin`, and the workers start
// again.
import { noTelemetry } from '../../src/adapters/process/system.ts'
import { TributaryError } from '../../src/ports/errors.ts'
import type { HaltReason } from '../../src/runtime/halt.ts'
import { acceptPartitions } from '../../src/runtime/operator/accept-partitions.ts'
import type { OperatorContext } from '../../src/runtime/operator/context.ts'
import { beginLineage } from '../../src/runtime/operator/new-lineage.ts'
import type { LineageRequest } from '../../src/runtime/operator/lineage-request.ts'
import { skipBatch } from '../../src/runtime/operator/skip-batch.ts'
import type { Causes } from './causes.ts'
import type { Fleet } from './fleet.ts'
import { TOPIC } from './sim-log.ts'
import { limitsOf } from './plan-world.ts'
import { fingerprintOf, settingsOfKind } from './sim-settings.ts'
import { CLOCK_SKEW_MAX_MS } from './sim-world.ts'
import type { SimWorld } from './sim-world.ts'
import { patientClock } from '../runtime/patient-clock.ts'

const COMES_MS = 800
/** A worker that has not stopped by then is killed. */
const STOPS_MS = 6_000

type Misfit = 'settings_changed' | 'another_group' | 'another_cluster'

export interface OperatorOptions {
  readonly world: SimWorld
  readonly fleet: Fleet
  readonly causes: Causes
}

export class Operator {
  readonly #world: SimWorld
  readonly #fleet: Fleet
  readonly #causes: Causes
  /** Partitions with the reason they were last seen halted for. */
  readonly #seen = new Map<number, HaltReason>()
  #tokens = 0
  #hasForgotten = false
  isBusy = false

  constructor({ world, fleet, causes }: OperatorOptions) {
    this.#world = world
    this.#fleet = fleet
    this.#causes = causes
  }

  sees(partition: number, reason: HaltReason): void {
    this.#seen.set(partition, reason)
    if (this.isBusy) return
    this.isBusy = true
    const { clock } = this.#world
    clock.after(COMES_MS, () => {
      this.#fleet.hold()
      for (const process of this.#fleet.processes) this.#fleet.stop(process, 0)
      this.#whenStopped(clock.nowMs + STOPS_MS)
    })
  }

  #whenStopped(endMs: number): void {
    const { clock } = this.#world
    if (this.#fleet.processes.length > 0 && clock.nowMs < endMs) {
      clock.after(200, () => this.#whenStopped(endMs))
      return
    }
    for (const process of this.#fleet.processes) this.#fleet.kill(process, 0)
    void this.#decide()
  }

  async #decide(): Promise<void> {
    const seen = [...this.#seen]
    this.#seen.clear()
    let waitMs = 0
    try {
      for (const reason of new Set(seen.map(([, one]) => one))) {
        const partitions = seen.filter(([, one]) => one === reason).map(([partition]) => partition)
        this.#world.trace.note('operator', reason, partitions.join())
        waitMs = Math.max(waitMs, await this.#goOn(reason, partitions))
      }
    } catch (error) {
      this.#world.fail(`the operator could not go on: ${String(error)}`)
    }
    this.#world.clock.after(waitMs, () => {
      this.isBusy = false
      this.#fleet.release()
    })
  }

  /** Resolves to how long to wait before the workers may start. */
  async #goOn(reason: HaltReason, partitions: readonly number[]): Promise<number> {
    const { log, redis, plan, deployed } = this.#world
    const rebuilds = this.#wayOf(reason) % 2 === 1
    switch (reason) {
      case 'state_missing':
      case 'state_incomplete':
        await this.#beginAnew(partitions, this.#wayOf(reason))
        this.#forget(reason)
        break
      case 'settings_changed':
        if (!rebuilds && !this.#isMixed(reason)) deployed.settingsKind = plan.world.settings
        else await this.#beginAnew(this.#misfits(reason), 0)
        this.#forget(reason)
        break
      case 'another_group':
        if (!rebuilds && !this.#isMixed(reason)) deployed.group = 'workers'
        else await this.#beginAnew(this.#misfits(reason), 0)
        break
      case 'another_cluster':
        if (rebuilds || this.#isMixed(reason)) await this.#beginAnew(this.#misfits(reason), 0)
        else log.log.facts = { ...log.log.facts, clusterId: 'cluster' }
        break
      case 'partition_count_changed':
        for (const partition of this.#all()) await this.#accept(partition)
        this.#forget(reason)
        break
      case 'before_log_start':
      case 'beyond_log_end':
      case 'record_differs':
        for (const partition of partitions) await this.#beginBeside(partition)
        this.#forget(reason)
        break
      case 'compacted_topic':
        log.log.facts = { ...log.log.facts, isCompacted: false }
        break
      case 'create_time':
        log.log.facts = { ...log.log.facts, isCreateTime: false }
        break
      case 'would_evict':
        redis.policy = null
        break
      case 'undecodable_batch':
        for (const partition of partitions) await this.#skip(partition)
        this.#forget(reason)
        break
      case 'clock_ahead':
        return this.#untilTrue(partitions)
    }
    return 0
  }

  /** Redis may come back without what was just noted there; ClickHouse has it, too. */
  #forget(reason: HaltReason): void {
    const way = this.#wayOf(reason)
    if (this.#hasForgotten || way % 2 === 0) return
    this.#hasForgotten = true
    const { redis, trace } = this.#world
    trace.note('the decision is forgotten')
    redis.rewind(1 + (way % 3))
  }

  /** Partitions with a state that does not fit what is deployed. */
  #misfits(reason: Misfit): number[] {
    return this.#withState().filter((one) => !this.#fits(one, reason))
  }

  /** Some states were made under the one, some under the other: there is no way back for all. */
  #isMixed(reason: Misfit): boolean {
    return this.#withState().some((one) => this.#fits(one, reason))
  }

  #fits(partition: number, reason: Misfit): boolean {
    const { redis, deployed, log } = this.#world
    const meta = redis.meta(partition)
    if (reason === 'another_cluster') return meta?.clusterId === log.log.facts.clusterId
    if (reason === 'another_group') return meta?.group === deployed.group
    return meta?.fingerprint === fingerprintOf(deployed.settingsKind)
  }

  #withState(): number[] {
    return this.#all().filter((one) => this.#world.redis.meta(one) !== null)
  }

  /** The way on that the plan names for what was noticed so. */
  #wayOf(reason: HaltReason): number {
    const cause = this.#causes.all.find(({ reasons }) => reasons.includes(reason))
    return cause?.fault.way ?? 0
  }

  /** Built anew in place of the old, where the log reaches back; else, or by choice, beside it. */
  async #beginAnew(partitions: readonly number[], way: number): Promise<void> {
    for (const partition of partitions) {
      const { low } = this.#world.log.log.bounds(partition)
      const base = Math.min(...this.#summed(partition).map(({ meta }) => meta.baseOffset))
      const isKept = low <= base && this.#summed(partition).every((one) => this.#isOfLog(one))
      if (isKept && way % 3 === 0) await this.#begin(partition, INSTEAD)
      else await this.#begin(partition, way % 3 === 1 ? BEHIND_LANDED : BESIDE)
    }
  }

  /** A state that was lost meanwhile, and of which nobody knows, begins by itself. */
  async #beginBeside(partition: number): Promise<void> {
    const { redis } = this.#world
    if (redis.meta(partition) === null && !this.#world.isKnown(partition)) return
    await this.#begin(partition, BESIDE)
  }

  #isOfLog({ epoch }: { readonly epoch: number }): boolean {
    return epoch === this.#world.log.epoch
  }

  #summed(partition: number) {
    return this.#world.book.of(partition).filter(({ isReplaced }) => !isReplaced)
  }

  async #begin(partition: number, request: LineageRequest): Promise<void> {
    const { redis, book } = this.#world
    const meta = redis.meta(partition)
    const isWhole = meta !== null && !redis.isTorn(partition) && !this.#world.isReplaced(partition)
    const others = this.#summed(partition)
    try {
      book.close(partition, isWhole ? meta.next : -1)
      const plan = await beginLineage(this.#context(partition), request)
      this.#world.trace.note('lineage', partition, plan.lineage, plan.baseOffset, plan.status)
      this.#expectBase(partition, request, plan.baseOffset)
      this.#world.count(`way on: lineage ${request.kind} at ${request.at}`)
    } catch (error) {
      // Nothing has landed, or what landed is no longer in the log.
      if (!(error instanceof TributaryError) || request !== BEHIND_LANDED) throw error
      return this.#begin(partition, BESIDE)
    }
    if (request.kind === 'beside') return this.#keepReplaced(partition)
    for (const one of others) one.isReplaced = one !== book.current(partition)
  }

  /**
   * What was being built is never completed now, so what it was to replace goes on being summed.
   */
  #keepReplaced(partition: number): void {
    const { book, clickhouse } = this.#world
    for (const one of book.of(partition)) {
      const status = clickhouse.statuses(partition).get(one.meta.lineage)
      if (status === 'building') one.isUnfinished = true
      if (status !== 'retired') one.isReplaced = false
    }
  }

  #expectBase(partition: number, { at }: LineageRequest, base: number): void {
    const { low } = this.#world.log.log.bounds(partition)
    if (at !== 'log-start' || base === low) return
    this.#world.fail(`a lineage of partition ${partition} begins at ${base}, the log at ${low}`)
  }

  async #accept(partition: number): Promise<void> {
    const { redis, clickhouse, book, log, acceptedCounts } = this.#world
    const { counts, isChanged } = await acceptPartitions(this.#context(partition))
    this.#world.trace.note('accepted', partition, JSON.stringify(counts))
    const lineage = book.current(partition)
    const meta = redis.meta(partition)
    if (meta === null || lineage === undefined) return
    if (lineage.counts.at(-1)!.count !== log.partitions) {
      const { high } = log.log.bounds(partition)
      const { fromOffset, count } = lineage.counts.at(-1)!
      // What was judged before stays judged as it was, also where the state has gone back since.
      const next = Math.max(meta.next, clickhouse.flushedThrough(partition, meta.lineage))
      const judged = next > fromOffset ? [{ fromOffset: next, count }] : []
      lineage.counts = [...lineage.counts, ...judged, { fromOffset: high, count: log.partitions }]
      acceptedCounts.set(partition, lineage.counts)
    }
    if (isChanged && JSON.stringify(counts) !== JSON.stringify(lineage.counts)) {
      this.#world.fail(`partition ${partition}: counts ${JSON.stringify(counts)} were noted`)
    }
    this.#world.count('way on: partitions')
  }

  async #skip(partition: number): Promise<void> {
    const { redis, log } = this.#world
    const next = redis.meta(partition)?.next ?? 0
    const batch = log
      .written(log.epoch, partition)
      .find((one) => one.kind === 'undecodable' && one.from >= next && !one.isSkipped)
    if (batch?.kind !== 'undecodable') return
    batch.isSkipped = true
    const { from, to } = batch
    await skipBatch(this.#context(partition), { from, to, reason: 'nobody can read it' })
    if (this.#wayOf('undecodable_batch') === 4) {
      batch.isDecodable = true
      redis.keepAll()
    }
    this.#world.count('way on: skip')
  }

  #untilTrue(partitions: readonly number[]): number {
    const { log, nowMs } = this.#world
    const latest = partitions.map((partition) => log.latestMs(partition))
    return Math.max(0, Math.max(...latest) - CLOCK_SKEW_MAX_MS - nowMs)
  }

  #context(partition: number): OperatorContext {
    const { redis, clickhouse, log, deployed, plan } = this.#world
    const settings = settingsOfKind(deployed.settingsKind)
    return {
      isExecuted: true,
      source: {
        facts: () => Promise.resolve(log.facts()),
        bounds: (one) => Promise.resolve(log.log.bounds(one)),
        end: (one) => Promise.resolve(log.log.bounds(one).high),
        read: (one, from) => log.read(one, from, 50),
      },
      options: {
        topic: TOPIC,
        partition,
        group: deployed.group,
        start: 'earliest',
        allowCreateTime: false,
        settings,
        fingerprint: fingerprintOf(deployed.settingsKind),
        limits: limitsOf(plan.world),
        store: redis.port(partition, null, null),
        ledger: clickhouse.port(null, null),
        deadLetters: { send: () => Promise.resolve() },
        clock: patientClock(() => this.#world.nowMs),
        random: { token: () => `operator-${this.#tokens++}` },
        probe: { at: () => undefined },
        telemetry: noTelemetry,
      },
    }
  }

  #all(): number[] {
    return Array.from({ length: this.#world.log.partitions }, (_, i) => i)
  }
}

const BESIDE: LineageRequest = {
  at: 'log-start',
  kind: 'beside',
  reason: 'a simulated halt',
  losesHistory: false,
}
const BEHIND_LANDED: LineageRequest = { ...BESIDE, at: 'flushed-through' }
const INSTEAD: LineageRequest = { ...BESIDE, kind: 'instead' }
