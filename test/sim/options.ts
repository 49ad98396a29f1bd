// What `npm run sim` can be asked for. Mistakes leave as TributaryError or CommanderError.
import { availableParallelism } from 'node:os'
import { Command, InvalidArgumentError, Option } from '@commander-js/extra-typings'
import { closest } from 'fastest-levenshtein'
import { TributaryError } from '../../src/ports/errors.ts'
import { MUTANTS } from './mutants/all.ts'
import type { Mutant } from './mutants/mutant.ts'

const SEEDS = 2_000
const SEEDS_PER_MUTANT = 5_000

interface Shared {
  readonly json: boolean
  readonly threads: number
}

export type SimOptions = Shared &
  (
    | {
        readonly kind: 'seeds'
        readonly from: number
        readonly seeds: number
        readonly mutant: Mutant | null
      }
    | {
        readonly kind: 'seed'
        readonly seed: number
        readonly mutant: Mutant | null
        readonly trace: boolean
      }
    | { readonly kind: 'mutants'; readonly seeds: number }
  )

const HELP = `
Seeds that are kept in test/sim/seeds.json run first. Exit code 1: a seed fails or a mutant survives.`

export function parseOptions(args: readonly string[]): SimOptions {
  const command = new Command('npm run sim --')
    .description('run the worker over simulated services; one seed decides everything')
    .option('--seeds <number>', `so many seeds (default: ${SEEDS}; of a mutant: 5000)`, toCount)
    .option('--seed <number>', 'the first of them; without --seeds: this one alone, twice', toCount)
    .option('--mutant <name>', 'over a planted bug, until it is caught')
    .addOption(
      new Option('--mutants', 'over every planted bug, each until it is caught').conflicts([
        'seed',
        'mutant',
      ]),
    )
    .option('--trace', 'of one seed: print what happened')
    .option('--threads <number>', 'run so many at once (default: one per core)', toCount)
    .option('--json', 'print the result as JSON')
    .addHelpText('after', HELP)
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .parse(args, { from: 'user' })
  const { seeds, seed, mutant, mutants, trace, threads, json } = command.opts()
  const isAlone = seed !== undefined && seeds === undefined
  if (trace === true && !isAlone) command.error("error: option '--trace' needs one --seed")
  const shared = { json: json === true, threads: threads ?? availableParallelism() }
  if (mutants === true) return { ...shared, kind: 'mutants', seeds: seeds ?? SEEDS_PER_MUTANT }
  const planted = mutant === undefined ? null : mutantNamed(mutant)
  if (isAlone) {
    return { ...shared, kind: 'seed', seed, mutant: planted, trace: trace === true }
  }
  const most = seeds ?? (planted === null ? SEEDS : SEEDS_PER_MUTANT)
  return { ...shared, kind: 'seeds', from: seed ?? 1, seeds: most, mutant: planted }
}

function toCount(text: string): number {
  const number = Number(text)
  if (/^\d+$/.test(text) && Number.isSafeInteger(number) && number > 0) return number
  throw new InvalidArgumentError('It must be a whole number from 1 on.')
}

function mutantNamed(name: string): Mutant {
  const found = MUTANTS.find((mutant) => mutant.name === name)
  if (found !== undefined) return found
  const names = MUTANTS.map((mutant) => mutant.name)
  throw new TributaryError('TRIBUTARY_USAGE', `There is no mutant ${name}.`, {
    hint: `Did you mean ${closest(name, names)}? All: ${names.join(', ')}.`,
  })
}
