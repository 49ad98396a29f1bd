// The workers and who looks after them: each slot holds one process at a time; one that has died or
// ended is started again after a while, unless an operator has stopped them all.
import type { Telemetry } from '../../src/ports/telemetry.ts'
import type { HaltReason } from '../../src/runtime/halt.ts'
import { Worker } from '../../src/runtime/worker.ts'
import type { WorkerEnd, WorkerOptions } from '../../src/runtime/worker-options.ts'
import { Balance } from '../runtime/balance.ts'
import { limitsOf } from './plan-world.ts'
import { createSource } from './sim-source.ts'
import { SimProcess } from './sim-process.ts'
import { fingerprintOf, settingsOfKind } from './sim-settings.ts'
import type { SimWorld } from './sim-world.ts'

const RETRY_MS = 100
const STALL_MS = 6_000
const TICK_IDLE_MS = 1_500
export const RECHECK_EVERY_MS = 2_000
/** A stop that takes longer has given something up. */
const STOP_BOUND_MS = 9_000

interface Life {
  readonly process: SimProcess
  readonly worker: Worker
}

export interface FleetOptions {
  readonly world: SimWorld
  readonly halted: (partition: number, reason: HaltReason, process: SimProcess) => void
}

export class Fleet {
  readonly #world: SimWorld
  readonly #options: FleetOptions
  readonly #lives = new Map<number, Life>()
  readonly #begun = new Map<number, number>()
  readonly #balances = new Map<SimProcess, Balance>()
  /** Nothing is started while somebody holds the fleet. */
  #holds = 0

  constructor(options: FleetOptions) {
    this.#options = options
    this.#world = options.world
  }

