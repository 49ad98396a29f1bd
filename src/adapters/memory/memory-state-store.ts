// The twin of the Redis state store: the same bytes behind the same fence, in this process.
import { ByteListBuilder, itemAt } from '../../core/byte-list.ts'
import { JourneyTable } from '../../core/journey-table.ts'
import { personsToBytes, personsToWords } from '../../core/person-bytes.ts'
import type {
  ByteList,
  Commit,
  CommitResult,
  DictionaryEntry,
  DueList,
  LedgerHour,
  PartitionMeta,
  StateStore,
} from '../../ports/state-store.ts'

export class MemoryStateStore implements StateStore {
  #token: string | null = null
  #meta: PartitionMeta | null = null
  readonly #dictionary = new Map<string, DictionaryEntry>()
  readonly #due = new Map<number, Uint8Array[]>()
  readonly #ledger = new Map<number, Map<string, Uint8Array>>()
  #journeys = new JourneyTable()

  acquire(token: string): Promise<PartitionMeta | null> {
    this.#token = token
    return Promise.resolve(this.#meta)
  }

  /** What a start of the server does: nobody is the owner any more. */
  startAnew(): Promise<void> {
    this.#token = null
    return Promise.resolve()
  }

  create(token: string, meta: PartitionMeta): Promise<CommitResult> {
    if (token !== this.#token || this.#meta !== null) return Promise.resolve('fenced')
    this.#meta = meta
    return Promise.resolve('committed')
  }

  countJourneys(): Promise<number> {
    const table = this.#journeys
    let held = 0
    for (let entry = 0; entry < table.size; entry++) if (table.length(entry) > 0) held++
    return Promise.resolve(held)
  }

  evictionPolicy(): Promise<null> {
    return Promise.resolve(null)
  }

  restart(token: string, meta: PartitionMeta): Promise<CommitResult> {
    if (token !== this.#token) return Promise.resolve('fenced')
    this.#dictionary.clear()
    this.#due.clear()
    this.#ledger.clear()
    this.#journeys = new JourneyTable()
    this.#meta = meta
    return Promise.resolve('committed')
  }

  owner(): Promise<{ readonly token: string | null; readonly meta: PartitionMeta | null }> {
    return Promise.resolve({ token: this.#token, meta: this.#meta })
  }

  /** As `owner`, for those who cannot wait. */
  get held(): { readonly token: string | null; readonly meta: PartitionMeta | null } {
    return { token: this.#token, meta: this.#meta }
  }

  loadDictionary(): Promise<DictionaryEntry[]> {
    return Promise.resolve([...this.#dictionary.values()])
  }

  loadLedger(): Promise<LedgerHour[]> {
    const hours = [...this.#ledger].sort(([a], [b]) => a - b)
    return Promise.resolve(
      hours.map(([hour, rows]) => {
        const fields = new ByteListBuilder()
        const values = new ByteListBuilder()
        for (const [field, value] of rows) {
          fields.add(Buffer.from(field, 'latin1'))
          values.add(value)
        }
        return { hour, fields: fields.build(), values: values.build() }
      }),
    )
  }

  loadDue(hourFrom: number, hourTo: number): Promise<DueList[]> {
    const hours = [...this.#due.keys()].filter((hour) => hour >= hourFrom && hour <= hourTo)
    const lists = hours.sort((a, b) => a - b)
    return Promise.resolve(
      lists.map((hour) => ({ hour, persons: Buffer.concat(this.#due.get(hour)!) })),
    )
  }

  loadJourneys(persons: Uint8Array): Promise<ByteList> {
    const words = personsToWords(persons)
    const list = new ByteListBuilder()
    for (let at = 0; at < words.length; at += 4) list.add(this.#journey(words, at))
    return Promise.resolve(list.build())
  }

  commit(commit: Commit): Promise<CommitResult> {
    const meta = this.#meta
    const isOwner = commit.token === this.#token && meta !== null
    if (!isOwner || meta.next !== commit.from || meta.generation !== commit.meta.generation) {
      return Promise.resolve('fenced')
    }
    this.#writeJourneys(commit)
    this.#journeys.compact()
    for (const entry of commit.dictionary) {
      this.#dictionary.set(`${entry.kind}:${entry.id}`, entry)
    }
    for (const hour of commit.dueDropped) this.#due.delete(hour)
    for (const { hour, persons } of commit.dueAppended) {
      const list = this.#due.get(hour)
      if (list === undefined) this.#due.set(hour, [persons.slice()])
      else list.push(persons.slice())
    }
    for (const hour of commit.ledger) this.#writeLedger(hour)
    this.#meta = commit.meta
    return Promise.resolve('committed')
  }

  forgetHours(token: string, hours: readonly number[]): Promise<CommitResult> {
    if (token !== this.#token) return Promise.resolve('fenced')
    for (const hour of hours) this.#ledger.delete(hour)
    return Promise.resolve('committed')
  }

  /** Every person that has a journey, with its bytes; in no promised order. */
  *journeys(): Generator<{ readonly person: Uint8Array; readonly bytes: Uint8Array }> {
    const table = this.#journeys
    for (let entry = 0; entry < table.size; entry++) {
      if (table.length(entry) === 0) continue
      const person = personsToBytes(table.persons, table.person(entry), 1)
      yield { person, bytes: this.#bytesOf(entry) }
    }
  }

  #journey(words: Int32Array, at: number): Uint8Array {
    const entry = this.#journeys.find(words[at]!, words[at + 1]!, words[at + 2]!, words[at + 3]!)
    if (entry < 0 || this.#journeys.length(entry) === 0) return new Uint8Array()
    return this.#bytesOf(entry)
  }

  /** The first word of an entry is the length in bytes of what follows. */
  #bytesOf(entry: number): Uint8Array {
    const page = this.#journeys.page(entry)
    const base = this.#journeys.base(entry)
    return new Uint8Array(page.buffer, (base + 1) * 4, page[base])
  }

  #writeJourneys(commit: Commit): void {
    const words = personsToWords(commit.persons)
    const table = this.#journeys
    for (let i = 0; i < commit.journeys.ends.length; i++) {
      const person: [number, number, number, number] = [
        words[i * 4]!,
        words[i * 4 + 1]!,
        words[i * 4 + 2]!,
        words[i * 4 + 3]!,
      ]
      const bytes = itemAt(commit.journeys, i)
      const found = table.find(...person)
      const entry = found < 0 ? table.add(...person) : found
      table.resize(entry, bytes.length === 0 ? 0 : 1 + Math.ceil(bytes.length / 4))
      if (bytes.length === 0) continue
      const page = table.page(entry)
      const base = table.base(entry)
      page[base] = bytes.length
      new Uint8Array(page.buffer, (base + 1) * 4, bytes.length).set(bytes)
    }
  }

  #writeLedger({ hour, fields, values }: LedgerHour): void {
    if (fields.ends.length === 0) return
    let rows = this.#ledger.get(hour)
    if (rows === undefined) this.#ledger.set(hour, (rows = new Map()))
    for (let i = 0; i < fields.ends.length; i++) {
      const field = itemAt(fields, i)
      const key = Buffer.from(field.buffer, field.byteOffset, field.length).toString('latin1')
      rows.set(key, itemAt(values, i).slice())
    }
  }
}
