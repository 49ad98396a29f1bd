// Groups of conversion events: copies of one transaction, told by several sources, belong together.
import { flagsAt, extensionAt, hasTransaction } from './event-extension.ts'
import { GOAL_SHIFT, KIND_CONVERSION, MADE_BIT, NAMED_BIT, USED_BIT } from './journey-layout.ts'
import { kindOf } from './journey.ts'
import type { Journey } from './journey.ts'

/** As many transactions are looked through one by one. */
const SEARCHED_MAX = 16

/** Conversion events of one goal with one transaction id within the window. */
export interface Group {
  readonly goal: number
  readonly transactionHi: number
  readonly transactionLo: number
  readonly firstMs: number
  /** Positions of its events, in journey order. */
  readonly members: number[]
  /** Position of the event that makes the conversion, -1: none does. */
  maker: number
}

/**
 * In journey order, the earliest event not yet in a group opens one that takes all up to its time +
 * window.
 */
export function formGroups(journey: Journey, windowMs: number): Group[] {
  const groups: Group[] = []
  const index = new TransactionIndex()
  for (let at = 0; at < journey.count; at++) {
    if (kindOf(journey.kindAction[at]!) !== KIND_CONVERSION) continue
    const flags = flagsAt(journey, at)
    if ((flags & USED_BIT) !== 0 && (flags & MADE_BIT) === 0) continue
    const group = openGroup(journey, at)
    const isAlone = (flags & USED_BIT) !== 0 || !hasTransaction(journey, at)
    const known = isAlone ? undefined : index.latest(group)
    if (known !== undefined && journey.timeMs[at]! <= known.firstMs + windowMs) {
      known.members.push(at)
      if (known.maker < 0) known.maker = group.maker
    } else {
      groups.push(group)
      if (!isAlone) index.note(group)
    }
  }
  return groups
}

/** Finds the latest group of a transaction: by looking while there are few, then by a map. */
class TransactionIndex {
  readonly #noted: Group[] = []
  readonly #byKey = new Map<string, Group>()

  latest(of: Group): Group | undefined {
    if (this.#byKey.size > 0) return this.#byKey.get(keyOf(of))
    return this.#noted.findLast(
      (group) =>
        group.transactionLo === of.transactionLo &&
        group.transactionHi === of.transactionHi &&
        group.goal === of.goal,
    )
  }

  note(group: Group): void {
    this.#noted.push(group)
    if (this.#noted.length > SEARCHED_MAX) this.#byKey.set(keyOf(group), group)
    else if (this.#noted.length === SEARCHED_MAX) {
      for (const noted of this.#noted) this.#byKey.set(keyOf(noted), noted)
    }
  }
}

const keyOf = ({ goal, transactionHi, transactionLo }: Group): string =>
  `${goal},${transactionHi},${transactionLo}`

function openGroup(journey: Journey, at: number): Group {
  const from = extensionAt(journey, at)
  const flags = journey.extensions[from + 3]!
  return {
    goal: flags >>> GOAL_SHIFT,
    transactionHi: journey.extensions[from]!,
    transactionLo: journey.extensions[from + 1]!,
    firstMs: journey.timeMs[at]!,
    members: [at],
    maker: (flags & (NAMED_BIT | USED_BIT)) !== 0 ? at : -1,
  }
}
