// Between the processes and the services: every call may take time on its way there and back, may
// fail with or without having been done, or be done long after its caller has given up.
import type { Draw } from '../logs/moves.ts'
import type { FaultBox } from './fault-box.ts'
import type { CallFault, CallName, ServiceName, What } from './plan.ts'
import type { SimClock } from './sim-clock.ts'
import type { SimProcess } from './sim-process.ts'
import type { Trace } from './trace.ts'

/** What the call does, told of its fault where that changes the answer. */
type Effect<T> = (fault: CallFault | null) => Promise<T>

/** After so long a caller gives up. */
const GIVEN_UP_MS = 300
class ServiceError extends Error {}

const serviceOf = (name: CallName): ServiceName => name.slice(0, name.indexOf('.')) as ServiceName

export interface NetworkOptions {
  readonly clock: SimClock
  readonly trace: Trace
  readonly draw: Draw
  readonly faults: FaultBox
  /** Per mille of the calls that take time, and how much at most. */
  readonly slowPerMille: number
  readonly slowMs: number
  readonly count: (what: string) => void
  /** Faults that are not the call's own. */
  readonly happens: (what: What, process: SimProcess) => void
}

export class Network {
  readonly #options: NetworkOptions
  readonly #outages = new Map<ServiceName, number>()
  readonly #restarts = new Map<ServiceName, number>()
  #isCalm = false
  /** Calls that will be done although their callers have been told that they failed. */
  landing = 0

  constructor(options: NetworkOptions) {
    this.#options = options
  }

  outage(service: ServiceName, ms: number): void {
    this.#outages.set(service, this.#options.clock.nowMs + ms)
  }

  /** Connections are gone, and with them what was on its way and has been given up. */
  restarted(service: ServiceName): void {
    this.#restarts.set(service, this.#starts(service) + 1)
  }

  /** From now on every call is answered at once. */
  calm(): void {
    this.#isCalm = true
    this.#outages.clear()
  }

  /** The call, if the process can make it, and what it comes to hear of it. */
  call<T>(process: SimProcess, name: CallName, effect: Effect<T>): Promise<T> {
    if (process.isDead) return never()
    const fault = this.#faultOf(process, name)
    if (process.isDead) return never()
    return this.#send(process, name, fault, effect)
  }

  #faultOf(process: SimProcess, name: CallName): CallFault | null {
    const { faults, happens, clock, trace, count } = this.#options
    let fault: CallFault | null = null
    for (const what of faults.pass(name)) {
      if (!isCallFault(what)) happens(what, process)
      else {
        fault = what
        count(what.kind)
        trace.note('fault', what.kind, name, process.name)
      }
    }
    const isDown = (this.#outages.get(serviceOf(name)) ?? 0) > clock.nowMs
    return isDown ? { kind: 'refused' } : fault
  }

  #send<T>(
    process: SimProcess,
    name: CallName,
    fault: CallFault | null,
    effect: Effect<T>,
  ): Promise<T> {
    const there = this.#delay()
    const back = this.#delay()
    switch (fault?.kind) {
      case 'refused':
        return this.#fails(process, name, back + 1)
      case 'lied':
        return this.#answers(process, there, back, () => Promise.resolve(undefined as T))
      case 'answer-lost':
        this.#later(name, there, effect)
        return this.#fails(process, name, GIVEN_UP_MS)
      case 'lands-late':
        this.#later(name, GIVEN_UP_MS + fault.ms, effect)
        return this.#fails(process, name, GIVEN_UP_MS)
      case 'hangs':
        return never()
      case 'slow':
        return this.#answers(process, there, back + fault.ms, () => effect(null))
      case 'jumped':
      case undefined:
        return this.#answers(process, there, back, () => effect(fault))
    }
  }

  #answers<T>(
    process: SimProcess,
    there: number,
    back: number,
    effect: () => Promise<T>,
  ): Promise<T> {
    if (there + back === 0 && !process.isFrozen) return effect()
    const { clock } = this.#options
    return new Promise((resolve, reject) => {
      const tell = (go: () => void): void => {
        clock.after(back, () => process.deliver(go))
      }
      clock.after(there, () => {
        effect().then(
          (answer) => tell(() => resolve(answer)),
          (error: unknown) => tell(() => reject(error)),
        )
      })
    })
  }

  #fails<T>(process: SimProcess, name: CallName, ms: number): Promise<T> {
    const { clock } = this.#options
    return new Promise((_, reject) => {
      clock.after(ms, () => process.deliver(() => reject(new ServiceError(`${name} failed`))))
    })
  }

  /** Done whoever is still there, but by a service that has been there all the time. */
  #later(name: CallName, ms: number, effect: Effect<unknown>): void {
    const service = serviceOf(name)
    const starts = this.#starts(service)
    this.landing++
    this.#options.clock.after(ms, () => {
      this.landing--
      if (this.#starts(service) === starts) effect(null).catch(() => undefined)
    })
  }

  #starts(service: ServiceName): number {
    return this.#restarts.get(service) ?? 0
  }

  #delay(): number {
    const { draw, slowPerMille, slowMs } = this.#options
    if (this.#isCalm || slowPerMille === 0) return 0
    return draw(0, 999) < slowPerMille ? draw(1, slowMs) : 0
  }
}

const CALL_FAULTS: ReadonlySet<What['kind']> = new Set([
  'refused',
  'answer-lost',
  'lands-late',
  'slow',
  'lied',
  'hangs',
  'jumped',
])
const isCallFault = (what: What): what is CallFault => CALL_FAULTS.has(what.kind)

/** One each: what waits for it must not be kept by it. */
const never = <T>(): Promise<T> => new Promise(() => undefined)
