// The document that readers of the proof get, from runs that passed, failed and were never made.
import { expect, it } from 'vitest'
import { proofDocument } from './document.ts'
import type { PartRun } from './parts.ts'

const runOf = (report: object, exitCode = 0): PartRun => ({
  command: 'npm run sim -- --seeds 30',
  commit: 'abc1234',
  day: '2026-01-31',
  exitCode,
  report,
})

const campaign = {
  runs: 30_000,
  seconds: 100,
  threads: 2,
  counts: { kill: 1_234, 'halt state_missing': 7 },
  failing: null,
}

it('tells how a part was run, what came about, and what no failure means', () => {
  const text = proofDocument(new Map([['sim', runOf(campaign)]]))
  expect(text).toContain('`npm run sim -- --seeds 30`, of commit `abc1234`, on 2026-01-31: passed.')
  expect(text).toContain('30,000 seeds, no failure: fewer than 1 in 10,000 of such runs fail')
  expect(text).toContain('150 seeds per second and core')
  expect(text).toContain('| kill | 1,234 |')
  expect(text).toContain('| halt state\\_missing | 7 |')
})

it('hides neither a failure, nor a bug that survived, nor a part that was not run', () => {
  const failing = { seed: 17, failure: 'a row differs' }
  const hunted = [
    { name: 'fence-dropped', wrong: 'a | b', seed: 3, failure: 'rows\ndiffer' },
    { name: 'clock-believed', wrong: 'time', seed: null, failure: '' },
  ]
  const text = proofDocument(
    new Map([
      ['sim', runOf({ ...campaign, failing }, 1)],
      ['mutants', runOf({ seconds: 5, hunted }, 1)],
    ]),
  )
  expect(text).toContain('on 2026-01-31: **failed**.')
  expect(text).toContain('Seed 17 fails: a row differs')
  expect(text).toContain('1 of 2 bugs that were planted in the source are caught')
  expect(text).toContain('| `fence-dropped` | a \\| b | 3 | rows differ |')
  expect(text).toContain('| `clock-believed` | time | **survived** |')
  expect(text).toContain('## Real processes\n\nNot run yet.')
})
