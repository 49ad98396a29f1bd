// What every RecordSource promises, run against each implementation: spans begin where they are
// asked for and join without a gap, whatever stands in the log; and the group tells its members
// apart.
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { OffsetOutOfRange } from '../../src/ports/record-source.ts'
import type { LogRead, RecordSource, SourceRecord } from '../../src/ports/record-source.ts'
import { testName } from '../services.ts'

export interface NewRecord {
  readonly key?: Buffer
  readonly value: string
  readonly headers?: Readonly<Record<string, Buffer>>
}

/** A record by itself, or within the transaction of a producer. */
export interface Step {
  readonly producer?: string
  readonly record: NewRecord
}

/** A topic under test, and what can be done to it from outside. */
export interface LogHands {
  readonly topic: string
  /** Not yet started. */
  source(group: string): RecordSource
  append(partition: number, records: readonly NewRecord[]): Promise<void>
  /** The steps in order; then the producers end their transactions, in the order given. */
  transactions(
    partition: number,
    steps: readonly Step[],
    ends: Readonly<Record<string, 'commit' | 'abort'>>,
  ): Promise<void>
  trim(partition: number, low: number): Promise<void>
  /** With one partition. */
  recreate(): Promise<void>
  /** So many more. */
  addPartitions(count: number): Promise<void>
}

const WITHIN = { timeout: 60_000, interval: 20 }
export const valueOf = ({ value }: SourceRecord): string => Buffer.from(value ?? '').toString()
const nothing = { assigned: () => {}, lost: () => {}, dead: () => {} }

/** Reads on until the end of the log, or until something cannot be decoded. */
export async function readOn(source: RecordSource, partition: number, from: number) {
  const reads: LogRead[] = []
  let next = from
  for (;;) {
    const read = await source.read(partition, next)
    expect(read.span).toMatchObject({ topic: source.topic, partition, from: next })
    for (const { offset } of read.span.records) {
      expect(offset).toBeGreaterThanOrEqual(next)
      expect(offset).toBeLessThan(read.span.to)
      next = offset + 1
    }
    expect(read.span.to).toBeGreaterThanOrEqual(next)
    next = read.span.to
    reads.push(read)
    if (next >= read.bounds.high || read.undecodable !== null) break
  }
  return { reads, to: next, records: reads.flatMap(({ span }) => [...span.records]) }
}

const named = (...values: readonly string[]): NewRecord[] => values.map((value) => ({ value }))

