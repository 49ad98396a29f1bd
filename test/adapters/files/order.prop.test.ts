// The order of records: for any files, any times and any bound of memory it is that of a stable
// sort in memory.
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TimeHeap } from '../../../src/adapters/files/time-heap.ts'
import { createPlace } from './reading.ts'
import type { Place } from './reading.ts'

let place: Place
beforeAll(async () => {
  place = await createPlace()
})
afterAll(() => place.remove())

const START_MS = Date.parse('2026-01-01T00:00:00Z')

/** A line with a time a few ms from the start (many ties), or without one; of any length. */
const line = fc.record({
  ms: fc.option(fc.integer({ min: 0, max: 50 }), { freq: 8, nil: undefined }),
  padding: fc.oneof(fc.nat(40), fc.constantFrom(0, 3000)),
})
const files = fc.array(fc.array(line, { maxLength: 60 }), { minLength: 1, maxLength: 4 })

const text = ({ ms, padding }: { ms: number | undefined; padding: number }, i: number): string =>
  JSON.stringify({
    ...(ms === undefined ? {} : { timestamp: START_MS + ms }),
    i,
    padding: 'x'.repeat(padding),
  })

/** The rule in its plainest form: times handed down the lines, then a stable sort. */
function expected(input: readonly (readonly { ms: number | undefined }[])[]) {
  const all: { ms: number; file: number; row: number }[] = []
  let before: number | undefined
  for (const [file, rows] of input.entries()) {
    const own = rows.find(({ ms }) => ms !== undefined)?.ms
    const behind = input
      .slice(file)
      .flat()
      .find(({ ms }) => ms !== undefined)?.ms
    let last = own ?? before ?? behind
    for (const [i, { ms }] of rows.entries()) {
      last = ms ?? last
      all.push({ ms: last ?? Number.NaN, file, row: i + 1 })
    }
    if (rows.length > 0) before = last
  }
  const sorted = all.toSorted((a, b) => a.ms - b.ms)
  return sorted.map(({ ms, file, row }) => ({
    timeMs: Number.isNaN(ms) ? Date.parse('2000-01-01T00:00:00Z') : START_MS + ms,
    file,
    row,
  }))
}

describe('order', () => {
  it('is that of a stable sort by time, file and line, at any bound of memory', async () => {
    let spilled = 0
    await fc.assert(
      fc.asyncProperty(
        files,
        fc.constantFrom(1, 300, 5000, 1 << 20),
        async (input, memoryBytes) => {
          const names = input.map((_, i) => `p${i}.ndjson`)
          for (const [i, name] of names.entries()) {
            await place.write(name, input[i]!.map(text).concat('').join('\n') || '\n')
          }
          const phases = new Set<string>()
          const { records } = await place.read(names, {
            memoryBytes,
            onProgress: ({ phase }) => phases.add(phase),
          })
          if (phases.has('sorting')) spilled++
          expect(records.map(({ timeMs, file, row }) => ({ timeMs, file, row }))).toEqual(
            expected(input),
          )
          for (const { value, file, row } of records) {
            expect(value).toBe(text(input[file]![row - 1]!, row - 1))
          }
        },
      ),
      { numRuns: 60 },
    )
    expect(spilled).toBeGreaterThan(20)
  })

  it('holds over many runs of many blocks', async () => {
    const count = 120_000
    const times = Array.from({ length: count }, (_, i) => START_MS + ((i * 48_271) % 10_007))
    await place.write('many.ndjson', times.map((t, i) => `{"timestamp":${t},"i":${i}}\n`).join(''))
    const { records } = await place.read(['many.ndjson'], { memoryBytes: 200_000 })
    const order = times.map((_, i) => i).toSorted((a, b) => times[a]! - times[b]!)
    expect(records.map(({ row }) => row - 1)).toEqual(order)
    expect(records.map(({ value }) => (JSON.parse(String(value)) as { i: number }).i)).toEqual(
      order,
    )
  })

  it('needs no sort when the times never decrease, over all files', async () => {
    await place.write('o1.ndjson', '{"timestamp":1767225600000}\n{"timestamp":1767225600000}\n')
    await place.write('o2.ndjson', '{"timestamp":1767225600000}\n{"timestamp":1767225600001}\n')
    const phases: string[] = []
    await place.read(['o1.ndjson', 'o2.ndjson'], { onProgress: ({ phase }) => phases.push(phase) })
    expect(new Set(phases)).toEqual(new Set(['checking', 'applying']))
    await place.read(['o2.ndjson', 'o1.ndjson'], { onProgress: ({ phase }) => phases.push(phase) })
    expect(new Set(phases)).toEqual(new Set(['checking', 'applying', 'sorting']))
  })
})

describe('the heap of runs', () => {
  it('gives times in order, and equal times by run', () => {
    const runs = fc.array(fc.array(fc.nat(20), { minLength: 1, maxLength: 20 }), {
      minLength: 1,
      maxLength: 12,
    })
    fc.assert(
      fc.property(runs, (unsorted) => {
        const input = unsorted.map((run) => run.toSorted((a, b) => a - b))
        const next = input.map(() => 0)
        const heap = new TimeHeap(input.length)
        for (const [run, times] of input.entries()) heap.push(run, times[0]!)
        const merged: [number, number][] = []
        while (heap.size > 0) {
          const run = heap.top
          merged.push([input[run]![next[run]!]!, run])
          const timeMs = input[run]![++next[run]!]
          if (timeMs === undefined) heap.pop()
          else heap.replaceTop(timeMs)
        }
        const all = input.flatMap((run, r) => run.map((time): [number, number] => [time, r]))
        expect(merged).toEqual(all.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]))
      }),
    )
  })
})
