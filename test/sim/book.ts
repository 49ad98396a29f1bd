// What the simulation itself knows of every lineage: when and on which log it began, how far it was
// committed, and how it ended. Nothing of it is read from what the runtime believes; and what is
// written to the states is judged here at the moment it is done.
import type { Settings } from '../../src/core/settings.ts'
import type { Commit, PartitionMeta } from '../../src/ports/state-store.ts'
import type { PartitionCount } from '../../src/schema/partition-counts.ts'
import type { Owned } from './sim-redis.ts'

/** One commit, with its place in the order of writes. */
export interface Committed {
  readonly from: number
  readonly to: number
  readonly order: number
}

export interface Lineage {
  readonly partition: number
  /** As it began. */
  readonly meta: PartitionMeta
  epoch: number
  readonly settings: Settings
  counts: readonly PartitionCount[]
  readonly commits: Committed[]
  /** null: it goes on; else the offset it was closed at, or -1: its state was lost. */
  end: number | null
  /** Another has taken its place in the sums. */
  isReplaced: boolean
  /** It was to take others' places, and was given up before it was complete: never summed. */
  isUnfinished: boolean
  /** It was lost before anybody knew of it. */
  isVoid: boolean
  /** The highest offset that was ever committed. */
  reached: number
}

export type NewLineage = Pick<Lineage, 'partition' | 'meta' | 'epoch' | 'settings' | 'counts'>

export class Book {
  readonly lineages: Lineage[] = []
  readonly #fail: (failure: string) => void

  constructor(fail: (failure: string) => void) {
    this.#fail = fail
  }

  current(partition: number): Lineage | undefined {
    return this.lineages.findLast((one) => one.partition === partition && one.end === null)
  }

  find(partition: number, lineage: string): Lineage | undefined {
    return this.of(partition).find((one) => one.meta.lineage === lineage)
  }

  of(partition: number): readonly Lineage[] {
    return this.lineages.filter((one) => one.partition === partition)
  }

  /** `isTraceless`: of a lineage there was before, nothing is left anywhere. */
  begin(lineage: NewLineage, isTraceless: (before: Lineage) => boolean): void {
    const { partition, meta, epoch, settings, counts } = lineage
    for (const one of this.of(partition)) if (isTraceless(one)) one.isVoid = true
    const same = this.of(partition).find((one) => one.meta.lineage === meta.lineage)
    if (same !== undefined) this.lineages.splice(this.lineages.indexOf(same), 1)
    const older = this.of(partition).filter((one) => !one.isVoid)
    if (older.some((one) => one.meta.generation >= meta.generation)) {
      this.#fail(`a lineage of partition ${partition} begins with generation ${meta.generation}`)
    }
    const isSame =
      same?.epoch === epoch &&
      same.settings === settings &&
      JSON.stringify(same.counts) === JSON.stringify(counts)
    const { commits, reached } = isSame ? same : { commits: [], reached: meta.next }
    this.lineages.push({
      partition,
      meta,
      epoch,
      settings,
      counts,
      commits,
      end: null,
      isReplaced: false,
      isUnfinished: false,
      isVoid: false,
      reached,
    })
  }

  /** An operator gives the state up: it was whole and stood at `next`, or is lost (-1). */
  close(partition: number, next: number): void {
    const lineage = this.current(partition)
    if (lineage === undefined) return
    // A state that had gone back before cannot say what else has landed.
    lineage.end = lineage.reached > next ? -1 : next
  }

  /** The state is back as it was before the last lineage began, which will never be complete. */
  reopen(partition: number, lineage: string, isRetired: (one: Lineage) => boolean): void {
    const [given, back] = [this.current(partition), this.find(partition, lineage)]
    if (given !== undefined) Object.assign(given, { end: -1, isUnfinished: true })
    if (back !== undefined) back.end = null
    for (const one of this.of(partition)) {
      if (one !== given && !isRetired(one)) one.isReplaced = false
    }
  }

  /** Nothing was applied yet of the log as it was: the lineage is of the one there is now. */
  moveOn(partition: number, epoch: number): void {
    const lineage = this.current(partition)
    if (lineage !== undefined) lineage.epoch = epoch
  }

  /** The fence once more, by other means: what it let through must follow on what stood there. */
  commit(partition: number, commit: Commit, before: Owned, order: number): void {
    const { token, from, meta } = commit
    const span = `partition ${partition}: a commit of ${from} to ${meta.next}`
    if (before.token !== token) this.#fail(`${span} was let through for one who is not the owner`)
    if (before.meta?.next !== from) {
      this.#fail(`${span} was let through where next was ${before.meta?.next ?? 'absent'}`)
    }
    const lineage = this.find(partition, meta.lineage)
    if (lineage === undefined) return this.#fail(`${span} is of a lineage that never began`)
    lineage.commits.push({ from, to: meta.next, order })
    lineage.reached = Math.max(lineage.reached, meta.next)
  }
}
