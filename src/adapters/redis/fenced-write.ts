// A fenced write as the keys and arguments of `commit.lua`, whose header is the contract.
import { itemAt } from '../../core/byte-list.ts'
import type { Commit, PartitionMeta } from '../../ports/state-store.ts'
import type { PartitionKeys } from './keys.ts'
import { encodeMeta, hourField, hoursOf, OWNER_FIELD } from './meta-fields.ts'

type Operation = 'set' | 'unset' | 'append' | 'drop'
type Item = string | Buffer

/** Gathers operations; those of one kind on one key become one, at the place of the first. */
export class FencedWrite {
  readonly #entries = new Map<string, { key: string; operation: Operation; items: Item[] }>()

  add(operation: Operation, key: string, ...items: readonly Item[]): this {
    const id = `${operation} ${key}`
    const known = this.#entries.get(id)
    if (known) known.items.push(...items)
    else this.#entries.set(id, { key, operation, items: [...items] })
    return this
  }

  get keys(): string[] {
    return [...this.#entries.values()].map(({ key }) => key)
  }

  get arguments(): Item[] {
    const all: Item[] = []
    for (const { operation, items } of this.#entries.values()) {
      all.push(operation, String(items.length))
      for (const one of items) all.push(one)
    }
    return all
  }
}

/** The same bytes as the client library takes them. */
const toBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)

/** Drops come before appends: a list that is dropped and appended to holds the appended alone. */
export function writeOfCommit(keys: PartitionKeys, commit: Commit): FencedWrite {
  const write = new FencedWrite()
  for (const hour of commit.dueDropped) {
    write.add('drop', keys.due(hour)).add('unset', keys.meta, hourField('due', hour))
  }
  for (const { hour, persons: due } of commit.dueAppended) {
    write.add('append', keys.due(hour), toBuffer(due))
    write.add('set', keys.meta, hourField('due', hour), '1')
  }
  write.add('set', keys.meta, ...encodeMeta(commit.meta))
  const { persons, journeys } = commit
  for (let i = 0; i < journeys.ends.length; i += 1) {
    const person = toBuffer(persons.subarray(i * 16, i * 16 + 16))
    const bucket = keys.journeys(persons, i * 16)
    const journey = toBuffer(itemAt(journeys, i))
    if (journey.length > 0) write.add('set', bucket, person, journey)
    else write.add('unset', bucket, person)
  }
  for (const { kind, id, value } of commit.dictionary) {
    write.add('set', keys.dictionary, `${kind}:${id}`, value)
  }
  for (const { hour, fields, values } of commit.ledger) {
    write.add('set', keys.meta, hourField('ledger', hour), '1')
    for (let i = 0; i < fields.ends.length; i += 1) {
      const [field, value] = [itemAt(fields, i), itemAt(values, i)]
      write.add('set', keys.ledger(hour), toBuffer(field), toBuffer(value))
    }
  }
  return write
}

/** Everything there is, dropped, and the meta of a state that begins. */
export function writeOfRestart(
  keys: PartitionKeys,
  metaFields: readonly string[],
  meta: PartitionMeta,
): FencedWrite {
  const write = new FencedWrite().add('drop', keys.dictionary)
  for (const bucket of keys.buckets) write.add('drop', bucket)
  for (const hour of hoursOf('due', metaFields)) write.add('drop', keys.due(hour))
  for (const hour of hoursOf('ledger', metaFields)) write.add('drop', keys.ledger(hour))
  const old = metaFields.filter((field) => field !== OWNER_FIELD)
  if (old.length > 0) write.add('unset', keys.meta, ...old)
  return write.add('set', keys.meta, ...encodeMeta(meta))
}

/** The hours' rows, and what says that they are there. */
export function writeOfForgetting(keys: PartitionKeys, hours: readonly number[]): FencedWrite {
  const write = new FencedWrite()
  for (const hour of hours) {
    write.add('drop', keys.ledger(hour)).add('unset', keys.meta, hourField('ledger', hour))
  }
  return write
}
