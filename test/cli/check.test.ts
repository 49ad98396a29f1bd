// `tributary check`: what a producer is told, from the bytes to the exit code.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { checkCommand } from '../../src/cli/check.ts'
import { checkEvents } from '../../src/cli/check-events.ts'
import type { CheckSummary, Finding } from '../../src/cli/check-events.ts'
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts'
import { PROGRAM } from '../program.ts'
import { runHere } from './run-here.ts'

const ROOT = join(import.meta.dirname, '../..')
const VALID = {
  event_id: 'e1',
  user_hash: 'u1',
  timestamp: '2026-11-22T10:00:00Z',
  channel: 'email',
  action_type: 'view',
}
const valid = JSON.stringify(VALID)

/** Feeds the text in chunks of so many bytes. */
async function* chunks(text: string | Buffer, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text)
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size)
}

async function check(text: string | Buffer, size = 1 << 16) {
  const findings: Finding[] = []
  const summary: CheckSummary = await checkEvents(chunks(text, size), {
    settings: DEFAULT_SETTINGS,
    onFinding: (finding) => findings.push(finding),
  })
  const lines = findings.map(({ line, item, reason, field, found }) =>
    [line ?? `item ${item}`, reason, field, found].join(' | '),
  )
  return { events: summary.events, refused: Object.fromEntries(summary.refused), found: lines }
}

describe('checking events', () => {
  it('counts lines as they stand in the file, whatever the chunks', async () => {
    const bad = JSON.stringify({ ...VALID, channel: '' })
    const text = `${valid}\n\n  \r\n${bad}\r\n{"event_id":\nnot json\n${valid}\n${bad}`
    for (const size of [1, 7, 64, 1 << 16]) {
      expect(await check(text, size)).toEqual({
        events: 6,
        refused: { invalid_channel: 2, invalid_json: 2 },
        found: [
          '4 | invalid_channel | channel | an empty string',
          expect.stringMatching(/^5 \| invalid_json \| {2}\| no JSON/),
          expect.stringMatching(/^6 \| invalid_json \| {2}\| no JSON/),
          '8 | invalid_channel | channel | an empty string',
        ],
      })
    }
  })

  it('takes an array of events, item by item', async () => {
    const text = JSON.stringify([VALID, { ...VALID, event_id: 1 }, 'x', VALID], null, 2)
    expect(await check(text)).toEqual({
      events: 4,
      refused: { invalid_event_id: 1, invalid_json: 1 },
      found: [
        'item 2 | invalid_event_id | event_id | a number, like 9',
        'item 3 | invalid_json |  | a string of 1 character, like "a"',
      ],
    })
    expect(await check(`[${valid}]\n`)).toMatchObject({ events: 1, refused: {} })
  })

  it('takes one object over several lines', async () => {
    expect(await check(`\n${JSON.stringify(VALID, null, 2)}\n`)).toMatchObject({
      events: 1,
      refused: {},
    })
    expect(await check(JSON.stringify({ ...VALID, timestamp: 1 }, null, 2))).toMatchObject({
      found: ['1 | invalid_timestamp | timestamp | a number, like 9'],
    })
  })

  it('takes lines that begin like a document but are none as lines', async () => {
    expect(await check(`[1]\n${valid}\n`)).toEqual({
      events: 2,
      refused: { invalid_json: 1 },
      found: ['1 | invalid_json |  | an array of 1'],
    })
    expect(await check(`{"event_id": \n${valid}\n`)).toMatchObject({
      events: 2,
      refused: { invalid_json: 1 },
    })
  })

  it('names a byte-order mark and bytes that are not UTF-8', async () => {
    expect((await check(`\ufeff${valid}\n`)).found).toEqual([
      '1 | invalid_json |  | preceded by a byte-order mark',
    ])
    expect((await check(Buffer.from(valid.replace('email', 'é'), 'latin1'))).found).toEqual([
      '1 | invalid_json |  | no UTF-8',
    ])
  })

  it('speaks the words of schemas/REASONS.md, of every example that is refused', async () => {
    const examples = join(ROOT, 'schemas/examples/invalid')
    const reasons = readFileSync(join(ROOT, 'schemas/REASONS.md'), 'utf8')
    let told = 0
    for (const name of readdirSync(examples)) {
      const { reason, event, value } = JSON.parse(readFileSync(join(examples, name), 'utf8')) as {
        reason: string
        event?: object
        value?: string
      }
      if (value === '' || reason === 'key_mismatch' || reason === 'wrong_partition') continue
      const findings: Finding[] = []
      await checkEvents(chunks(value ?? JSON.stringify(event), 1 << 16), {
        settings: DEFAULT_SETTINGS,
        onFinding: (finding) => findings.push(finding),
      })
      // An array is as many events.
      expect([name, ...new Set(findings.map((each) => each.reason))]).toEqual([name, reason])
      expect(reasons).toContain(findings[0]!.cure)
      told++
    }
    expect(told).toBeGreaterThan(20)
  })

  it('knows the names of other platforms, but for those that goals name', async () => {
    const named = (action_type: string) => JSON.stringify({ ...VALID, action_type })
    const text = ['Order Completed', 'AddToCart', 'AddToCart', 'add_to_cart', 'wink'].map(named)
    const foreignOf = async (goals: typeof DEFAULT_SETTINGS.goals) => {
      const settings = { ...DEFAULT_SETTINGS, goals }
      const input = chunks(text.join('\n'), 1 << 16)
      return (await checkEvents(input, { settings, onFinding: () => {} })).foreign
    }
    const [purchase, ...others] = DEFAULT_SETTINGS.goals
    expect([...(await foreignOf(DEFAULT_SETTINGS.goals))]).toEqual([
      ['Order Completed', 1],
      ['AddToCart', 2],
    ])
    const meant = { ...purchase!, actions: ['purchase', 'Order Completed'] }
    expect([...(await foreignOf([meant, ...others]))]).toEqual([['AddToCart', 2]])
  })

  it('finds nothing in nothing', async () => {
    expect(await check('')).toEqual({ events: 0, refused: {}, found: [] })
    expect(await check('\n \n')).toEqual({ events: 0, refused: {}, found: [] })
  })
})