export function recordSourceContract(create: (partitions: number) => Promise<LogHands>): void {
  async function begin(partitions = 1) {
    const hands = await create(partitions)
    return { hands, source: await join(hands, testName('group'), nothing) }
  }
  async function join(
    hands: LogHands,
    group: string,
    handler: Parameters<RecordSource['start']>[0],
  ) {
    const source = hands.source(group)
    await source.start(handler)
    onTestFinished(() => source.stop())
    return source
  }

  describe('reading', () => {
    it('gives records as they were written, in order, from any offset on', async () => {
      const { hands, source } = await begin(2)
      const headers = { one: Buffer.from('1'), 'tributary.tick': Buffer.alloc(0) }
      await hands.append(1, [
        { key: Buffer.from('k'), value: 'a', headers },
        { value: 'b' },
        { key: Buffer.from([0xff, 0]), value: '' },
      ])
      const { records, to } = await readOn(source, 1, 0)
      expect(to).toBe(3)
      expect(records.map(({ offset }) => offset)).toEqual([0, 1, 2])
      expect(records.map(valueOf)).toEqual(['a', 'b', ''])
      expect(records.map(({ key }) => key && [...key])).toEqual([[107], null, [255, 0]])
      expect(Object.keys(records[0]!.headers ?? {}).toSorted()).toEqual(['one', 'tributary.tick'])
      expect(Buffer.from(records[0]!.headers!['one']!).toString()).toBe('1')
      expect(records[1]!.headers).toBeUndefined()
      for (const from of [1, 2, 3]) {
        expect((await readOn(source, 1, from)).records).toEqual(records.slice(from))
      }
      expect((await readOn(source, 0, 0)).to).toBe(0)
    })

    it('waits at the end of the log and then answers an empty span', async () => {
      const { hands, source } = await begin()
      await hands.append(0, named('a'))
      const { span, bounds } = await source.read(0, 1)
      expect(span).toEqual({ topic: hands.topic, partition: 0, from: 1, to: 1, records: [] })
      expect(bounds).toEqual({ low: 0, high: 1 })
      expect(await source.bounds(0)).toEqual(bounds)
    })

    it('reads several partitions at once, the idle ones beside the busy ones', async () => {
      const { hands, source } = await begin(3)
      await hands.append(1, named('1a', '1b'))
      await hands.append(2, named('2a'))
      const all = await Promise.all([0, 1, 2].map((partition) => readOn(source, partition, 0)))
      expect(all.map(({ records }) => records.map(valueOf))).toEqual([[], ['1a', '1b'], ['2a']])
    })

    it('says so when the offset is below what is kept or beyond the end', async () => {
      const { hands, source } = await begin()
      await hands.append(0, named('a', 'b', 'c'))
      await hands.trim(0, 2)
      expect(await source.bounds(0)).toEqual({ low: 2, high: 3 })
      for (const offset of [0, 1, 4, 1_000_000]) {
        const refused = await source.read(0, offset).catch((error: unknown) => error)
        expect(refused).toBeInstanceOf(OffsetOutOfRange)
        expect(refused).toMatchObject({ partition: 0, offset })
      }
      const { records, reads } = await readOn(source, 0, 2)
      expect(records.map(valueOf)).toEqual(['c'])
      expect(reads[0]!.bounds).toEqual({ low: 2, high: 3 })
    })

    it('finds the log of a topic that was created anew, without any old record', async () => {
      const { hands, source } = await begin()
      await hands.append(0, named('old', 'old', 'old'))
      expect((await readOn(source, 0, 0)).to).toBe(3)
      await hands.recreate()
      await hands.append(0, named('new'))
      await vi.waitFor(async () => {
        expect(await source.bounds(0)).toEqual({ low: 0, high: 1 })
      }, WITHIN)
      await expect(source.read(0, 3)).rejects.toBeInstanceOf(OffsetOutOfRange)
      expect((await readOn(source, 0, 0)).records.map(valueOf)).toEqual(['new'])
    })

    it('tells a topic from another one of its name, by every read', async () => {
      const { hands, source } = await begin()
      await hands.append(0, named('old'))
      const { topicId } = await source.facts()
      expect(topicId).not.toBe('')
      expect((await source.read(0, 0)).topicId).toBe(topicId)
      await hands.recreate()
      await hands.append(0, named('new', 'newer'))
      const later = await vi.waitFor(async () => {
        const read = await source.read(0, 1)
        expect(read.topicId).not.toBe(topicId)
        return read
      }, WITHIN)
      expect(later.span.records.map(valueOf)).toEqual(['newer'])
      expect((await source.facts()).topicId).toBe(later.topicId)
    })

    it('finds single records: kept ones, but not trimmed ones, gaps or what is to come', async () => {
      const { hands, source } = await begin()
      await hands.append(0, named('a', 'b'))
      const steps = [{ producer: 'p', record: { value: 'c' } }]
      await hands.transactions(0, steps, { p: 'commit' })
      await hands.append(0, named('d'))
      const found = async (offset: number) => {
        const record = await source.readAt(0, offset)
        expect(record?.offset ?? offset).toBe(offset)
        return record && valueOf(record)
      }
      expect(await Promise.all([0, 1, 2, 3, 4, 5].map(found))).toEqual([
        'a',
        'b',
        'c',
        null,
        'd',
        null,
      ])
      await hands.trim(0, 1)
      expect([await found(0), await found(1)]).toEqual([null, 'b'])
    })
  })

  describe('transactions', () => {
    it('covers the marker of a commit', async () => {
      const { hands, source } = await begin()
      const steps = ['a', 'b'].map((value) => ({ producer: 'p', record: { value } }))
      await hands.transactions(0, steps, { p: 'commit' })
      const { records, to } = await readOn(source, 0, 0)
      expect(records.map(valueOf)).toEqual(['a', 'b'])
      expect(to).toBe(3)
      expect((await source.read(0, 2)).span).toMatchObject({ from: 2, to: 3, records: [] })
    })

    it('covers what was aborted, and shows none of it, wherever reading begins', async () => {
      const { hands, source } = await begin()
      const zeros = Buffer.alloc(4)
      const steps: Step[] = [
        { record: { value: 'kept 0' } },
        { producer: 'a', record: { value: 'aborted' } },
        { producer: 'b', record: { value: 'aborted' } },
        // A key that looks like the marker of an abort.
        { producer: 'a', record: { key: zeros, value: 'aborted' } },
        { record: { key: zeros, value: 'kept 4' } },
        { producer: 'c', record: { value: 'kept 5' } },
        { producer: 'b', record: { key: zeros, value: 'aborted' } },
        { producer: 'a', record: { value: 'aborted' } },
        { record: { value: 'kept 8' } },
      ]
      await hands.transactions(0, steps, { b: 'abort', c: 'commit', a: 'abort' })
      await hands.append(0, named('kept 12'))
      // Aborted again by a producer that was aborted before, and nothing behind it.
      await hands.transactions(0, [{ producer: 'a', record: { value: 'aborted' } }], { a: 'abort' })
      const kept = [0, 4, 5, 8, 12]
      for (let from = 0; from <= 15; from++) {
        const { records, to } = await readOn(source, 0, from)
        const expected = kept.filter((offset) => offset >= from)
        expect(records.map(({ offset }) => offset)).toEqual(expected)
        expect(records.map(valueOf)).toEqual(expected.map((offset) => `kept ${offset}`))
        expect(to).toBe(15)
      }
    })
  })

  describe('the topic and the group', () => {
    it('tells the facts of the topic, and that partitions were added', async () => {
      const { hands, source } = await begin()
      const facts = await source.facts()
      expect(facts).toMatchObject({ partitions: 1, isCompacted: false, isCreateTime: false })
      expect(facts.clusterId).not.toBe('')
      await hands.addPartitions(2)
      const added = { ...facts, partitions: 3 }
      await vi.waitFor(async () => expect(await source.facts()).toEqual(added), WITHIN)
    })

    it('tells each member its partitions, whoever comes and goes', async () => {
      const hands = await create(3)
      const group = testName('group')
      const owned = new Map<string, readonly number[]>()
      const handlerOf = (name: string) => ({
        ...nothing,
        assigned: (partitions: readonly number[]) => void owned.set(name, partitions),
      })
      await join(hands, group, handlerOf('one'))
      await vi.waitFor(() => expect(owned.get('one')).toEqual([0, 1, 2]), WITHIN)
      const two = await join(hands, group, handlerOf('two'))
      await vi.waitFor(() => {
        const parts = ['one', 'two'].map((name) => owned.get(name) ?? [])
        expect(parts.flat().toSorted((a, b) => a - b)).toEqual([0, 1, 2])
        expect(Math.min(...parts.map((part) => part.length))).toBe(1)
      }, WITHIN)
      owned.delete('two')
      await two.stop()
      await vi.waitFor(() => expect(owned.get('one')).toEqual([0, 1, 2]), WITHIN)
      expect(owned.has('two')).toBe(false)
    })

    it('notes where a member is, and nothing of one that does not own the partition', async () => {
      const hands = await create(1)
      await hands.append(0, named('a', 'b', 'c'))
      const group = testName('group')
      const owned: (readonly number[])[] = []
      const assigned = (partitions: readonly number[]) => void owned.push(partitions)
      const first = await join(hands, group, { ...nothing, assigned })
      await vi.waitFor(() => expect(owned.at(-1)).toEqual([0]), WITHIN)
      expect(await first.noted(0)).toBeNull()
      expect(await first.note(0, 2)).toBe(true)
      expect(await first.noted(0)).toBe(2)
      const spares: (readonly number[])[] = []
      const spare = { ...nothing, assigned: (given: readonly number[]) => void spares.push(given) }
      const second = await join(hands, group, spare)
      await vi.waitFor(
        () => expect([...owned.at(-1)!, ...(spares.at(-1) ?? [9])]).toEqual([0]),
        WITHIN,
      )
      const [owner, other] = owned.at(-1)!.length === 1 ? [first, second] : [second, first]
      expect(await other.note(0, 3)).toBe(false)
      expect(await owner.noted(0)).toBe(2)
      await owner.note(0, 1)
      expect(await other.noted(0)).toBe(1)
    })
  })
}

export interface CompactedLog {
  readonly source: (group: string) => RecordSource
  /** Offsets 0 to 9, of which only these are left, and the end of the log is `high`. */
  readonly kept: readonly number[]
  readonly high: number
}

/** A log whose records vanished from the middle and from the end of batches. */
export function compactionContract(create: () => Promise<CompactedLog>): void {
  it('covers compacted offsets, wherever reading begins, and knows that there are some', async () => {
    const { source: sourceOf, kept, high } = await create()
    const source = sourceOf(testName('group'))
    await source.start(nothing)
    onTestFinished(() => source.stop())
    expect((await source.facts()).isCompacted).toBe(true)
    for (let from = 0; from <= high; from++) {
      const { records, to } = await readOn(source, 0, from)
      expect(records.map(({ offset }) => offset)).toEqual(kept.filter((offset) => offset >= from))
      expect(to).toBe(high)
    }
    for (let offset = 0; offset < high; offset++) {
      expect((await source.readAt(0, offset))?.offset ?? null).toBe(
        kept.includes(offset) ? offset : null,
      )
    }
  })
}
