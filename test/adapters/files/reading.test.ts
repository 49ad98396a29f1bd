// Reading as a whole: progress, stopping early, cleaning up, and the data set that the project is
// judged on.
import { spawnSync } from 'node:child_process'
import { existsSync, openSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FileProgress } from '../../../src/adapters/files/file-input.ts'
import { createPlace, gzip } from './reading.ts'
import type { Place } from './reading.ts'

let place: Place
beforeAll(async () => {
  place = await createPlace()
})
afterAll(() => place.remove())

const START_MS = Date.parse('2026-01-01T00:00:00Z')
const linesOf = (times: readonly number[]): string =>
  times.map((ms) => `{"timestamp":${START_MS + ms},"padding":"${'x'.repeat(200)}"}\n`).join('')
const ascending = Array.from({ length: 40_000 }, (_, i) => i)

describe('progress', () => {
  const progressOf = async (names: readonly string[]): Promise<FileProgress[]> => {
    const all: FileProgress[] = []
    await place.read(names, { memoryBytes: 1 << 20, onProgress: (progress) => all.push(progress) })
    return all
  }

  it.each([
    ['in order', ascending, ['checking', 'applying']],
    [
      'not in order',
      [...ascending.slice(30_000), ...ascending],
      ['checking', 'sorting', 'applying'],
    ],
  ])(
    'of files %s never goes back within a phase and ends at the whole',
    async (_, times, phases) => {
      await place.write('a.ndjson', linesOf(times))
      await place.write('b.ndjson.gz', gzip(linesOf([50_000])))
      const all = await progressOf(['a.ndjson', 'b.ndjson.gz'])
      expect([...new Set(all.map(({ phase }) => phase))]).toEqual(phases)
      for (const phase of phases) {
        const steps = all.filter((step) => step.phase === phase)
        for (const [i, step] of steps.entries()) {
          const before = steps[i - 1] ?? step
          expect(step.records).toBeGreaterThanOrEqual(before.records)
          expect(step.bytes).toBeGreaterThanOrEqual(before.bytes)
          expect(step.bytes).toBeLessThanOrEqual(step.bytesTotal)
        }
        expect(steps.length).toBeGreaterThan(phase === 'checking' && phases.length === 3 ? 0 : 3)
      }
      const last = all.at(-1)!
      expect(last).toMatchObject({ records: times.length + 1, recordsTotal: times.length + 1 })
      expect(last.bytes).toBe(last.bytesTotal)
    },
  )
})

describe('stopping', () => {
  it('after the first batch leaves nothing behind, sorted or not', async () => {
    for (const times of [ascending, ascending.toReversed()]) {
      await place.write('big.ndjson', linesOf(times))
      const input = await place.open(['big.ndjson'], { memoryBytes: 1 << 20 })
      for await (const batch of input.batches()) {
        expect(batch.values.length).toBeLessThan(ascending.length)
        break
      }
      expect(input.records).toBe(ascending.length)
      await input.close()
      await input.close()
      expect(await place.leftovers()).toEqual([])
    }
  })

  it('before the first batch, too', async () => {
    await place.write('big.ndjson', linesOf(ascending))
    const input = await place.open(['big.ndjson'])
    await input.close()
    expect(await place.leftovers()).toEqual([])
    expect(input.records).toBe(null)
  })

  it.each(['checking', 'sorting', 'applying'] as const)(
    'by a signal while %s ends with TRIBUTARY_INTERRUPTED',
    async (phase) => {
      await place.write('big.ndjson', linesOf([...ascending, 0]))
      const abort = new AbortController()
      const failure = await place.failure(['big.ndjson'], {
        memoryBytes: 1 << 20,
        signal: abort.signal,
        onProgress: (progress) => {
          if (progress.phase === phase && progress.records > 0) abort.abort()
        },
      })
      expect(failure.code).toBe('TRIBUTARY_INTERRUPTED')
      expect(await place.leftovers()).toEqual([])
    },
  )

  it('keeps the scratch file of a sort out of sight even while it is used', async () => {
    await place.write('big.ndjson', linesOf(ascending.toReversed()))
    const input = await place.open(['big.ndjson'], { memoryBytes: 1 << 20 })
    for await (const _ of input.batches()) {
      const [folder] = await place.leftovers()
      expect(await readdir(join(place.workDir, folder!))).toEqual(['0'])
      break
    }
    await input.close()
  })

  it('has an engine of its own when it is lent none, and removes that too', async () => {
    // A process has one engine folder, and this one's is lent already: so in another process.
    const script = `
      import { openFiles } from ${JSON.stringify(new URL('../../../src/adapters/files/open-files.ts', import.meta.url).href)}
      import { DEFAULT_SETTINGS } from ${JSON.stringify(new URL('../../../src/core/settings.ts', import.meta.url).href)}
      const input = await openFiles([process.argv[2]], { map: new Map(), timeZone: 'UTC', hashUsers: false,
        settings: DEFAULT_SETTINGS, workDir: process.argv[3] })
      let records = 0
      for await (const batch of input.batches()) records += batch.values.length
      await input.close()
      console.log(records)`
    await place.write('script.mts', script)
    await place.write('big.ndjson', linesOf(ascending))
    const run = spawnSync(
      process.execPath,
      ['--import', 'tsx', place.path('script.mts'), place.path('big.ndjson'), place.path('own')],
      { encoding: 'utf8' },
    )
    expect(run.stdout.trim()).toBe(String(ascending.length))
    expect(await readdir(place.path('own'))).toEqual([])
  })
})

const converter = new URL('../../../../shared/data/pathdata-to-events.mjs', import.meta.url)

describe.skipIf(!existsSync(converter))(
  'the paths of ../shared/data (skipped where that is absent)',
  () => {
    it('come back as 397,994 records in order, also when they were shuffled', async () => {
      const file = place.path('events.ndjson')
      const run = spawnSync(process.execPath, [converter.pathname], {
        stdio: ['ignore', openSync(file, 'w'), 'inherit'],
      })
      expect(run.status).toBe(0)
      const input = await place.open(['events.ndjson'])
      let records = 0
      let lastMs = 0
      for await (const { timesMs, values, rows } of input.batches()) {
        for (const [i, timeMs] of timesMs.entries()) {
          if (timeMs < lastMs) throw new Error(`record ${records} goes back in time`)
          lastMs = timeMs
          if (rows[i] !== ++records) throw new Error(`record ${records} is line ${rows[i]}`)
        }
        const event = JSON.parse(Buffer.from(values[0] as Uint8Array).toString()) as {
          timestamp: string
        }
        expect(Date.parse(event.timestamp)).toBe(timesMs[0])
      }
      await input.close()
      expect(records).toBe(397_994)
    })
  },
)
