// What `npm run sim` does in CI: many seeds, all planted bugs, and one bug from catch to command.
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { HALT_REASONS } from '../../src/runtime/halt.ts'
import type { Campaign } from './campaign.ts'
import type { Hunt } from './hunt.ts'
import { MUTANTS } from './mutants/all.ts'
import type { OneSeed } from './one-seed.ts'

const RUN = fileURLToPath(new URL('run.mjs', import.meta.url))

/** As `npm run sim -- …` with `--json`. */
async function sim(args: string): Promise<{ exitCode: number | null; data: unknown }> {
  const stdio = ['ignore', 'pipe', 'inherit'] as const
  const run = spawn(process.execPath, [RUN, ...args.split(' '), '--json'], { stdio: [...stdio] })
  const exit = new Promise<number | null>((resolve) => run.once('close', resolve))
  const output = await text(run.stdout)
  return { exitCode: await exit, data: JSON.parse(output) }
}

const FAULTS = [
  'refused',
  'answer-lost',
  'lands-late',
  'slow',
  'lied',
  'hangs',
  'jumped',
  'kill',
  'freeze',
  'stop',
  'rebalance',
  'rewind',
  'outage',
  'insert-again',
  'group-offset',
  'trim',
]
const SEEN = ['fenced', 'rewinds', 'rows_resent', 'hours_forgotten', 'lapses', 'retractions']
const HALTS = HALT_REASONS.map((reason) => `halt ${reason}`)

it('twenty thousand seeds pass, with every fault and every halt among them', async () => {
  const { exitCode, data } = await sim('--seeds 20000')
  const { runs, counts, failing } = data as Campaign
  expect(failing).toBeNull()
  expect(exitCode).toBe(0)
  expect(runs).toBeGreaterThanOrEqual(20_000)
  expect(Object.keys(counts)).toEqual(expect.arrayContaining([...FAULTS, ...SEEN, ...HALTS]))
}, 900_000)

it('every planted bug is caught', async () => {
  const { exitCode, data } = await sim('--mutants --seeds 5000')
  const { hunted } = data as Hunt
  expect(hunted.filter(({ seed }) => seed === null)).toEqual([])
  expect(hunted).toHaveLength(MUTANTS.length)
  expect(exitCode).toBe(0)
}, 900_000)

it('a planted bug is caught, made small, and caught again by the command that is told', async () => {
  const { exitCode, data } = await sim('--mutant fence-dropped')
  expect(exitCode).toBe(1)
  const failing = (data as Campaign).failing!
  expect(failing.smallFailure).not.toBe('')
  const { records, faults } = failing
  expect(records.left + faults.left).toBeLessThan(records.all + faults.all)
  expect(failing.plan.faults).toHaveLength(failing.faults.left)
  expect(failing.trace.length).toBeGreaterThan(0)
  expect(failing.repeat).toBe(`npm run sim -- --seed ${failing.seed} --mutant fence-dropped`)
  const again = await sim(failing.repeat.replace('npm run sim -- ', ''))
  expect(again.exitCode).toBe(1)
  const { isSame, failing: same } = again.data as OneSeed
  expect(isSame).toBe(true)
  expect(same).toMatchObject({ seed: failing.seed, failure: failing.failure })
})
