import { availableParallelism } from 'node:os'
import { describe, expect, it } from 'vitest'
import { toFailure } from '../../src/cli/failure.ts'
import { parseOptions } from './options.ts'

const parse = (line: string) => parseOptions(line === '' ? [] : line.split(' '))

describe('npm run sim', () => {
  it('runs two thousand seeds on every core, and what else it is asked for', () => {
    const threads = availableParallelism()
    const all = { json: false, threads }
    const many = { ...all, kind: 'seeds', from: 1, mutant: null }
    expect(parse('')).toEqual({ ...many, seeds: 2_000 })
    expect(parse('--seeds 7 --seed 100')).toEqual({ ...many, from: 100, seeds: 7 })
    expect(parse('--mutant fence-dropped')).toMatchObject({ kind: 'seeds', seeds: 5_000 })
    expect(parse('--seed 9 --trace')).toEqual({
      ...all,
      kind: 'seed',
      seed: 9,
      mutant: null,
      trace: true,
    })
    const mutants = { kind: 'mutants', seeds: 5_000, json: true, threads: 1 }
    expect(parse('--mutants --json --threads 1')).toEqual(mutants)
  })

  it.each([
    ['--seeds 0', 'It must be a whole number from 1 on'],
    ['--seeds', 'argument missing'],
    ['--seed -3', 'It must be a whole number from 1 on'],
    ['--seed 1.5', 'It must be a whole number from 1 on'],
    ['--seed 1e3', 'It must be a whole number from 1 on'],
    ['--mutants --seed 5', 'cannot be used with'],
    ['--mutants --mutant fence-dropped', 'cannot be used with'],
    ['--trace', "'--trace' needs one --seed"],
    ['--trace --seed 5 --seeds 10', "'--trace' needs one --seed"],
    ['--mutant fence-droped', 'Did you mean fence-dropped?'],
    ['--seds 5', 'Did you mean --seed'],
    ['5', 'too many arguments'],
  ])('%s is a mistake that is explained, exit code 2', (line, words) => {
    let failure: ReturnType<typeof toFailure> = null
    try {
      parse(line)
    } catch (error) {
      failure = toFailure(error)
    }
    expect(failure?.exitCode).toBe(2)
    expect(`${failure?.message} ${failure?.hint ?? ''}`).toContain(words)
  })
})
