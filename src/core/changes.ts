// What a span of records changed in a partition, as the bytes that a store keeps, and the way back.
// Journeys and ledger values are little-endian words as they lie in memory (all of Node's platforms
// are); persons are the bytes of their hash.
import { ByteListBuilder, itemAt } from './byte-list.ts'
import type { Bytes } from './byte-list.ts'
import type { DictionaryAddition } from './dictionary.ts'
import type { BookedHour, BookedTable, Ledger } from './ledger.ts'
import type { Partition } from './partition.ts'
import { PERSON_BYTES, personsToBytes, personsToWords, writePerson } from './person-bytes.ts'

export interface HourChanges {
  readonly hour: number
  readonly fields: Bytes
  readonly values: Bytes
}

export interface Changes {
  readonly persons: Uint8Array
  /** One per person; empty: the journey is gone. */
  readonly journeys: Bytes
  readonly dictionary: readonly DictionaryAddition[]
  /** To be applied after `dueDropped`. */
  readonly dueAppended: readonly { readonly hour: number; readonly persons: Uint8Array }[]
  readonly dueDropped: readonly number[]
  readonly ledger: readonly HourChanges[]
}

/** Everything that changed since the last call. */
export function takeChanges(partition: Partition): Changes {
  const { persons, journeys } = takeJourneys(partition)
  return {
    persons,
    journeys,
    dictionary: partition.dictionary.takeAdded(),
    dueDropped: partition.due.takeDropped(),
    dueAppended: partition.due.takeAppended().map((due) => ({
      hour: due.hour,
      persons: personsToBytes(due.persons, 0, due.persons.length / 4),
    })),
    ledger: takeLedger(partition.ledger),
  }
}

function takeJourneys({ journeys }: Partition): Pick<Changes, 'persons' | 'journeys'> {
  const { changedBytes } = journeys
  const changed = journeys.takeChanged()
  const persons = new Uint8Array(changed.length * PERSON_BYTES)
  const list = new ByteListBuilder(changed.length, changedBytes * 2)
  for (let i = 0; i < changed.length; i++) {
    const entry = changed[i]!
    writePerson(persons, i * PERSON_BYTES, journeys.persons, journeys.person(entry))
    const length = journeys.length(entry)
    const at = list.next(length * 4) / 4
    if (length === 0) continue
    const page = journeys.page(entry)
    const base = journeys.base(entry)
    const { words } = list
    for (let w = 0; w < length; w++) words[at + w] = page[base + w]!
  }
  journeys.compact()
  return { persons, journeys: list.build() }
}

function takeLedger(ledger: Ledger): HourChanges[] {
  const changes: HourChanges[] = []
  for (const booked of ledger.takeTouched()) {
    const fields = new ByteListBuilder()
    const values = new ByteListBuilder()
    for (let t = 0; t < booked.tables.length; t++) {
      const table = booked.tables[t]!
      for (const row of table.takeChanged()) addRow(fields, values, table, t, row)
    }
    changes.push({ hour: booked.hour, fields: fields.build(), values: values.build() })
  }
  return changes.sort((a, b) => a.hour - b.hour)
}

/** Field: table number, key words. Value: slots, then the offset. */
function addRow(
  fields: ByteListBuilder,
  values: ByteListBuilder,
  { rows, offsets }: BookedTable,
  number: number,
  row: number,
): void {
  const field = fields.next(1 + rows.keyLength(row) * 4)
  fields.bytes[field] = number
  rows.writeKey(row, fields.bytes, field + 1)
  const { stride } = rows.layout
  const value = values.next((stride + 1) * 8) / 8
  const { doubles } = values
  const { slots } = rows
  const from = row * stride
  for (let slot = 0; slot < stride; slot++) doubles[value + slot] = slots[from + slot]!
  doubles[value + stride] = offsets[row]!
}

/** Puts stored ledger rows back; they count as not yet landed. */
export function restoreLedger(ledger: Ledger, hours: readonly HourChanges[]): void {
  for (const { hour, fields, values } of hours) {
    const booked = ledger.hour(hour)
    for (let i = 0; i < fields.ends.length; i++) {
      restoreRow(booked, itemAt(fields, i), itemAt(values, i))
    }
  }
}

function restoreRow(booked: BookedHour, field: Uint8Array, value: Uint8Array): void {
  const table = booked.tables[field[0]!]!
  const key = new Int32Array(field.slice(1).buffer)
  const numbers = new Float64Array(value.slice().buffer)
  const row = table.rows.row(key, key.length)
  const { stride } = table.rows.layout
  table.rows.slots.set(numbers.subarray(0, stride), row * stride)
  table.restore(row, numbers[stride]!)
}

/** Puts a stored journey, or the knowledge that there is none, in memory. */
export function restoreJourney(
  partition: Partition,
  persons: Int32Array,
  at: number,
  bytes: Uint8Array,
): void {
  const { journeys } = partition
  const entry = journeys.add(persons[at]!, persons[at + 1]!, persons[at + 2]!, persons[at + 3]!)
  if (bytes.length === 0) return
  const words = new Int32Array(bytes.slice().buffer)
  journeys.write(entry, words, words.length)
}

/** Opens the stored list of persons due in an hour; their journeys must be in memory. */
export function restoreDue(partition: Partition, hour: number, persons: Uint8Array): void {
  partition.due.open(hour, personsToWords(persons), partition.dueOf)
}
