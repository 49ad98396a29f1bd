// What every StateStore promises, run against each implementation: the same bytes come back, a
// commit happens whole or not at all, and only for the owner at the expected position.
import { describe, expect, it } from 'vitest'
import type { StateStore } from '../../src/ports/state-store.ts'
import {
  ANNA,
  BEN,
  CARL,
  META,
  bytes,
  commitOf,
  contentOf,
  itemsOf,
  person,
  persons,
} from './state-samples.ts'

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

    it('takes more values for one bucket and one hour than a script can have on its stack', async () => {
      const store = await started()
      const many = Array.from({ length: 9_000 }, (_, i) =>
        person(5, 1)
          .with(6, i >> 8)
          .with(7, i & 255),
      )
      const names = many.map((_, i) => `item ${i}`)
      const commit = commitOf({
        persons: persons(...many),
        journeys: bytes(...names),
        ledger: [{ hour: 480_000, fields: bytes(...names), values: bytes(...names) }],
      })
      expect(await store.commit(commit)).toBe('committed')
      expect(await store.countJourneys()).toBe(9_000)
      expect(itemsOf(await store.loadJourneys(persons(...many)))).toEqual(names)
      const [hour] = await store.loadLedger()
      expect(hour && itemsOf(hour.fields).toSorted()).toEqual(names.toSorted())
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

  describe('counting journeys', () => {
    it('counts those that are held, each once', async () => {
      const store = await started()
      expect(await store.countJourneys()).toBe(0)
      const all = persons(ANNA, BEN, CARL)
      await store.commit(commitOf({ persons: all, journeys: bytes('a', 'b', 'c') }))
      expect(await store.countJourneys()).toBe(3)
      const second = { from: 110, meta: { ...META, next: 120 } }
      await store.commit(commitOf({ ...second, persons: all, journeys: bytes('', 'more', 'c') }))
      expect(await store.countJourneys()).toBe(2)
    })
  })

  describe('starting anew', () => {
    const NEW = { ...META, next: 7, baseOffset: 7, lineage: '1', generation: 4, activeAt: 300 }
    const full = async (): Promise<StateStore> => {
      const store = await started()
      const hour = (at: number) => ({ hour: at, fields: bytes('f'), values: bytes('v') })
      const filling = commitOf({
        persons: persons(ANNA, BEN, CARL),
        journeys: bytes('a', 'b', 'c'),
        dictionary: [{ kind: 0, id: 0, value: 'x' }],
        dueAppended: [{ hour: 480_001, persons: persons(ANNA, CARL) }],
        ledger: [hour(480_000), hour(480_001)],
      })
      expect(await store.commit(filling)).toBe('committed')
      return store
    }
    const all = persons(ANNA, BEN, CARL)

    it('leaves nothing of what was there, and the owner the owner', async () => {
      const store = await full()
      expect(await store.restart('owner-a', NEW)).toBe('committed')
      expect(await contentOf(store, all)).toEqual({
        meta: NEW,
        count: 0,
        journeys: ['', '', ''],
        dictionary: [],
        rows: [],
        due: [],
      })
      expect((await store.owner()).token).toBe('owner-a')
    })

    it('goes on from there like any state', async () => {
      const store = await full()
      await store.restart('owner-a', NEW)
      const commit = {
        from: 7,
        meta: { ...NEW, next: 9 },
        persons: BEN,
        journeys: bytes('b'),
        dueAppended: [{ hour: 480_001, persons: BEN }],
      }
      expect(await store.commit(commitOf(commit))).toBe('committed')
      expect(await contentOf(store, all)).toMatchObject({
        count: 1,
        journeys: ['', 'b', ''],
        due: [[480_001, Buffer.from(BEN).toString('hex')]],
      })
    })

    it('is for the owner only', async () => {
      const store = await full()
      const before = await contentOf(store, all)
      expect(await store.restart('owner-b', NEW)).toBe('fenced')
      expect(await contentOf(store, all)).toEqual(before)
    })

    it('begins where there is no state, too', async () => {
      const store = await open()
      expect(await store.restart('owner-a', NEW)).toBe('fenced')
      await store.acquire('owner-a')
      expect(await store.restart('owner-a', NEW)).toBe('committed')
      expect((await store.owner()).meta).toEqual(NEW)
    })
  })

  it('evicts nothing', async () => {
    const store = await open()
    expect(await store.evictionPolicy()).toBeNull()
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
