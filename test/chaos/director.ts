// Brings all faults of a schedule about, in three lanes beside each other: workers that are killed
// at fail-points, services that fail, and members that come, go and freeze. The lanes end about
// together: each takes its next fault when its share of the work is due.
import { setTimeout as sleep } from 'node:timers/promises'
import { createDraw } from '../logs/moves.ts'
import type { Draw } from '../logs/moves.ts'
import { expectAgreement } from './audits.ts'
import type { Crew } from './crew.ts'
import type { Kill } from './fail-points.ts'
import { haveBegun, rewind } from './redis-troubles.ts'
import type { MemberFault, Schedule, ServiceFault } from './schedule.ts'
import { SESSION_MS } from './surroundings.ts'
import type { Surroundings } from './surroundings.ts'
import { TROUBLES } from './troubles.ts'

const POLL_MS = 50
/** Beside them one goes on, and one more comes and goes. */
const DOOMED_MAX = 2
const PAUSE_MAX_MS = 3_000
/** A worker that has not come by its fail-point by then is replaced by one that will. */
const ALIVE_MAX_MS = 60_000
/** A stop that is to be killed in its course is asked for when the worker holds something. */
const STOP_ANYWAY_MS = 15_000
/** Of a rewind nobody need notice anything: who knew of the position may have died just then. */
const ATTEMPTS = 12
const NOTICED_WITHIN_MS = 15_000

export interface Direction {
  readonly seed: number
  readonly schedule: Schedule
  readonly surroundings: Surroundings
  readonly crew: Crew
  /** A fault has come about. */
  readonly happened: (fault: ServiceFault | MemberFault | 'kill') => void
}

export class Director {
  readonly #to: Direction
  readonly #total: number

  constructor(direction: Direction) {
    this.#to = direction
    this.#total = direction.schedule.kills.length
  }

  /** Resolves when all faults have come about. */
  async run(): Promise<void> {
    const { seed, schedule, crew, surroundings } = this.#to
    const { services, members } = schedule
    await crew.steady()
    await haveBegun(surroundings.redis)
    await Promise.all([
      this.#kill(createDraw(seed + 1)),
      this.#inStep(services, (fault, draw) => this.#failService(fault, draw), createDraw(seed + 2)),
      this.#inStep(members, (fault, draw) => this.#moveMember(fault, draw), createDraw(seed + 3)),
    ])
  }

  /** How much of the killing is done, 0 to 1. */
  get #share(): number {
    return this.#total === 0 ? 1 : this.#to.crew.kills / this.#total
  }

  async #inStep<F extends string>(
    faults: readonly F[],
    bring: (fault: F, draw: Draw) => Promise<void>,
    draw: Draw,
  ): Promise<void> {
    for (const [i, fault] of faults.entries()) {
      while (this.#share < i / (faults.length + 1)) await sleep(POLL_MS)
      await bring(fault, draw).catch((error: unknown) => {
        this.#to.crew.findings.add(`${fault}: ${String(error)}`)
      })
      await sleep(draw(200, 1_500))
    }
  }

  /** Each place stays empty for a while between two workers. */
  async #kill(draw: Draw): Promise<void> {
    const left = [...this.#to.schedule.kills]
    const place = async (): Promise<void> => {
      for (;;) {
        const kill = left.shift()
        if (kill === undefined) return
        if (!(await this.#live(kill))) left.push({ ...kill, passing: 1 })
        await sleep(draw(0, PAUSE_MAX_MS))
      }
    }
    await Promise.all(Array.from({ length: DOOMED_MAX }, place))
  }

  /** A worker from its start to its death; resolves to whether it died where it was to. */
  async #live(kill: Kill): Promise<boolean> {
    const { crew, happened } = this.#to
    const worker = await crew.start(kill)
    const begunMs = Date.now()
    let isAsked = false
    while (!worker.hasEnded) {
      const age = Date.now() - begunMs
      const isBusy = worker.held.size > 0 && age > 1_000
      if (kill.at === 'graceful stop' && !isAsked && (isBusy || age > STOP_ANYWAY_MS)) {
        isAsked = true
        worker.signal('SIGTERM')
      }
      if (age > ALIVE_MAX_MS) await worker.stop()
      await sleep(POLL_MS)
    }
    const { isKilledAsPlanned } = await worker.ended
    if (isKilledAsPlanned) happened('kill')
    else await sleep(500)
    return isKilledAsPlanned
  }

  async #failService(fault: ServiceFault, draw: Draw): Promise<void> {
    const { crew, happened } = this.#to
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (!(await this.#bring(fault, draw))) continue
      happened(fault)
      return
    }
    crew.findings.add(`${fault} could not be brought about`)
  }

  /** Resolves to whether it has come about. */
  async #bring(fault: ServiceFault, draw: Draw): Promise<boolean> {
    const { surroundings, crew } = this.#to
    if (fault === 'redis rewound') return this.#rewind(draw)
    if (fault === 'audit') return expectAgreement(surroundings, crew.findings)
    return TROUBLES[fault]({ surroundings, workers: () => crew.running, draw })
  }

  /** Positions have gone back, and a worker that goes on has noticed. */
  async #rewind(draw: Draw): Promise<boolean> {
    const { surroundings, crew } = this.#to
    const before = crew.tally.count('state_rewound')
    if (!(await rewind(surroundings.redis, draw))) return false
    const deadline = Date.now() + NOTICED_WITHIN_MS
    while (crew.tally.count('state_rewound') === before && Date.now() < deadline) {
      await sleep(POLL_MS)
    }
    return crew.tally.count('state_rewound') > before
  }

  /** One joins, and leaves; or the one that goes on freezes for longer than its session. */
  async #moveMember(fault: MemberFault, draw: Draw): Promise<void> {
    const { crew, happened } = this.#to
    if (fault === 'zombie') {
      const zombie = await crew.steady()
      zombie.signal('SIGSTOP')
      await sleep(SESSION_MS + draw(1_000, 3_000))
      zombie.signal('SIGCONT')
    } else {
      const guest = await crew.join(({ held }) => held.size > 0)
      await sleep(draw(0, 2_000))
      await guest.stop()
    }
    happened(fault)
  }
}
