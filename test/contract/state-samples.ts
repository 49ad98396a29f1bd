// State to write to a store, and what comes back in a form that can be compared.
import type { ByteList, Commit, PartitionMeta, StateStore } from '../../src/ports/state-store.ts'

export const META: PartitionMeta = {
  next: 100,
  streamTimeMs: 1_750_000_000_000,
  lineage: '18446744073709551615',
  baseOffset: 90,
  generation: 3,
  fingerprint: 'settings-1',
  dueFromHour: 480_000,
  journeys: 0,
  journeysBegun: 0,
  dictionary: 0,
  lastRecord: '',
  clusterId: 'cluster-1',
  group: 'group-1',
  topicId: 'topic-1',
  partitionCounts: '0:4,90:8',
  skips: '95-97',
  goals: '["purchase"]',
  activeAt: 120,
}

export const bytes = (...parts: readonly (string | readonly number[])[]): ByteList => {
  const items = parts.map((part) => Buffer.from(part as string))
  let end = 0
  return {
    bytes: new Uint8Array(Buffer.concat(items)),
    ends: Int32Array.from(items.map((one) => (end += one.length))),
  }
}

export const itemsOf = ({ bytes: all, ends }: ByteList): string[] =>
  [...ends].map((end, i) => Buffer.from(all.subarray(ends[i - 1] ?? 0, end)).toString('latin1'))

/** Persons that lie apart, together in one bucket, and with bytes that are no UTF-8. */
export const person = (first: number, last: number): Uint8Array =>
  Uint8Array.from([
    first,
    0xff,
    0x00,
    0x0a,
    ...Array.from({ length: 11 }, (_, i) => 0x80 + i),
    last,
  ])
export const persons = (...all: readonly Uint8Array[]): Uint8Array =>
  new Uint8Array(Buffer.concat(all))
export const ANNA = person(1, 1)
export const BEN = person(1, 2)
export const CARL = person(250, 1)

export const commitOf = (changes: Partial<Commit>): Commit => ({
  token: 'owner-a',
  from: 100,
  meta: { ...META, next: 110 },
  persons: new Uint8Array(),
  journeys: bytes(),
  dictionary: [],
  dueAppended: [],
  dueDropped: [],
  ledger: [],
  ...changes,
})

/** Everything that a store can be asked for, of those persons. */
export async function contentOf(store: StateStore, all: Uint8Array): Promise<object> {
  const rows = (await store.loadLedger()).map(({ hour, fields, values }) => {
    const texts = itemsOf(values)
    return [
      hour,
      itemsOf(fields)
        .map((field, i) => `${field}=${texts[i]}`)
        .toSorted(),
    ]
  })
  const due = await store.loadDue(0, Number.MAX_SAFE_INTEGER)
  return {
    meta: (await store.owner()).meta,
    count: await store.countJourneys(),
    journeys: itemsOf(await store.loadJourneys(all)),
    dictionary: (await store.loadDictionary()).toSorted((a, b) => a.kind - b.kind || a.id - b.id),
    rows,
    due: due.map(({ hour, persons: list }) => [hour, Buffer.from(list).toString('hex')]),
  }
}
