// `tributary replay` as a person runs it: real input, every format, bad input, Ctrl-C.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createGenerator } from '../../src/adapters/generator/generator.ts'
import { generatorOptions } from '../../src/adapters/generator/options.ts'
import { runProgram } from './run-program.ts'
import type { Run } from './run-program.ts'
import { removeEngineFolder } from '../adapters/clickhouse/embedded-engine.ts'

const DATA = fileURLToPath(new URL('../../../shared/data/', import.meta.url))
const VIEWS = [
  'bi_activity.csv',
  'bi_conversions.csv',
  'bi_credits.csv',
  'bi_intake.csv',
  'bi_live_minutes.csv',
  'bi_paths.csv',
  'bi_transitions.csv',
]

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'tributary-replay-'))
})
afterEach(() => removeEngineFolder(folder))

const at = (name: string): string => path.join(folder, name)

function write(name: string, content: string | Uint8Array): string {
  writeFileSync(at(name), content)
  return at(name)
}

const replay = (args: readonly string[], name = 'run'): Promise<Run> =>
  runProgram(['replay', ...args, '--db', at(`${name}-db`), '--out', at(name), '--quiet'])

function generated(options: Parameters<typeof generatorOptions>[0]): string {
  return [...createGenerator(generatorOptions(options))].map(({ value }) => `${value}\n`).join('')
}

const csv = (name: string, view: string): string => readFileSync(at(`${name}/${view}.csv`), 'utf8')

const digests = (name: string): string[] =>
  VIEWS.map((view) =>
    createHash('sha256')
      .update(readFileSync(at(`${name}/${view}`)))
      .digest('hex'),
  )

describe('replay of real input', () => {
  const events = existsSync(DATA)
    ? spawnSync(process.execPath, [path.join(DATA, 'pathdata-to-events.mjs')], {
        maxBuffer: 1 << 28,
      }).stdout
    : null

  it.skipIf(events === null)(
    'counts PathData as its makers do (skipped where ../shared/data is absent)',
    { timeout: 300_000 },
    async () => {
      const file = write('events.ndjson', events!)
      const run = await replay([file, '--json'])
      expect(run.exitCode, run.stderr).toBe(0)
      expect(JSON.parse(run.stdout)).toEqual({
        records: { applied: 397_994 },
        journeys: 88_387,
        touchpoints: 378_209,
        conversions: { purchase: 19_785 },
        lapsedPaths: 68_602,
        openPaths: 0,
      })
      expect(readdirSync(at('run')).toSorted()).toEqual([...VIEWS, 'rejected.ndjson'])
    },
  )
})

