// `tributary journey`: what it prints in each format is what was booked, whatever producers call
// things.
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fc, test } from '@fast-check/vitest'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createGenerator } from '../../src/adapters/generator/generator.ts'
import { generatorOptions } from '../../src/adapters/generator/options.ts'
import { journeyCommand } from '../../src/cli/journey.ts'
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts'
import { TABLES } from '../../src/core/tables.ts'
import { leaveState } from './left-state.ts'
import type { WireRecord } from './left-state.ts'
import { runProgram } from './run-program.ts'
import { removeEngineFolder } from '../adapters/clickhouse/embedded-engine.ts'

const DAY = 86_400_000
const START = Date.UTC(2026, 9, 5)
const FORMATS = ['table', 'json', 'mermaid', 'dot'] as const

const home = process.cwd()
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-test-'))
  process.chdir(folder)
})
afterAll(async () => {
  process.chdir(home)
  await removeEngineFolder(folder)
})

/** What the command prints; errors are thrown. */
async function print(...args: string[]): Promise<string> {
  const printed: string[] = []
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed.push(String(text))
    return true
  })
  try {
    await journeyCommand().parseAsync(args, { from: 'user' })
  } finally {
    write.mockRestore()
  }
  return printed.join('')
}

interface Names {
  readonly channel: string
  readonly campaign: string
  readonly action: string
  readonly live: string
}

const PLAIN: Names = { channel: 'ig', campaign: 'drop', action: 'view', live: 'show' }

/** Two paths: one that lapses, and one with a lead, a purchase told twice, and two refunds. */
function story({ channel, campaign, action, live }: Names): WireRecord[] {
  let number = 0
  const event = (at: number, type: string, where: string, metadata: object = {}): WireRecord => ({
    timeMs: START + at * DAY,
    value: JSON.stringify({
      event_id: `e${number++}`,
      user_hash: 'anna',
      timestamp: START + at * DAY,
      channel: where,
      campaign,
      action_type: type,
      metadata,
    }),
  })
  const money = { currency: 'EUR', transaction_id: 'A' }
  return [
    event(0, action, channel),
    event(31, action, channel, { live_event_id: live }),
    event(31.25, 'lead', 'email'),
    event(32, 'view', 'email'),
    event(33, 'purchase', 'email', { ...money, value: '57.00', source: 'pixel' }),
    event(33.5, 'purchase', 'email', {
      ...money,
      value: '59.90',
      source: 'checkout',
      variant: live,
    }),
    event(34, 'refund', 'email', { ...money, value: '20.00' }),
    event(34.5, 'refund', 'email', { ...money, value: '1.00', transaction_id: 'B' }),
  ]
}

