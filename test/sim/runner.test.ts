// A thread that runs plans, compiled as `npm run sim` compiles it.
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compileInto } from '../compile.mjs'
import type { Plan } from './plan.ts'
import { planOf } from './plan.ts'
import { runPlan } from './run-plan.ts'
import { Runner } from './runner.ts'

const FILES = ['runner.ts', 'pool-worker.ts', 'plan.ts', 'run-plan.ts']
let tree = ''
let runner: Runner | undefined

beforeAll(async () => {
  tree = await mkdtemp(path.join(os.tmpdir(), 'tributary-runner-'))
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const files = FILES.map((file) => path.join('test/sim', file))
  expect(compileInto(tree, { root, files, checksTypes: false })).toBe(true)
  const url = pathToFileURL(path.join(tree, 'test/sim/runner.js')).href
  const compiled = (await import(url)) as { Runner: typeof Runner }
  runner = new compiled.Runner(tree)
}, 60_000)

afterAll(async () => {
  await runner?.close()
  await rm(tree, { recursive: true })
})

/** Running it throws. */
const unrunnable = {} as Plan

describe('a thread of the simulation', () => {
  it('runs seeds and plans as they are run here', async () => {
    const [first, second] = await runner!.runAll([3, planOf(4)])
    expect(first!.hash).toBe((await runPlan(planOf(3))).hash)
    expect(second!.hash).toBe((await runPlan(planOf(4))).hash)
  })

  it('finds which of several ended the thread, and goes on in another', async () => {
    const verdicts = await runner!.runAll([1, unrunnable, 2])
    expect(verdicts.map(({ failure }) => failure)).toEqual([
      null,
      expect.stringContaining('an error escapes'),
    ])
    expect(await runner!.run(2)).toMatchObject({ failure: null })
  })

  it('has failed where it ends under several, though under none of them alone', async () => {
    const passed = { failure: null, hash: '', trace: [], counts: {} }
    const crowded = new Runner('', {
      ask: ({ runs }) => Promise.resolve(runs.length > 1 ? 'the thread has ended' : [passed]),
      close: () => Promise.resolve(),
    })
    const verdicts = await crowded.runAll([1, 2, 3])
    expect(verdicts.map(({ failure }) => failure)).toEqual([
      null,
      null,
      'the thread has ended, among 3 runs, but with none of them alone',
    ])
  })
})
