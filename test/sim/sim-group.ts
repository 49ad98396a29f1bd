// The consumer group: who owns which partition, as the group has it, and when its members come to
// hear of that: at once, late, or only when they are no longer members at all. What a member that
// the group does not know as the owner notes is not taken.
import type { AssignmentHandler } from '../../src/ports/record-source.ts'
import type { SimClock } from './sim-clock.ts'
import type { SimProcess } from './sim-process.ts'
import type { Trace } from './trace.ts'

interface Member {
  readonly process: SimProcess
  readonly handler: AssignmentHandler
  owned: readonly number[]
}

export interface GroupOptions {
  readonly clock: SimClock
  readonly trace: Trace
  readonly partitions: () => number
  /** Told of what members note. */
  readonly noted: (partition: number, next: number) => void
}

export class SimGroup {
  readonly #options: GroupOptions
  #members: Member[] = []
  /** Those who have ever joined. */
  readonly #handlers = new Map<SimProcess, AssignmentHandler>()
  #generation = 0
  readonly noted = new Map<number, number>()

  constructor(options: GroupOptions) {
    this.#options = options
  }

  join(process: SimProcess, handler: AssignmentHandler): void {
    this.#handlers.set(process, handler)
    this.#members.push({ process, handler, owned: [] })
    this.rebalance()
  }

  /** A member that was taken for dead hears of it, and joins again. */
  comeBack(process: SimProcess): void {
    const handler = this.#handlers.get(process)
    if (handler === undefined || this.#memberOf(process) !== undefined) return
    process.deliver(() => {
      tell(process, () => handler.lost())
      this.join(process, handler)
    })
  }

  /** Also when the group takes a member for dead, which is not told so. */
  leave(process: SimProcess): void {
    const left = this.#members.filter((one) => one.process !== process)
    if (left.length === this.#members.length) return
    this.#members = left
    this.rebalance()
  }

  #memberOf(process: SimProcess): Member | undefined {
    return this.#members.find((one) => one.process === process)
  }

  /** Each partition moves on to another member; each hears of it so many ms later, by its slot. */
  rebalance(toldAfterMs: readonly number[] = []): void {
    const { clock, trace, partitions } = this.#options
    const generation = ++this.#generation
    const count = this.#members.length
    const all = Array.from({ length: partitions() }, (_, i) => i)
    for (const [i, member] of this.#members.entries()) {
      const owned = all.filter((one) => (one + generation) % count === i)
      member.owned = owned
      const ms = toldAfterMs[member.process.slot] ?? 0
      trace.note('assigned', member.process.name, owned.join())
      clock.after(ms, () => {
        if (generation === this.#generation) this.#tell(member, owned)
      })
    }
  }

  note(process: SimProcess, partition: number, next: number): boolean {
    if (this.#memberOf(process)?.owned.includes(partition) !== true) return false
    this.#options.noted(partition, next)
    this.noted.set(partition, next)
    return true
  }

  #tell({ process, handler }: Member, owned: readonly number[]): void {
    process.deliver(() => tell(process, () => handler.assigned(owned)))
  }
}

function tell(process: SimProcess, what: () => void): void {
  process.isTold = true
  what()
  process.isTold = false
}
