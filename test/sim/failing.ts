// A seed that fails, made small, and everything that a person needs to look into it.
import type { Plan } from './plan.ts'
import type { Verdict } from './run-plan.ts'
import type { Runner } from './runner.ts'
import { shrink } from './shrink.ts'

const SHRINK_MAX_MS = 30_000

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
  /** The name of the planted bug, if there is one. */
  readonly mutant: string | null
}

export async function makeSmall(
  whole: Plan,
  { runner, verdict, mutant }: FailingOptions,
): Promise<Failing> {
  const endMs = performance.now() + SHRINK_MAX_MS
  const plan = await shrink(whole, {
    fails: async (smaller) => (await runner.run(smaller)).failure !== null,
    isOver: () => performance.now() > endMs,
  })
  const small = await runner.run(plan, { trace: true })
  const planted = mutant === null ? '' : ` --mutant ${mutant}`
  return {
    seed: whole.seed,
    failure: verdict.failure ?? '',
    smallFailure: small.failure ?? '',
    records: { all: whole.records.length, left: plan.records.length },
    faults: { all: whole.faults.length, left: plan.faults.length },
    plan,
    trace: small.trace,
    repeat: `npm run sim -- --seed ${whole.seed}${planted}`,
  }
}
