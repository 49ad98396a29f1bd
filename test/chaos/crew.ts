// The workers of a run: one to four of them at any time, some of which are to die. Whoever ends
// otherwise than was planned is a finding, unless a service was down when it began.
import { setTimeout as sleep } from 'node:timers/promises'
import { EXIT } from '../../src/ports/errors.ts'
import type { FailPoint, Kill } from './fail-points.ts'
import type { Findings } from './findings.ts'
import type { Surroundings } from './surroundings.ts'
import { Tally } from './tally.ts'
import { WorkerProcess } from './worker-process.ts'
import type { WorkerEnding } from './worker-process.ts'

const POLL_MS = 50
const JOIN_MAX_MS = 180_000

export class Crew {
  readonly tally = new Tally()
  readonly findings: Findings
  /** By fail-point. */
  readonly killed = new Map<FailPoint, number>()
  /** How workers ended that nobody killed, by exit code. */
  readonly exits = new Map<string, number>()
  readonly #surroundings: Surroundings
  readonly #running = new Set<WorkerProcess>()
  #steady: WorkerProcess | null = null

  constructor(surroundings: Surroundings, findings: Findings) {
    this.#surroundings = surroundings
    this.findings = findings
  }

  get running(): readonly WorkerProcess[] {
    return [...this.#running]
  }

  get kills(): number {
    return [...this.killed.values()].reduce((sum, count) => sum + count, 0)
  }

  async start(kill: Kill | null): Promise<WorkerProcess> {
    const { env, redis, clickhouse } = this.#surroundings
    const ports = { redisPort: redis.port, clickhousePort: clickhouse.port }
    const halted = (what: string): void => this.findings.add(what)
    const worker = await WorkerProcess.start({ env, ...ports, kill, tally: this.tally, halted })
    this.#running.add(worker)
    void worker.ended.then((ending) => this.#ended(worker, ending))
    return worker
  }

  /** Starts one that is not to die, again while a service keeps it from beginning. */
  async join(isEnough: (worker: WorkerProcess) => boolean): Promise<WorkerProcess> {
    const deadline = Date.now() + JOIN_MAX_MS
    let worker = await this.start(null)
    while (!isEnough(worker)) {
      if (Date.now() > deadline) throw new Error(`a worker did not join:\n${worker.tail}`)
      if (worker.hasEnded) worker = await this.start(null)
      await sleep(POLL_MS)
    }
    return worker
  }

  /** The one that goes on through all faults; another where it has ended. Holds something. */
  async steady(): Promise<WorkerProcess> {
    const holds = ({ held }: WorkerProcess): boolean => held.size > 0
    if (this.#steady === null || this.#steady.hasEnded) this.#steady = await this.join(holds)
    const deadline = Date.now() + JOIN_MAX_MS
    while (!holds(this.#steady) && Date.now() < deadline) await sleep(POLL_MS)
    return this.#steady
  }

  #ended(worker: WorkerProcess, { code, isKilledAsPlanned }: WorkerEnding): void {
    this.#running.delete(worker)
    const { kill } = worker.plan
    if (isKilledAsPlanned && kill !== null) {
      this.killed.set(kill.at, (this.killed.get(kill.at) ?? 0) + 1)
      return
    }
    const how = String(code ?? 'signal')
    this.exits.set(how, (this.exits.get(how) ?? 0) + 1)
    const isExpected = code === EXIT.ok || code === EXIT.unavailable || code === null
    if (!isExpected) this.findings.add(`a worker ended with ${how}:\n${worker.tail}`)
  }
}
