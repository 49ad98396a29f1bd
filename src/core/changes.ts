// What a span of records changed in a partition, as the bytes that a store keeps, and the way back.
// Journeys and ledger values are little-endian words as they lie in memory (all of Node's platforms
// are); persons are the bytes of their hash.
import { ByteListBuilder, itemAt } from './byte-list.ts'
import type { Bytes } from './byte-list.ts'
import type { DictionaryAddition } from './dictionary.ts'
import type { BookedHour, BookedTable, Ledger } from './ledger.ts'
import type { Partition } from './partition.ts'
import { PERSON_BYTES, personsToBytes, personsToWords } from './person-bytes.ts'

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
  return {
    ...takeJourneys(partition),
    dictionary: partition.dictionary.takeAdded(),
    dueDropped: partition.due.takeDropped(),
    dueAppended: partition.due.takeAppended().map(({ hour, persons }) => ({
      hour,
      persons: personsToBytes(persons, 0, persons.length / 4),
    })),
    ledger: takeLedger(partition.ledger),
  }
}

function takeJourneys({ journeys }: Partition): Pick<Changes, 'persons' | 'journeys'> {
  const changed = journeys.takeChanged()
  const persons = new Uint8Array(changed.length * PERSON_BYTES)
  const list = new ByteListBuilder()
  changed.forEach((entry, i) => {
    persons.set(personsToBytes(journeys.persons, journeys.person(entry), 1), i * PERSON_BYTES)
    const length = journeys.length(entry)
    const { bytes, at } = list.next(length * 4)
    if (length === 0) return
    const page = journeys.page(entry)
    bytes.set(new Uint8Array(page.buffer, journeys.base(entry) * 4, length * 4), at)
  })
  journeys.compact()
  return { persons, journeys: list.build() }
}

function takeLedger(ledger: Ledger): HourChanges[] {
  const changes: HourChanges[] = []
  for (const booked of ledger.takeTouched()) {
    const fields = new ByteListBuilder()
    const values = new ByteListBuilder()
    booked.tables.forEach((table, number) => {
      for (const row of table.takeChanged()) addRow(fields, values, table, { number, row })
    })
    changes.push({ hour: booked.hour, fields: fields.build(), values: values.build() })
  }
  return changes.sort((a, b) => a.hour - b.hour)
}

function addRow(
  fields: ByteListBuilder,
  values: ByteListBuilder,
  table: BookedTable,
  of: { readonly number: number; readonly row: number },
): void {
  const key = table.rows.key(of.row)
  const field = fields.next(1 + key.byteLength)
  field.bytes[field.at] = of.number
  field.bytes.set(new Uint8Array(key.buffer, key.byteOffset, key.byteLength), field.at + 1)
  const { stride } = table.rows.layout
  const measures = table.rows.slots.subarray(of.row * stride, (of.row + 1) * stride)
  const value = values.next((stride + 1) * 8)
  value.bytes.set(
    new Uint8Array(measures.buffer, measures.byteOffset, measures.byteLength),
    value.at,
  )
  const offset = table.offsets.subarray(of.row, of.row + 1)
  value.bytes.set(new Uint8Array(offset.buffer, offset.byteOffset, 8), value.at + stride * 8)
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
