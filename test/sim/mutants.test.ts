import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { MUTANTS } from './mutants/all.ts'
import { filesOf, patched } from './mutants/mutant.ts'
import { checkMutants } from './mutants/trees.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const scratch = mkdtempSync(path.join(tmpdir(), 'tributary-test-mutants-'))
afterAll(() => rmSync(scratch, { recursive: true }))

describe('the planted bugs', () => {
  it('are changes of sources that are there', () => {
    for (const mutant of MUTANTS) {
      for (const file of filesOf(mutant)) {
        const source = readFileSync(path.join(root, file), 'utf8')
        expect(patched(mutant, file, source), `${mutant.name} in ${file}`).not.toBe(source)
      }
    }
  })

  it('are right in their types: what catches them is what they do', () => {
    expect(checkMutants({ root, scratch }, MUTANTS)).toBe(true)
  })

  it('have names of their own', () => {
    const names = MUTANTS.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
  })

  it('refuse a source in which their text stands twice, or not at all', () => {
    const mutant = MUTANTS[0]!
    const [{ file, find }] = mutant.patches as [(typeof mutant.patches)[number]]
    expect(() => patched(mutant, file, 'nothing')).toThrow('0 times')
    expect(() => patched(mutant, file, find + find)).toThrow('2 times')
  })
})