describe('tributary check', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-check-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const file = (name: string, text: string | Buffer): string => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const run = (args: readonly string[], input = '') =>
    spawnSync(process.execPath, [...PROGRAM, 'check', ...args], {
      cwd: ROOT,
      input,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] },
    })

  it('accepts the valid examples of schemas/ with 0', () => {
    const examples = join(ROOT, 'schemas/examples/valid')
    const text = readdirSync(examples).map(
      (name) => JSON.parse(readFileSync(join(examples, name), 'utf8')) as object,
    )
    const { status, stdout, stderr } = run(
      ['-'],
      text.map((event) => JSON.stringify(event)).join('\n'),
    )
    expect({ status, stdout, stderr }).toEqual({
      status: 0,
      stdout: '',
      stderr: `${text.length} events: ${text.length} valid, 0 refused\n`,
    })
  })

  it('explains refusals on stdout, sums up on stderr and exits with 65', () => {
    const secret = JSON.stringify({ ...VALID, user_hash: 'zoe.quux@example.com' })
    const path = file('events.ndjson', `${valid}\n${secret}\n${secret}\n`)
    const { status, stdout, stderr } = run([path, '--max', '1'])
    expect(status).toBe(65)
    expect(stdout).toMatch(
      /^line 2: raw_identifier: user_hash is a string of 20 characters, .*\n {2}cure: Hash it/,
    )
    expect(stdout.split('\n')).toHaveLength(3)
    expect(stderr).toBe(
      '… and 1 more refusals; --max or --json show them all\n3 events: 1 valid, 2 refused\n  raw_identifier: 2\n',
    )
    expect(stdout + stderr).not.toContain('quux')
  })

  it('hints at names of other platforms, which are valid all the same', async () => {
    const path = file('foreign.ndjson', JSON.stringify({ ...VALID, action_type: 'AddToCart' }))
    const { exitCode, stdout, stderr } = await runHere(['check', path], {})
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' })
    expect(stderr).toBe(
      '1 events: 1 valid, 0 refused\n' +
        'hint: 1 event with action_type "AddToCart", a name of Meta, TikTok, Pinterest; ' +
        'ours is "add_to_cart" (schemas/MAPPINGS.md)\n',
    )
  })

  it('prints one JSON object per refusal with --json', () => {
    const { status, stdout } = run(['-', '--json', '--quiet'], `{}\n${valid}`)
    expect(status).toBe(65)
    expect(JSON.parse(stdout)).toEqual({
      line: 1,
      reason: 'invalid_event_id',
      field: 'event_id',
      found: 'missing',
      cure: expect.stringContaining('1 to 128'),
    })
  })

  it.each([
    ['none.ndjson', undefined, 'does not exist'],
    ['', undefined, 'is a folder'],
    ['events.gz', Buffer.from([0x1f, 0x8b, 8, 0]), 'is packed'],
    ['events.xlsx', Buffer.from([0x50, 0x4b, 3, 4, 0]), 'ZIP archive'],
  ])('refuses %j with what to do instead', async (name, bytes, message) => {
    if (bytes !== undefined) file(name, bytes)
    const checked = checkCommand().parseAsync([join(folder, name)], { from: 'user' })
    await expect(checked).rejects.toMatchObject({
      code: 'TRIBUTARY_BAD_DATA',
      message: expect.stringContaining(message) as string,
    })
  })
})
