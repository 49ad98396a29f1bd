// What every StateStore promises, run against each implementation: the same bytes come back, a
// commit happens whole or not at all, and only for the owner at the expected position.
import { describe, expect, it } from 'vitest'
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
  partitionCounts: '0:4,90:8',
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

const itemsOf = ({ bytes: all, ends }: ByteList): string[] =>
  [...ends].map((end, i) => Buffer.from(all.subarray(ends[i - 1] ?? 0, end)).toString('latin1'))

/** Persons that lie apart, together in one bucket, and with bytes that are no UTF-8. */
const person = (first: number, last: number): Uint8Array =>
  Uint8Array.from([
    first,
    0xff,
    0x00,
    0x0a,
    ...Array.from({ length: 11 }, (_, i) => 0x80 + i),
    last,
  ])
const persons = (...all: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(all))
const ANNA = person(1, 1)
const BEN = person(1, 2)
const CARL = person(250, 1)

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

/** @param open a store without state, another at each call */
export function stateStoreContract(open: () => StateStore | Promise<StateStore>): void {
  const started = async (): Promise<StateStore> => {
    const store = await open()
    await store.acquire('owner-a')
    expect(await store.create('owner-a', META)).toBe('committed')
    return store
  }

  describe('ownership', () => {
    it('has no state before it is created, and gives the meta back to the next owner', async () => {
      const store = await open()
      expect(await store.owner()).toEqual({ token: null, meta: null })
      expect(await store.acquire('owner-a')).toBeNull()
      expect(await store.create('owner-a', META)).toBe('committed')
      expect(await store.acquire('owner-b')).toEqual(META)
      expect(await store.owner()).toEqual({ token: 'owner-b', meta: META })
    })

    it('creates nothing over a state that is there, nor for somebody who does not own it', async () => {
      const store = await started()
      expect(await store.create('owner-a', { ...META, next: 0 })).toBe('fenced')
      expect((await store.owner()).meta).toEqual(META)
      const empty = await open()
      await empty.acquire('owner-b')
      expect(await empty.create('owner-a', META)).toBe('fenced')
      expect((await empty.owner()).meta).toBeNull()
    })
  })

  describe('commit', () => {
    it('writes everything it holds and moves next', async () => {
      const store = await started()
      const meta = { ...META, next: 110, journeys: 3, dictionary: 2, lastRecord: '109:ab' }
      const commit = commitOf({
        meta,
        persons: persons(ANNA, BEN, CARL),
        journeys: bytes('anna', [0, 255, 10, 13], 'carl'),
        dictionary: [
          { kind: 0, id: 0, value: '' },
          { kind: 1, id: 7, value: 'tiktok_ad · ü' },
        ],
        dueAppended: [{ hour: 480_002, persons: persons(ANNA, CARL) }],
        ledger: [
          { hour: 480_001, fields: bytes('f1', [0, 200]), values: bytes('v1', [255, 0]) },
          { hour: 480_000, fields: bytes('f0'), values: bytes('v0') },
        ],
      })
      expect(await store.commit(commit)).toBe('committed')
      expect((await store.owner()).meta).toEqual(meta)
      const journeys = await store.loadJourneys(persons(CARL, person(9, 9), BEN, ANNA))
      expect(itemsOf(journeys)).toEqual(['carl', '', '\u0000\u00ff\n\r', 'anna'])
      const dictionary = await store.loadDictionary()
      expect(dictionary.toSorted((a, b) => a.kind - b.kind)).toEqual(commit.dictionary)
      const ledger = await store.loadLedger()
      expect(ledger.map(({ hour }) => hour)).toEqual([480_000, 480_001])
      expect(ledger.map(({ fields }) => itemsOf(fields).toSorted())).toEqual([
        ['f0'],
        ['\u0000È', 'f1'],
      ])
      expect(ledger.map(({ values }) => itemsOf(values).toSorted())).toEqual([
        ['v0'],
        ['v1', 'ÿ\u0000'],
      ])
      const due = await store.loadDue(480_000, 480_010)
      expect(due.map(({ hour }) => hour)).toEqual([480_002])
      expect(Buffer.from(due[0]?.persons ?? [])).toEqual(Buffer.concat([ANNA, CARL]))
    })

    it('replaces, deletes, appends and drops', async () => {
      const store = await started()
      await store.commit(
        commitOf({
          persons: persons(ANNA, BEN),
          journeys: bytes('anna', 'ben'),
          dueAppended: [
            { hour: 480_001, persons: ANNA },
            { hour: 480_002, persons: ANNA },
            { hour: 480_003, persons: ANNA },
          ],
          ledger: [{ hour: 480_000, fields: bytes('f'), values: bytes('v0') }],
        }),
      )
      const second = commitOf({
        from: 110,
        meta: { ...META, next: 120 },
        persons: persons(ANNA, BEN),
        journeys: bytes('', 'ben again'),
        dueAppended: [
          { hour: 480_001, persons: BEN },
          { hour: 480_003, persons: BEN },
        ],
        dueDropped: [480_002, 480_003],
        ledger: [{ hour: 480_000, fields: bytes('f'), values: bytes('v1') }],
      })
      expect(await store.commit(second)).toBe('committed')
      expect(itemsOf(await store.loadJourneys(persons(ANNA, BEN)))).toEqual(['', 'ben again'])
      const due = await store.loadDue(480_000, 480_010)
      expect(due.map(({ hour, persons: list }) => [hour, Buffer.from(list)])).toEqual([
        [480_001, Buffer.concat([ANNA, BEN])],
        [480_003, Buffer.from(BEN)],
      ])
      const [hour] = await store.loadLedger()
      expect(hour && itemsOf(hour.values)).toEqual(['v1'])
    })

    it.each([
      ['the position has moved', { from: 99 }],
      ['somebody else owns it', { token: 'owner-b' }],
      ['the generation is another', { meta: { ...META, next: 110, generation: 4 } }],
    ])('writes nothing when %s', async (_, wrong) => {
      const store = await started()
      const commit = commitOf({
        persons: ANNA,
        journeys: bytes('anna'),
        dictionary: [{ kind: 0, id: 0, value: 'x' }],
        dueAppended: [{ hour: 480_001, persons: ANNA }],
        ledger: [{ hour: 480_000, fields: bytes('f'), values: bytes('v') }],
        ...wrong,
      })
      expect(await store.commit(commit)).toBe('fenced')
      expect((await store.owner()).meta).toEqual(META)
      expect(itemsOf(await store.loadJourneys(ANNA))).toEqual([''])
      expect(await store.loadDictionary()).toEqual([])
      expect(await store.loadLedger()).toEqual([])
      expect(await store.loadDue(480_000, 480_010)).toEqual([])
    })

    it('applies the same commit once, however often it is sent', async () => {
      const store = await started()
      const commit = commitOf({ dueAppended: [{ hour: 480_001, persons: ANNA }] })
      expect(await store.commit(commit)).toBe('committed')
      expect(await store.commit(commit)).toBe('fenced')
      expect((await store.loadDue(480_001, 480_001))[0]?.persons.length).toBe(16)
    })

    it('takes 4,000 journeys at once', async () => {
      const store = await started()
      const many = Array.from({ length: 4_000 }, (_, i) => person(i >> 4, i & 15))
      const values = many.map((_, i) => `journey ${i}`)
      const commit = commitOf({ persons: persons(...many), journeys: bytes(...values) })
      expect(await store.commit(commit)).toBe('committed')
      expect(itemsOf(await store.loadJourneys(persons(...many)))).toEqual(values)
    })
  })

  it('forgets booked hours for its owner only', async () => {
    const store = await started()
    const hour = (at: number) => ({ hour: at, fields: bytes('f'), values: bytes('v') })
    await store.commit(commitOf({ ledger: [hour(480_000), hour(480_001), hour(480_002)] }))
    expect(await store.forgetHours('owner-b', [480_000])).toBe('fenced')
    expect(await store.forgetHours('owner-a', [480_000, 480_002])).toBe('committed')
    expect((await store.loadLedger()).map(({ hour: at }) => at)).toEqual([480_001])
  })
}
