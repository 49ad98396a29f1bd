// Many seeds over one tree: those that are kept, then one after the other, on all cores, until one
// fails.
import type { Failing } from './failing.ts'
import { makeSmall } from './failing.ts'
import type { KeptSeed } from './kept-seeds.ts'
import { planOf } from './plan.ts'
import type { Plan } from './plan.ts'
import { inLanes } from './pool.ts'
import type { Verdict } from './run-plan.ts'
import { Runner } from './runner.ts'

export interface CampaignOptions {
  readonly tree: string
  /** The name of the planted bug that the tree has, if any. */
  readonly mutant: string | null
  readonly kept: readonly KeptSeed[]
  readonly from: number
  readonly seeds: number
  readonly threads: number
  readonly progress: (done: number) => void
}

export interface Campaign {
  /** Seeds run, those kept included. */
  readonly runs: number
  readonly seconds: number
  readonly threads: number
  /** What came about, how often, in all runs together. */
  readonly counts: Readonly<Record<string, number>>
  readonly failing: Failing | null
}

interface Failed {
  readonly place: number
  readonly plan: Plan
  readonly verdict: Verdict
}

export async function runCampaign(options: CampaignOptions): Promise<Campaign> {
  const { tree, mutant, threads, progress } = options
  const runners = Array.from({ length: threads }, () => new Runner(tree))
  const counts: Record<string, number> = {}
  const begunMs = performance.now()
  let runs = 0
  let first: Failed | null = null
  const work = async ([place, what]: readonly [number, number | Plan], lane: number) => {
    const verdict = await runners[lane]!.run(what)
    for (const [name, times] of Object.entries(verdict.counts)) {
      counts[name] = (counts[name] ?? 0) + times
    }
    progress(++runs)
    if (verdict.failure === null || (first !== null && first.place < place)) return
    first = { place, plan: typeof what === 'number' ? planOf(what) : what, verdict }
  }
  await inLanes(plansOf(options).entries(), threads, work, () => first !== null)
  const seconds = (performance.now() - begunMs) / 1_000
  const failing =
    first === null ? null : await makeFirstSmall(first, { runner: runners[0]!, mutant })
  await Promise.all(runners.map((runner) => runner.close()))
  return { runs, seconds, threads, counts, failing }
}

const makeFirstSmall = (
  { plan, verdict }: Failed,
  { runner, mutant }: { readonly runner: Runner; readonly mutant: string | null },
): Promise<Failing> => makeSmall(plan, { runner, verdict, mutant })

const plansOf = ({ kept, from, seeds }: CampaignOptions): readonly (number | Plan)[] => [
  ...kept.map(({ seed, plan }) => plan ?? seed),
  ...Array.from({ length: seeds }, (_, i) => from + i),
]
