// What is written to a partition's state, in the order of `commit.lua`'s operations.
import type { ByteList, Commit, LedgerHour, PartitionMeta } from '../../ports/state-store.ts'
import { PERSON_BYTES } from '../../core/person-bytes.ts'
import { byBucket } from './by-bucket.ts'
import { BUCKETS } from './keys.ts'
import type { PartitionKeys } from './keys.ts'
import { encodeMeta, hourField, hoursOf, OWNER_FIELD, TORN, WHOLE } from './meta-fields.ts'
import { PackedWrite } from './packed-write.ts'

/** Room for the meta, for numbers and for texts. */
const SLACK_BYTES = 8_192

/**
 * Meta comes first: a full Redis refuses the whole commit, since it refuses the first write. It
 * says that the commit is torn, which the last operation takes back: Redis runs all of it or
 * nothing, but a log that is cut within it is applied in part at the next start but one. Drops
 * come before appends: a list that is dropped and appended to holds the appended alone.
 */
export function writeOfCommit(keys: PartitionKeys, commit: Commit): PackedWrite {
  const write = new PackedWrite(sizeOf(commit))
  const appended = commit.dueAppended.map(({ hour }) => hourField('due', hour))
  const ledger = commit.ledger.filter(({ fields }) => fields.ends.length > 0)
  const booked = ledger.map(({ hour }) => hourField('ledger', hour))
  const flags = [...appended, ...booked].flatMap((field) => [field, '1'])
  addTexts(write, 'set', keys.meta, [...encodeMeta(commit.meta), ...flags, ...TORN])
  addTexts(
    write,
    'unset',
    keys.meta,
    commit.dueDropped.map((hour) => hourField('due', hour)).filter((f) => !appended.includes(f)),
  )
  for (const hour of commit.dueDropped) write.begin('drop', keys.due(hour), 0)
  for (const { hour, persons } of commit.dueAppended) {
    write.begin('append', keys.due(hour), 1).bytes(persons)
  }
  addJourneys(write, keys, commit)
  const entries = commit.dictionary.flatMap(({ kind, id, value }) => [`${kind}:${id}`, value])
  addTexts(write, 'set', keys.dictionary, entries)
  for (const hour of ledger) addHour(write, keys, hour)
  return addTexts(write, 'set', keys.meta, WHOLE)
}

/** Everything there is, dropped, and the meta of a state that begins. */
export function writeOfRestart(
  keys: PartitionKeys,
  metaFields: readonly string[],
  meta: PartitionMeta,
): PackedWrite {
  const write = new PackedWrite(2 * SLACK_BYTES).begin('drop', keys.dictionary, 0)
  for (const bucket of keys.buckets) write.begin('drop', bucket, 0)
  for (const hour of hoursOf('due', metaFields)) write.begin('drop', keys.due(hour), 0)
  for (const hour of hoursOf('ledger', metaFields)) write.begin('drop', keys.ledger(hour), 0)
  const old = metaFields.filter((field) => field !== OWNER_FIELD)
  addTexts(write, 'unset', keys.meta, old)
  return addTexts(write, 'set', keys.meta, encodeMeta(meta))
}

/** The hours' rows, and what says that they are there. */
export function writeOfForgetting(keys: PartitionKeys, hours: readonly number[]): PackedWrite {
  const write = new PackedWrite()
  for (const hour of hours) write.begin('drop', keys.ledger(hour), 0)
  return addTexts(
    write,
    'unset',
    keys.meta,
    hours.map((hour) => hourField('ledger', hour)),
  )
}

/** The meta of a state that begins where there is none. */
export const writeOfCreation = (keys: PartitionKeys, meta: PartitionMeta): PackedWrite =>
  addTexts(new PackedWrite(), 'set', keys.meta, encodeMeta(meta))

/** An operation with those items, if there are any. */
function addTexts(
  write: PackedWrite,
  operation: 'set' | 'unset',
  key: string,
  items: readonly string[],
): PackedWrite {
  if (items.length > 0) write.begin(operation, key, items.length)
  for (const item of items) write.text(item)
  return write
}

/** Per bucket, journeys that are gone and then those that are not. */
function addJourneys(write: PackedWrite, keys: PartitionKeys, commit: Commit): void {
  const { persons, journeys } = commit
  const { order, starts } = byBucket(persons)
  for (let b = 0; b < BUCKETS; b += 1) {
    const [from, to] = [starts[b]!, starts[b + 1]!]
    let gone = 0
    for (let o = from; o < to; o += 1) if (isEmpty(journeys, order[o]!)) gone += 1
    if (gone > 0) write.begin('unset', keys.buckets[b]!, gone)
    for (let o = from; o < to; o += 1) {
      if (isEmpty(journeys, order[o]!)) addPerson(write, persons, order[o]!)
    }
    const held = to - from - gone
    if (held > 0) write.begin('set', keys.buckets[b]!, held * 2)
    for (let o = from; o < to; o += 1) {
      const i = order[o]!
      if (isEmpty(journeys, i)) continue
      addPerson(write, persons, i)
      write.bytes(journeys.bytes, startOf(journeys, i), journeys.ends[i])
    }
  }
}

function addHour(write: PackedWrite, keys: PartitionKeys, hour: LedgerHour): void {
  const { fields, values } = hour
  const rows = fields.ends.length
  write.begin('set', keys.ledger(hour.hour), rows * 2)
  for (let i = 0; i < rows; i += 1) {
    write.bytes(fields.bytes, startOf(fields, i), fields.ends[i])
    write.bytes(values.bytes, startOf(values, i), values.ends[i])
  }
}

const startOf = ({ ends }: ByteList, i: number): number => (i === 0 ? 0 : ends[i - 1]!)
const isEmpty = (list: ByteList, i: number): boolean => startOf(list, i) === list.ends[i]

function addPerson(write: PackedWrite, persons: Uint8Array, i: number): void {
  write.bytes(persons, i * PERSON_BYTES, (i + 1) * PERSON_BYTES)
}

/** Bytes and lengths of everything long. */
function sizeOf({ persons, journeys, dueAppended, ledger }: Commit): number {
  let size = SLACK_BYTES + persons.length + journeys.bytes.length + journeys.ends.length * 8
  for (const due of dueAppended) size += due.persons.length
  for (const { fields, values } of ledger) {
    size += fields.bytes.length + values.bytes.length + fields.ends.length * 8
  }
  return size
}