describe('journey', () => {
  beforeAll(() => leaveState('plain', story(PLAIN), DEFAULT_SETTINGS))

  it('prints a time line and the credit of all models in 100 columns', async () => {
    const table = await print('anna', '--db', 'plain')
    expect(Math.max(...table.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100)
    expect(table).toContain('2026-11-08 12:00:00 UTC')
    expect(table).toContain('3 touchpoints and 2 conversions in 2 paths (1 converted, 1 lapsed)')
    expect(table).toContain('Path 1 lapsed: the next touch came 31 d after its last touch')
    expect(table).toContain('purchase of 59.90 EUR, 39.90 EUR after refunds')
    expect(table).toContain('told by pixel 57.00 EUR, checkout 59.90 EUR (counts)')
    expect(table).toContain('refund of 1.00 EUR that matches nothing: no order of its transaction')
    expect(table).toMatch(/│ t2 ig \/ drop +│ +100 │ +· │ +· │ +50 │ +47\.5 │ +50 │ +66\.7 │ +50 │/)
    expect(table).toContain(
      'w_shaped        lead at 2026-11-05 06:00:00 counts for t2: two thirds t2, one third t3',
    )
  })

  it('prints one model with its money', async () => {
    const table = await print('anna', '--db', 'plain', '--model', 'w_shaped')
    expect(table).toMatch(/│ t2 ig \/ drop +│ +2 d │ +66\.7 │ +0\.666667 │ +26\.60 │/)
    expect(table).not.toContain('time_decay')
    const dot = await print('anna', '--db', 'plain', '--model', 'w_shaped', '--format', 'dot')
    expect(dot).toContain('t2 -> c2 [label="66.7 %"')
    const mermaid = await print('anna', '--db', 'plain', '--model', 'w_shaped', '--format=mermaid')
    expect(mermaid).toContain('t2 -.->|"66.7 %"| c2')
  })

  it('prints JSON with times as text and money as decimals and minor units', async () => {
    const data = JSON.parse(await print('anna', '--db', 'plain', '--json'))
    expect(await print('anna', '--db', 'plain', '--format', 'json')).toBe(
      `${JSON.stringify(data, null, 2)}\n`,
    )
    expect(data).toMatchObject({
      user_hash: 'anna',
      stream_time: '2026-11-08T12:00:00.000Z',
      forgotten: { events: 0, paths: 0, until: null },
      paths: [{ end: 'lapsed' }, { end: 'converted', nodes: ['t2', 'c1', 't3', 'c2'] }],
      refunds: [
        { of: 'c2', taken_minor: 2000 },
        { of: null, value_minor: 100, why: 'no order of its transaction' },
      ],
    })
    const [, purchase] = data.conversions
    expect(purchase).toMatchObject({
      goal: 'purchase',
      time: '2026-11-07T00:00:00.000Z',
      gross: '59.90',
      refunded: '20.00',
      net: '39.90',
      net_minor: 3990,
      currency: 'EUR',
      variant: 'show',
      live_event_id: null,
      post_live_of: 'show',
      candidates: ['t2', 't3'],
    })
    expect(purchase.credits[2]).toEqual({
      model: 'last_non_direct',
      why: 'all to t3, the last, which is not direct',
      parts: [
        { to: 't2', conversions_micro: 0, value_minor: 0, refund_minor: 0 },
        { to: 't3', conversions_micro: 1_000_000, value_minor: 3990, refund_minor: 2000 },
      ],
    })
  })

  it('draws paths as boxes, steps with their delay, credit as notes', async () => {
    const mermaid = await print('anna', '--db', 'plain', '--format', 'mermaid')
    expect(mermaid.split('\n')[1]).toBe('flowchart LR')
    expect(mermaid).toContain('  t2 -->|"1 d"| t3')
    expect(mermaid).toContain('  t2 -.->|"6 h"| c1')
    expect(mermaid).toContain('linear: t2 50 %, t3 50 % #40;equally to 2 candidates#41;')
    const dot = await print('anna', '--db', 'plain', '--format', 'dot')
    expect(dot).toContain('t3 -> c2 [label="1 d"];')
    expect(dot).toContain('label="Path 2 converted: ended by c2"')
    expect(dot).toContain('equally to 2 candidates')
  })

  it('says what has been forgotten', async () => {
    const tick = { timeMs: START + 70 * DAY, value: null }
    await leaveState('later', [...story(PLAIN), tick], DEFAULT_SETTINGS)
    const table = await print('anna', '--db', 'later')
    expect(table).toContain('Forgotten: 1 event with 1 path, none later than 2026-11-05 00:00:00')
    expect(table).toContain('cannot be told any more: touchpoints that it was credited to may')
    for (const format of ['mermaid', 'dot']) {
      const picture = await print('anna', '--db', 'later', '--format', format)
      expect(picture).toContain('Forgotten: 1 event, 1 path')
      expect(picture).toContain('cannot be told any more')
    }
  })
})

describe('journey of names that mean something elsewhere', { timeout: 60_000 }, () => {
  beforeAll(() => leaveState('plain', story(PLAIN), DEFAULT_SETTINGS))

  /** A picture without what is written in it. */
  const skeleton = (picture: string): string =>
    picture
      .replaceAll(/"(?:\\.|[^"\\])*"/g, '""')
      .replaceAll(/>[^<>]+</g, '><')
      .replaceAll(/(<TD ALIGN="">)(<BR ALIGN=""\/>)+/g, '$1')

  const name = fc.oneof(
    fc.constantFrom('"];x', '</TD><B>', 'a -->|b| c', 'end', '\u001b[31m', 'x\ny', '&lt;', '\\'),
    fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }).filter((s) => s.trim() !== ''),
  )
  const names = fc.record({ channel: name, campaign: name, action: name, live: name })

  test.prop([names], { numRuns: 15 })('draws the same picture', async (given) => {
    await leaveState('named', story({ ...given, channel: `c${given.channel}` }), DEFAULT_SETTINGS)
    for (const format of ['mermaid', 'dot'] as const) {
      const plain = await print('anna', '--db', 'plain', '--format', format)
      const named = await print('anna', '--db', 'named', '--format', format)
      expect(skeleton(named)).toBe(skeleton(plain))
    }
  })

  test.prop([names], { numRuns: 15 })('steers no terminal', async (given) => {
    await leaveState('named', story({ ...given, channel: `c${given.channel}` }), DEFAULT_SETTINGS)
    for (const format of FORMATS) {
      const text = await print('anna', '--db', 'named', '--format', format)
      expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
    }
  })
})