  get processes(): readonly SimProcess[] {
    return [...this.#lives.values()].map(({ process }) => process)
  }

  processOf(slot: number): SimProcess | undefined {
    return this.#lives.get(slot)?.process
  }

  startAll(): void {
    for (let slot = 0; slot < this.#world.plan.world.workers; slot++) this.start(slot)
  }

  hold(): void {
    this.#holds++
  }

  release(): void {
    this.#holds--
    this.startAll()
  }

  start(slot: number): void {
    if (this.#holds > 0 || this.#lives.has(slot)) return
    const world = this.#world
    const life = (this.#begun.get(slot) ?? 0) + 1
    this.#begun.set(slot, life)
    const { clock, deployed, plan } = world
    const epochMs = plan.world.startMs
    const process = new SimProcess({ slot, life, clock, epochMs, deployed })
    const worker = new Worker(this.#optionsOf(process))
    this.#lives.set(slot, { process, worker })
    world.trace.note('started', process.name)
    void worker.start()
    void worker.ended.then((end) => this.#ended(process, end))
  }

  /** At once and without a word; the group finds out when the session is over. */
  kill(process: SimProcess, restartMs: number): void {
    if (process.isDead) return
    const { world } = this.#world.plan
    this.#world.trace.note('killed', process.name)
    process.kill()
    this.#world.clock.after(world.sessionMs, () => this.#world.members.leave(process))
    this.#gone(process, restartMs)
  }

  freeze(process: SimProcess, ms: number): void {
    const { clock, members, trace, plan } = this.#world
    trace.note('frozen', process.name, ms)
    process.freeze(ms)
    if (ms < plan.world.sessionMs) return
    clock.after(plan.world.sessionMs, () => {
      if (process.isFrozen) members.leave(process)
    })
    // Who wakes is told by the answer to its next heartbeat.
    clock.after(ms + 200, () => {
      if (!process.isFrozen && !process.isDead) members.comeBack(process)
    })
  }

  /** As SIGTERM does; the process ends when its worker has stopped. */
  stop(process: SimProcess, restartMs: number): void {
    const life = this.#lives.get(process.slot)
    if (life?.process !== process || process.isDead) return
    const { clock, trace } = this.#world
    const sinceMs = clock.nowMs
    trace.note('stopping', process.name)
    process.stopsSinceMs = sinceMs
    const over = (): void => {
      const tookMs = clock.nowMs - sinceMs
      trace.note('stopped', process.name, tookMs)
      this.#world.members.leave(process)
      process.kill()
      this.#gone(process, restartMs)
    }
    life.worker.stop().then(over, over)
  }

  #ended(process: SimProcess, { why }: WorkerEnd): void {
    this.#world.trace.note('ended', process.name, why)
    this.#world.count(`ended ${why}`)
    this.stop(process, why === 'halted' ? 2_500 : 300)
  }

  #gone(process: SimProcess, restartMs: number): void {
    if (this.#lives.get(process.slot)?.process !== process) return
    this.#lives.delete(process.slot)
    this.#world.clock.after(restartMs, () => this.start(process.slot))
  }

  #optionsOf(process: SimProcess): WorkerOptions {
    const { network, log, members, clock, draw, redis, clickhouse, deadLetters } = this.#world
    const { world } = this.#world.plan
    const { readMax } = world
    const { settingsKind, group } = process.deployed
    let tokens = 0
    return {
      source: createSource({ process, group, log, members, network, clock, draw, readMax }),
      ticks: world.hasTicks ? { append: async (partition) => this.#appendTick(partition) } : null,
      ledger: clickhouse.port(network, process),
      deadLetters: deadLetters.port(network, process, () => this.#world.nextOrder()),
      storeOf: (partition) => redis.port(partition, network, process),
      settings: settingsOfKind(settingsKind),
      fingerprint: fingerprintOf(settingsKind),
      partitioner: 'murmur2',
      start: 'earliest',
      allowCreateTime: false,
      onHalt: world.onHalt,
      limits: limitsOf(world),
      timings: {
        flushEveryMs: world.flushEveryMs,
        recheckEveryMs: RECHECK_EVERY_MS,
        retryMs: RETRY_MS,
        stallMs: STALL_MS,
        tickIdleMs: TICK_IDLE_MS,
      },
      clock: process,
      random: { token: () => `${process.name}-${tokens++}` },
      probe: { at: (point) => this.#passes(process, point) },
      telemetry: this.#telemetryOf(process),
    }
  }

  /** A state is of one moment only if nobody else owned the partition while it was read. */
  #acquired({ reads, name }: SimProcess, partition: number): void {
    if (reads.get(partition) !== '') return
    this.#world.fail(`${name} took over partition ${partition} from what it read beside its owner`)
  }

  /** Who stops waits for what is under way, but for what the group has taken away. */
  #released(process: SimProcess, partition: number): void {
    const { stopsSinceMs, isTold, committing, takenAway, name } = process
    if (isTold) takenAway.add(partition)
    const isEarly = stopsSinceMs >= 0 && this.#world.clock.nowMs - stopsSinceMs < STOP_BOUND_MS
    if (!isEarly || takenAway.has(partition) || !committing.has(partition)) return
    this.#world.fail(`${name} stops with a commit of partition ${partition} under way`)
  }

  /** The broker's clock is that of the records in its log, moved on by the wait. */
  #appendTick(partition: number): void {
    const { log } = this.#world
    log.appendTick(partition, log.lastTimeMs(partition) + TICK_IDLE_MS)
  }

  #passes(process: SimProcess, point: string): Promise<void> | undefined {
    if (process.isDead) return process.running()
    this.#world.trace.note(point, process.name)
    const mistake = this.#balances.get(process)?.mistake ?? ''
    if (mistake !== '') this.#world.fail(`${process.name} counts wrongly: ${mistake}`)
    for (const what of this.#world.faults.pass(point)) this.#world.happens(what, process)
    return process.running()
  }

  #telemetryOf(process: SimProcess): Telemetry {
    const { trace } = this.#world
    const balance = new Balance()
    this.#balances.set(process, balance)
    return {
      log: (_, event, message, fields = {}) => {
        if (process.isDead) return
        trace.note(process.name, event, String(fields['partition'] ?? ''), message)
        if (event === 'partition_acquired') this.#acquired(process, Number(fields['partition']))
        // Its answer says nothing any more.
        if (event === 'partition_fenced') process.takenAway.add(Number(fields['partition']))
        if (event === 'partition_released') this.#released(process, Number(fields['partition']))
        if (event !== 'partition_halted') return
        this.#options.halted(Number(fields['partition']), fields['reason'] as HaltReason, process)
      },
      outcomes: (...told) => balance.outcomes(...told),
      inFlight: (...told) => balance.inFlight(...told),
      sold: () => undefined,
      count: (what, _, amount = 1) => {
        balance.count(what, amount)
        if (!process.isDead) this.#world.count(what, amount)
      },
      took: () => undefined,
    }
  }
}
