// A seed that fails, made small, and everything that a person needs to look into it.
import type { Plan, PlannedWorld } from './plan.ts'
import type { Verdict } from './run-plan.ts'
import type { Runner } from './runner.ts'
import { shrink } from './shrink.ts'
import type { Simpler } from './shrink.ts'

const SHRINK_MAX_MS = 30_000
/** Worlds in which less happens by itself. */
const CALMER: readonly Partial<PlannedWorld>[] = [
  { slowPerMille: 0 },
  { hasTicks: false },
  { workers: 1 },
  { partitions: 1 },
  { readMax: 50 },
  { commitJourneysMax: 4_000 },
  { unflushedRowsMax: 500_000 },
  { cachedJourneysMax: 1_000_000 },
]
const SIMPLER = CALMER.map((changes): Simpler<Plan> => {
  return (plan) => ({ ...plan, world: { ...plan.world, ...changes } })
})

export interface Failing {
  readonly seed: number
  /** What went wrong in the whole plan, and in the small one. */
  readonly failure: string
  readonly smallFailure: string
  /** How much of the whole plan it takes. */
  readonly records: { readonly all: number; readonly left: number }
  readonly faults: { readonly all: number; readonly left: number }
  readonly plan: Plan
  readonly trace: readonly string[]
  /** The command that does all this again. */
  readonly repeat: string
}

export interface FailingOptions {
  readonly runner: Runner
  readonly verdict: Verdict
  /** The command that does all this again. */
  readonly repeat: string
}

/** @param mutant the name of the planted bug, if there is one */
export const repeatSeed = (seed: number, mutant: string | null): string =>
  `npm run sim -- --seed ${seed}${mutant === null ? '' : ` --mutant ${mutant}`}`

export async function makeSmall(
  whole: Plan,
  { runner, verdict, repeat }: FailingOptions,
): Promise<Failing> {
  const endMs = performance.now() + SHRINK_MAX_MS
  const fails = async (smaller: Plan): Promise<boolean> =>
    (await runner.run(smaller)).failure !== null
  const isOver = (): boolean => performance.now() > endMs
  const plan = await shrink(whole, { fails, isOver }, SIMPLER)
  const small = await runner.run(plan, { trace: true })
  return {
    seed: whole.seed,
    failure: verdict.failure ?? '',
    smallFailure: small.failure ?? '',
    records: { all: whole.records.length, left: plan.records.length },
    faults: { all: whole.faults.length, left: plan.faults.length },
    plan,
    trace: small.trace,
    repeat,
  }
}