describe('journey of somebody who is not there', { timeout: 30_000 }, () => {
  it('says since when journeys are forgotten, and exits with 65', async () => {
    const run = await runProgram(['journey', 'nobody', '--db', join(folder, 'plain')])
    expect(run).toMatchObject({ stdout: '', exitCode: 65 })
    expect(run.stderr).toMatch('error: No journey of this person is held.')
    expect(run.stderr).toMatch('ended before 2026-10-02 12:00:00 UTC and has been forgotten')
  })

  it('does not hash a plain address, and says so', async () => {
    await expect(print('anna@example.com', '--db', 'plain')).rejects.toMatchObject({
      code: 'TRIBUTARY_BAD_DATA',
      hint: expect.stringContaining('as they were sent') as string,
    })
  })

  it('looks in the folder of the last replay, then of the demo', async () => {
    await expect(print('anna')).rejects.toMatchObject({
      message: 'There is no state in .tributary/replay/state.bin.',
    })
    await leaveState('.tributary/demo', story(PLAIN), DEFAULT_SETTINGS)
    expect(await print('anna')).toContain('Journey of anna')
    await leaveState('.tributary/replay', [], DEFAULT_SETTINGS)
    await expect(print('anna')).rejects.toMatchObject({ hint: 'The state is empty.' })
  })
})

describe('all journeys of a generated log', () => {
  it('together show the credits of the ledger', { timeout: 60_000 }, async () => {
    const records = [...createGenerator(generatorOptions({ events: 1_500 }))]
    // Nothing is forgotten, so that everything can be told.
    const settings = { ...DEFAULT_SETTINGS, latenessMs: 60 * DAY }
    const { ledger } = await leaveState('generated', records, settings)
    const persons = new Set(records.map(({ key }) => key))
    const shown = new Map<string, bigint>()
    let held = 0
    for (const person of persons) {
      const text = await print(person, '--db', 'generated', '--json').catch(() => null)
      if (text === null) continue
      held++
      addCredits(shown, JSON.parse(text))
    }
    expect(held).toBeGreaterThan(persons.size / 2)
    const booked = new Map<string, bigint>()
    const { dimensions } = TABLES.find(({ name }) => name === 'credits')!
    for (const row of ledger.rows('credits')) {
      const [goal, model, channel, campaign, currency] = row.slice(1, 1 + dimensions.length)
      const [micro, value] = row.slice(3 + dimensions.length).map((one) => BigInt(one as string))
      add(booked, [goal, model, channel, campaign, currency, 'micro'], micro!)
      add(booked, [goal, model, channel, campaign, currency, 'value'], value!)
    }
    expect(shown.size).toBeGreaterThan(100)
    expect(withoutZeros(shown)).toEqual(withoutZeros(booked))
  })
})

function add(sums: Map<string, bigint>, key: readonly unknown[], value: bigint): void {
  const name = JSON.stringify(key)
  sums.set(name, (sums.get(name) ?? 0n) + value)
}

const withoutZeros = (sums: ReadonlyMap<string, bigint>) =>
  new Map([...sums].filter(([, sum]) => sum !== 0n))

interface Printed {
  readonly touchpoints: readonly { id: string; channel: string; campaign: string }[]
  readonly conversions: readonly {
    goal: string
    currency: string
    credits: readonly {
      model: string
      parts: readonly { to: string; conversions_micro: number; value_minor: number }[]
    }[]
  }[]
}

function addCredits(sums: Map<string, bigint>, { touchpoints, conversions }: Printed): void {
  for (const { goal, currency, credits } of conversions) {
    for (const { model, parts } of credits) {
      for (const part of parts) {
        const found = touchpoints.find(({ id }) => id === part.to)
        const { channel, campaign } = found ?? { channel: part.to, campaign: '' }
        const key = [goal, model, channel, campaign, currency]
        add(sums, [...key, 'micro'], BigInt(part.conversions_micro))
        add(sums, [...key, 'value'], BigInt(part.value_minor))
      }
    }
  }
}
