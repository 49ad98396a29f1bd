// An operator who is woken by a halt finds it by its name, with the way on.
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { HALT_REASONS } from '../../src/runtime/halt.ts'

it('the runbook has a row for every halt, and for nothing that is none', () => {
  const text = readFileSync(new URL('../../deploy/README.md', import.meta.url), 'utf8')
  const rows = [...text.matchAll(/^\| `(\w+)` +\|/gm)].map(([, reason]) => reason)
  expect(rows).toHaveLength(HALT_REASONS.length)
  expect(new Set(rows)).toEqual(new Set<string>(HALT_REASONS))
})
