// A store that can fall back to an older prefix of what was written to it, as Redis does when it
// comes back with an older part of its append-only file. Reads see nothing of what was lost.
import { MemoryStateStore } from '../../src/adapters/memory/memory-state-store.ts'
import type { StateStore } from '../../src/ports/state-store.ts'

type Write = (store: MemoryStateStore) => Promise<unknown>

export class RewindableStore implements StateStore {
  #writes: Write[] = []
  #current = new MemoryStateStore()

  /** Writes that a rewind can fall back to. */
  get writes(): number {
    return this.#writes.length
  }

  /** Starts anew with the first `writes` writes. */
  async rewind(writes: number): Promise<void> {
    this.#writes = this.#writes.slice(0, writes)
    this.#current = new MemoryStateStore()
    for (const write of this.#writes) await write(this.#current)
    await this.#write((store) => store.startAnew())
  }

  #write<T>(write: (store: MemoryStateStore) => Promise<T>): Promise<T> {
    this.#writes.push(write)
    return write(this.#current)
  }

  acquire: StateStore['acquire'] = (token) => this.#write((store) => store.acquire(token))
  create: StateStore['create'] = (token, meta) => this.#write((store) => store.create(token, meta))
  commit: StateStore['commit'] = (commit) => this.#write((store) => store.commit(commit))
  forgetHours: StateStore['forgetHours'] = (token, hours) =>
    this.#write((store) => store.forgetHours(token, hours))

  restart: StateStore['restart'] = (token, meta) =>
    this.#write((store) => store.restart(token, meta))

  journeys = () => this.#current.journeys()
  countJourneys: StateStore['countJourneys'] = () => this.#current.countJourneys()
  evictionPolicy: StateStore['evictionPolicy'] = () => this.#current.evictionPolicy()
  owner: StateStore['owner'] = () => this.#current.owner()
  loadDictionary: StateStore['loadDictionary'] = () => this.#current.loadDictionary()
  loadLedger: StateStore['loadLedger'] = () => this.#current.loadLedger()
  loadDue: StateStore['loadDue'] = (from, to) => this.#current.loadDue(from, to)
  loadJourneys: StateStore['loadJourneys'] = (persons) => this.#current.loadJourneys(persons)
}
