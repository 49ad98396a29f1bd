// `npm run sim`, as run.mjs has compiled it: which of the three ways of running was asked for, and
// what it ends with. The working folder is the repository.
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { formatFailure, toFailure } from '../../src/cli/failure.ts'
import { createProgress } from '../../src/cli/progress.ts'
import { runCampaign } from './campaign.ts'
import { hunt } from './hunt.ts'
import { keptSeeds } from './kept-seeds.ts'
import { MUTANTS } from './mutants/all.ts'
import type { Mutant } from './mutants/mutant.ts'
import { plantMutants } from './mutants/trees.ts'
import { runOneSeed } from './one-seed.ts'
import { parseOptions } from './options.ts'
import type { SimOptions } from './options.ts'
import { campaignText, huntText, oneSeedText, survivorsOf } from './report.ts'

const compiled = fileURLToPath(new URL('../..', import.meta.url))
const root = process.cwd()

/** Compiled trees of the mutants, by name; they vanish with the tree that this runs in. */
function plant(mutants: readonly Mutant[]): Map<string, string> {
  const scratch = path.join(compiled, 'mutants')
  mkdirSync(scratch)
  return plantMutants({ root, compiled, scratch }, mutants)
}

function treeOf(mutant: Mutant | null): string {
  return mutant === null ? compiled : plant([mutant]).get(mutant.name)!
}

interface Result {
  readonly data: object
  readonly text: string
  readonly isGood: boolean
}

async function simulate(options: SimOptions): Promise<Result> {
  switch (options.kind) {
    case 'seed':
      return simulateOne(options)
    case 'seeds':
      return simulateMany(options)
    case 'mutants':
      return simulateMutants(options)
  }
}

async function simulateOne(options: SimOptions & { readonly kind: 'seed' }): Promise<Result> {
  const { seed, mutant, trace } = options
  const name = mutant?.name ?? null
  const data = await runOneSeed({ tree: treeOf(mutant), seed, mutant: name, trace })
  return { data, text: oneSeedText(data), isGood: data.isSame && data.failing === null }
}

async function simulateMany(options: SimOptions & { readonly kind: 'seeds' }): Promise<Result> {
  const { from, seeds, mutant, threads, json } = options
  const kept = mutant === null ? keptSeeds(root) : []
  const progress = createProgress({ total: kept.length + seeds, unit: 'seeds', quiet: json })
  const data = await runCampaign({
    tree: treeOf(mutant),
    mutant: mutant?.name ?? null,
    kept,
    from,
    seeds,
    threads,
    progress: (done) => progress.update(done),
  }).finally(() => progress.stop())
  return { data, text: campaignText(data), isGood: data.failing === null }
}

async function simulateMutants(
  options: SimOptions & { readonly kind: 'mutants' },
): Promise<Result> {
  const { seeds, threads, json } = options
  const trees = plant(MUTANTS)
  const progress = createProgress({ total: MUTANTS.length, unit: 'mutants', quiet: json })
  const data = await hunt({
    mutants: MUTANTS,
    sound: compiled,
    trees,
    seeds,
    threads,
    progress: (done) => progress.update(done),
  }).finally(() => progress.stop())
  return { data, text: huntText(data), isGood: survivorsOf(data.hunted).length === 0 }
}

const args = process.argv.slice(2)
try {
  const options = parseOptions(args)
  const { data, text, isGood } = await simulate(options)
  process.stdout.write(`${options.json ? JSON.stringify(data) : text}\n`)
  process.exitCode = isGood ? 0 : 1
} catch (error) {
  const failure = toFailure(error)
  if (failure !== null) {
    process.stderr.write(formatFailure(failure, args.includes('--json')))
    process.exitCode = failure.exitCode
  }
}
