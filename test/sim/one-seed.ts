// One seed, twice: the same seed must give the same run, to the last event.
import type { Failing } from './failing.ts'
import { makeSmall, repeatSeed } from './failing.ts'
import { planOf } from './plan.ts'
import { Runner } from './runner.ts'

export interface OneSeed {
  readonly seed: number
  /** Of all that happened, in both runs. */
  readonly hashes: readonly [string, string]
  readonly isSame: boolean
  readonly counts: Readonly<Record<string, number>>
  /** What happened, when asked for. */
  readonly trace: readonly string[]
  readonly failing: Failing | null
}

export interface OneSeedOptions {
  readonly tree: string
  readonly seed: number
  readonly mutant: string | null
  readonly trace: boolean
}

export async function runOneSeed({ tree, seed, mutant, trace }: OneSeedOptions): Promise<OneSeed> {
  const runner = new Runner(tree)
  const verdict = await runner.run(seed, { trace })
  const again = await runner.run(seed)
  const repeat = repeatSeed(seed, mutant)
  const failing =
    verdict.failure === null ? null : await makeSmall(planOf(seed), { runner, verdict, repeat })
  await runner.close()
  return {
    seed,
    hashes: [verdict.hash, again.hash],
    isSame: verdict.hash === again.hash,
    counts: verdict.counts,
    trace: verdict.trace,
    failing,
  }
}
