import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import type { Campaign } from './campaign.ts'
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

it('two hundred seeds pass, and those that are kept', async () => {
  const { exitCode, data } = await sim('--seeds 200')
  const { runs, counts, failing } = data as Campaign
  expect(failing).toBeNull()
  expect(exitCode).toBe(0)
  expect(runs).toBeGreaterThanOrEqual(200)
  expect(Object.keys(counts).length).toBeGreaterThan(10)
})

it('a planted bug is caught, made small, and caught again by the command that is told', async () => {
  const { exitCode, data } = await sim('--mutant fence-dropped')
  expect(exitCode).toBe(1)
  const failing = (data as Campaign).failing!
  expect(failing.smallFailure).not.toBe('')
  expect(failing.records.left).toBeLessThan(failing.records.all)
  expect(failing.faults.left).toBeLessThan(failing.faults.all)
  expect(failing.plan.faults).toHaveLength(failing.faults.left)
  expect(failing.trace.length).toBeGreaterThan(0)
  expect(failing.repeat).toBe(`npm run sim -- --seed ${failing.seed} --mutant fence-dropped`)
  const again = await sim(failing.repeat.replace('npm run sim -- ', ''))
  expect(again.exitCode).toBe(1)
  const { isSame, failing: same } = again.data as OneSeed
  expect(isSame).toBe(true)
  expect(same).toMatchObject({ seed: failing.seed, failure: failing.failure })
})