describe('replay', () => {
  it('gives the same bytes for the same events in any order of lines, and for gz', async () => {
    const lines = generated({ events: 3_000, persons: 150, duplicate: 0, invalid: 0 })
      .trim()
      .split('\n')
    // Two events at one instant keep file order, so only lines of different times may change
    // places.
    const timeOf = (line: string): number => Date.parse(JSON.parse(line).timestamp as string)
    const sorted = lines.toSorted((a, b) => timeOf(a) - timeOf(b))
    const [plain, shuffled] = [
      write('plain.ndjson', `${sorted.join('\n')}\n`),
      write('odd-even.ndjson.gz', gzipSync(oddThenEven(sorted, timeOf).join('\n'))),
    ]
    await replay([plain], 'plain')
    const other = await replay([shuffled], 'other')
    expect(other.exitCode, other.stderr).toBe(0)
    expect(digests('other')).toEqual(digests('plain'))
  })

  it('reads a CSV that needs no options, and refuses what it must with the reason', async () => {
    const file = write(
      'shop.csv',
      'user_id,timestamp,channel,event_type,value,currency\n' +
        '0017,2026-01-01 10:00:00,tiktok_ad,click,,\n' +
        '0017,2026-01-02 10:00:00,,purchase,12.50,USD\n' +
        'anna@example.com,2026-01-02T10:00,email,click,,\n',
    )
    const run = await replay([file, '--json'])
    expect(run.exitCode, run.stderr).toBe(0)
    expect(JSON.parse(run.stdout)).toMatchObject({
      records: { applied: 2, 'rejected: raw_identifier': 1 },
      conversions: { purchase: 1 },
    })
    expect(csv('run', 'bi_conversions')).toBe(
      '"goal","currency","conversion_hour","conversions","value","attributed","refunds","refund_unmatched"\n' +
        '"purchase","USD","2026-01-02 10:00:00",1,12.5,1,0,0\n',
    )
    const [refused] = readFileSync(at('run/rejected.ndjson'), 'utf8').trim().split('\n')
    expect(JSON.parse(refused!)).toMatchObject({
      file: 'shop.csv',
      row: 3,
      reason: 'raw_identifier',
    })
  })

  it('lapses with --open only what has lapsed at the end of the data', async () => {
    const touch = (user: string, day: string): string =>
      `${JSON.stringify({ event_id: `${user}${day}`, user_hash: user, timestamp: `${day}T00:00:00Z`, channel: 'email', action_type: 'click' })}\n`
    const file = write(
      'touches.ndjson',
      touch('a', '2026-01-01') + touch('b', '2026-01-20') + touch('c', '2026-02-05'),
    )
    const open = await replay([file, '--open', '--json'], 'open')
    expect(JSON.parse(open.stdout)).toMatchObject({ lapsedPaths: 1, openPaths: 2 })
    const settled = await replay([file, '--json'], 'settled')
    expect(JSON.parse(settled.stdout)).toMatchObject({ lapsedPaths: 3, openPaths: 0 })
  })

  it('says what is wrong with a file and what would help, with exit code 65', async () => {
    const cases = [
      [write('typo.csv', 'user_id,timestamp,chanel,event_type\na,b,c,d\n'), '--map channel=chanel'],
      [write('prose.txt', 'Dear all,\nno events here.\n'), 'prose.txt'],
      [write('config.json', '{\n  "name": "x"\n}\n'), 'no line of'],
      [at('missing.ndjson'), 'does not exist'],
    ] as const
    for (const [file, words] of cases) {
      const run = await replay([file])
      expect(run.exitCode, file).toBe(65)
      expect(run.stderr).toContain(words)
      expect(run.stderr).toContain(path.basename(file))
      expect(existsSync(at('run/bi_credits.csv'))).toBe(false)
    }
  })

  it('counts a person once, forgotten in between or not', async () => {
    const view = (user: string, day: string): string =>
      `${JSON.stringify({ event_id: user + day, user_hash: user, timestamp: `${day}T00:00:00Z`, channel: 'email', action_type: 'view' })}\n`
    const file = write(
      'quiet.ndjson',
      view('u', '2026-01-01') + view('v', '2026-05-01') + view('u', '2026-06-01'),
    )
    expect(JSON.parse((await replay([file, '--json'])).stdout)).toMatchObject({ journeys: 2 })
  })

  it('joins --map given twice, and refuses a field mapped twice', async () => {
    const file = write('mapped.csv', 'uid,timestamp,ch,event_type\na,2026-01-01 10:00:00,x,view\n')
    const run = await replay([file, '--map', 'user_hash=uid', '--map', 'channel=ch', '--json'])
    expect(JSON.parse(run.stdout)).toMatchObject({ records: { applied: 1 } })
    const twice = await replay([file, '--map', 'channel=ch,channel=uid'])
    expect(twice.exitCode).toBe(2)
  })

  it('takes lines of NDJSON that are no JSON as refused records, not as a failed file', async () => {
    const run = await replay([write('junk.ndjson', 'x\ny\n'), '--json'])
    expect(JSON.parse(run.stdout)).toMatchObject({ records: { 'rejected: invalid_json': 2 } })
  })

  it('refuses a folder that is not its own', async () => {
    const file = write('one.ndjson', generated({ events: 10 }))
    write('precious.txt', 'keep me')
    const run = await runProgram(['replay', file, '--db', folder])
    expect(run.exitCode).toBe(2)
    expect(readFileSync(at('precious.txt'), 'utf8')).toBe('keep me')
  })

  it('ends on Ctrl-C with 130, leaves no file, and says that the next run starts anew', async () => {
    const file = write('long.ndjson', generated({ events: 60_000, persons: 3_000 }))
    const args = ['replay', file, '--db', at('db'), '--out', at('out'), '--quiet']
    const run = await runProgram(args, {
      interruptWhen: () => existsSync(at('out/.rejected.ndjson.part')),
    })
    expect(run.exitCode, run.stderr).toBe(130)
    expect(run.stderr).toContain('starts anew')
    expect(readdirSync(at('out'))).toEqual([])
  })
})

/** The lines at odd places before those at even ones, wherever equal times allow it. */
function oddThenEven(lines: readonly string[], timeOf: (line: string) => number): string[] {
  const groups = new Map<number, string[]>()
  for (const line of lines) {
    const time = timeOf(line)
    groups.set(time, [...(groups.get(time) ?? []), line])
  }
  const order = [...groups.keys()]
  const isOdd = (_: unknown, i: number): boolean => i % 2 === 1
  const moved = [...order.filter(isOdd), ...order.filter((_, i) => !isOdd(_, i))]
  return moved.flatMap((time) => groups.get(time)!)
}
