// Bringing into memory what a span needs, in as few round trips as can be: the journeys of its
// persons, and the due lists of the hours it reaches with the journeys of the persons on them.
import { itemAt } from '../core/byte-list.ts'
import { restoreDue, restoreJourney } from '../core/changes.ts'
import { hourOf } from '../core/journey-layout.ts'
import type { CoreRecord, MissingJourney, Partition } from '../core/partition.ts'
import { personsToBytes, personsToWords } from '../core/person-bytes.ts'
import type { StateStore } from '../ports/state-store.ts'
import { PartitionHalt } from './halt.ts'

/** Loads the journeys of those persons (four words each) that are not in memory. */
export async function loadJourneys(
  partition: Partition,
  store: StateStore,
  persons: Int32Array,
): Promise<void> {
  const missing: number[] = []
  const asked = new Set<string>()
  for (let at = 0; at < persons.length; at += 4) {
    const [a, b, c, d] = [persons[at]!, persons[at + 1]!, persons[at + 2]!, persons[at + 3]!]
    if (partition.journeys.find(a, b, c, d) >= 0) continue
    const name = `${a},${b},${c},${d}`
    if (asked.has(name)) continue
    asked.add(name)
    missing.push(a, b, c, d)
  }
  if (missing.length === 0) return
  const words = Int32Array.from(missing)
  const values = await store.loadJourneys(personsToBytes(words, 0, words.length / 4))
  for (let i = 0; i < values.ends.length; i++) {
    restoreJourney(partition, words, i * 4, itemAt(values, i))
  }
}

export function loadMissing(
  partition: Partition,
  store: StateStore,
  { persons, at }: MissingJourney,
): Promise<void> {
  return loadJourneys(partition, store, persons.slice(at, at + 4))
}

/** The persons of the span's events, four words each. */
export function personsOf(records: readonly CoreRecord[]): Int32Array {
  const words: number[] = []
  for (const { content } of records) {
    if (typeof content === 'string') continue
    words.push(content.person0, content.person1, content.person2, content.person3)
  }
  return Int32Array.from(words)
}

/** The hour that stream time will have reached after the records. */
export function hourReached(partition: Partition, records: readonly CoreRecord[]): number {
  let latest = partition.streamTimeMs
  for (const { timeMs } of records) if (timeMs > latest) latest = timeMs
  return hourOf(latest)
}

/** Opens the due lists up to `hour`. Nothing may be computed that is not yet in the store. */
export async function openDueLists(
  partition: Partition,
  store: StateStore,
  hourFrom: number,
  hour: number,
): Promise<void> {
  const { due } = partition
  // Before the first record there is no list, and no reason to ask for half a million hours.
  const lists = partition.streamTimeMs === 0 ? [] : await store.loadDue(hourFrom, hour)
  const gone = lists.find(({ persons }) => persons.length === 0)
  if (gone) throw new PartitionHalt('state_incomplete', `the due list of hour ${gone.hour} is gone`)
  const words = lists.map(({ persons }) => personsToWords(persons))
  const all = new Int32Array(words.reduce((sum, list) => sum + list.length, 0))
  let at = 0
  for (const list of words) {
    all.set(list, at)
    at += list.length
  }
  await loadJourneys(partition, store, all)
  due.openedThrough = hour
  for (const list of lists) restoreDue(partition, list.hour, list.persons)
}
