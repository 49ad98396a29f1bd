// Redis: the states of all partitions behind one log of writes, as its append-only file is one for
// all keys. It can fall back to any prefix of that log; what stands there then is what those writes
// make. The store itself, with its fence, is the production twin.
import { MemoryStateStore } from '../../src/adapters/memory/memory-state-store.ts'
import type {
  Commit,
  CommitResult,
  PartitionMeta,
  StateStore,
} from '../../src/ports/state-store.ts'
import type { Network } from './network.ts'
import type { CallName } from './plan.ts'
import type { SimProcess } from './sim-process.ts'

type Apply<T> = (store: MemoryStateStore) => Promise<T>

interface Write {
  readonly partition: number
  readonly apply: Apply<unknown>
}

/** Owner and meta of a state at a moment. */
export type Owned = MemoryStateStore['held']

/** What is told of writes, at the moment they are done. */
export interface RedisWitness {
  /** It has come back with less than it had. */
  restarted(): void
  begun(partition: number, meta: PartitionMeta, process: SimProcess | null): void
  committed(partition: number, commit: Commit, before: Owned, process: SimProcess | null): void
}

/** A part of a state that has vanished. */
export type Torn = 'journey' | 'dictionary' | 'hour'

export class SimRedis {
  #writes: Write[] = []
  #stores = new Map<number, MemoryStateStore>()
  readonly #torn = new Map<number, Torn>()
  /** Partitions of whose state a part has vanished at some time. */
  readonly wasTorn = new Set<number>()
  /** So many writes are on the disk for good. */
  #kept = 0
  policy: string | null = null
  readonly #witness: RedisWitness

  constructor(witness: RedisWitness) {
    this.#witness = witness
  }

  get length(): number {
    return this.#writes.length
  }

  store(partition: number): MemoryStateStore {
    let store = this.#stores.get(partition)
    if (store === undefined) this.#stores.set(partition, (store = new MemoryStateStore()))
    return store
  }

  /** What is true of a partition, asked beside all faults. */
  meta(partition: number): PartitionMeta | null {
    return this.store(partition).held.meta
  }

  /** Restarts with all but the last `writes` writes. */
  rewind(writes: number): void {
    this.#writes = this.#writes.slice(0, Math.max(this.#kept, this.#writes.length - writes))
    this.#stores = new Map()
    this.#torn.clear()
    for (const { partition, apply } of this.#writes) void apply(this.store(partition))
    for (const partition of this.#stores.keys()) {
      void this.#write(partition, (one) => one.startAnew())
    }
    this.#witness.restarted()
  }

  /** Restarts with nothing. */
  wipe(): void {
    this.#writes = []
    this.#kept = 0
    this.#stores = new Map()
    this.#torn.clear()
    this.#witness.restarted()
  }

  /** What has been written so far is never lost by a rewind. */
  keepAll(): void {
    this.#kept = this.#writes.length
  }

  tear(partition: number, what: Torn): void {
    this.#torn.set(partition, what)
    this.wasTorn.add(partition)
  }

  isTorn(partition: number): boolean {
    return this.#torn.has(partition)
  }

  /** The state as a process reaches it, or as it is (null: nothing goes wrong). */
  port(partition: number, network: Network | null, process: SimProcess | null): StateStore {
    const call = <T>(name: CallName, effect: () => Promise<T>): Promise<T> =>
      network === null ? effect() : network.call(process!, name, effect)
    const store = (): MemoryStateStore => this.store(partition)
    const load = <T>(effect: () => Promise<T>): Promise<T> =>
      call('redis.load', () => {
        const token = process?.reads.get(partition) ?? null
        if (token !== null && token !== store().held.token) process!.reads.set(partition, '')
        return effect()
      })
    return {
      acquire: (token) =>
        call('redis.acquire', () => {
          process?.reads.set(partition, token)
          process?.toldLineages.delete(partition)
          // What was sent under an earlier token has landed or never will.
          process?.committing.delete(partition)
          return this.#write(partition, (one) => one.acquire(token))
        }),
      create: (token, meta) => {
        const apply: Apply<CommitResult> = (one) => one.create(token, meta)
        return call('redis.create', () => this.#begin(partition, meta, process, apply))
      },
      restart: (token, meta) => {
        const apply: Apply<CommitResult> = (one) => one.restart(token, meta)
        return call('redis.create', () => this.#begin(partition, meta, process, apply))
      },
      commit: (commit) => {
        process?.committing.add(partition)
        return call('redis.commit', () => this.#commit(partition, commit, process)).finally(() =>
          process?.committing.delete(partition),
        )
      },
      forgetHours: (token, hours) => {
        const apply: Apply<CommitResult> = (one) => one.forgetHours(token, hours)
        return call('redis.forget', () => this.#write(partition, apply))
      },
      owner: () =>
        call('redis.owner', () => {
          const { token } = store().held
          if (process?.reads.get(partition) === token) process.reads.delete(partition)
          return store().owner()
        }),
      evictionPolicy: () => load(() => Promise.resolve(this.policy)),
      countJourneys: () => load(() => this.#countJourneys(partition)),
      loadDictionary: () => load(() => this.#loadDictionary(partition)),
      loadLedger: () => load(() => this.#loadLedger(partition)),
      // Which lists there are, and then the lists: two questions, as of the real store.
      loadDue: async (from, to) => {
        const named = await load(() => store().loadDue(from, to))
        if (named.length === 0) return []
        const lists = await load(() => store().loadDue(from, to))
        const held = new Map(lists.map((list) => [list.hour, list]))
        return named.map(({ hour }) => held.get(hour) ?? { hour, persons: new Uint8Array() })
      },
      loadJourneys: (persons) => load(() => store().loadJourneys(persons)),
    }
  }

  #write<T>(partition: number, apply: Apply<T>): Promise<T> {
    this.#writes.push({ partition, apply })
    return apply(this.store(partition))
  }

  #begin(
    partition: number,
    meta: PartitionMeta,
    process: SimProcess | null,
    apply: Apply<CommitResult>,
  ): Promise<CommitResult> {
    const before = this.meta(partition)
    const result = this.#write(partition, apply)
    if (before !== meta && this.meta(partition) === meta) {
      this.#torn.delete(partition)
      this.#witness.begun(partition, meta, process)
    }
    return result
  }

  #commit(partition: number, commit: Commit, process: SimProcess | null): Promise<CommitResult> {
    const before = this.store(partition).held
    const result = this.#write(partition, (one) => one.commit(commit))
    const isDone = before.meta !== commit.meta && this.meta(partition) === commit.meta
    if (isDone) this.#witness.committed(partition, commit, before, process)
    return result
  }

  async #countJourneys(partition: number): Promise<number> {
    const held = await this.store(partition).countJourneys()
    return this.#torn.get(partition) === 'journey' ? held - 1 : held
  }

  async #loadDictionary(partition: number) {
    const entries = await this.store(partition).loadDictionary()
    return this.#torn.get(partition) === 'dictionary' ? entries.slice(0, -1) : entries
  }

  async #loadLedger(partition: number) {
    const hours = await this.store(partition).loadLedger()
    if (this.#torn.get(partition) !== 'hour') return hours
    const gone = { bytes: new Uint8Array(), ends: new Int32Array() }
    return hours.map((one, i) => (i > 0 ? one : { ...one, fields: gone, values: gone }))
  }
}
