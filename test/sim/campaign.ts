// Many seeds over one tree: those that are kept, then one after the other, on all cores, until one
// fails.
import type { Failing } from './failing.ts'
import { makeSmall, repeatSeed } from './failing.ts'
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
  readonly what: number | Plan
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
    first = { place, what, verdict }
  }
  await inLanes(plansOf(options).entries(), threads, work, () => first !== null)
  const seconds = (performance.now() - begunMs) / 1_000
  const failing =
    first === null ? null : await makeFirstSmall(first, { runner: runners[0]!, mutant })
  await Promise.all(runners.map((runner) => runner.close()))
  return { runs, seconds, threads, counts, failing }
}

function makeFirstSmall(
  { what, verdict }: Failed,
  { runner, mutant }: { readonly runner: Runner; readonly mutant: string | null },
): Promise<Failing> {
  // Plans that are kept come with every run.
  if (typeof what !== 'number') return makeSmall(what, { runner, verdict, repeat: 'npm run sim' })
  return makeSmall(planOf(what), { runner, verdict, repeat: repeatSeed(what, mutant) })
}

const plansOf = ({ kept, from, seeds }: CampaignOptions): readonly (number | Plan)[] => [
  ...kept.map(({ seed, plan }) => plan ?? seed),
  ...Array.from({ length: seeds }, (_, i) => from + i),
]
