// Many seeds over one tree: those that are kept, then one after the other, on all cores, until one
// fails.
import type { Failing } from './failing.ts'
import { makeSmall, repeatSeed } from './failing.ts'
import type { KeptSeed } from './kept-seeds.ts'
import { planOf } from './plan.ts'
import { inLanes } from './pool.ts'
import type { Verdict } from './run-plan.ts'
import { Runner } from './runner.ts'
import type { Run } from './runner.ts'

/** Runs a thread is given at a time: some tens of milliseconds. */
const PORTION = 16

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
  readonly what: Run
  readonly verdict: Verdict
}

export async function runCampaign(options: CampaignOptions): Promise<Campaign> {
  const { tree, mutant, threads, progress } = options
  const runners = Array.from({ length: threads }, () => new Runner(tree))
  const counts: Record<string, number> = {}
  const begunMs = performance.now()
  let runs = 0
  let first: Failed | null = null
  const work = async ([place, some]: readonly [number, readonly Run[]], lane: number) => {
    const verdicts = await runners[lane]!.runAll(some)
    for (const verdict of verdicts) {
      for (const [name, times] of Object.entries(verdict.counts)) {
        counts[name] = (counts[name] ?? 0) + times
      }
      progress(++runs)
    }
    const verdict = verdicts.at(-1)!
    if (verdict.failure === null || (first !== null && first.place < place)) return
    first = { place, what: some[verdicts.length - 1]!, verdict }
  }
  await inLanes(portionsOf(options).entries(), threads, work, () => first !== null)
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

/** All runs in their order, so many at a time as a thread is given. */
function portionsOf({ kept, from, seeds }: CampaignOptions): readonly (readonly Run[])[] {
  const runs = [
    ...kept.map(({ seed, plan }) => plan ?? seed),
    ...Array.from({ length: seeds }, (_, i) => from + i),
  ]
  const portions = Array.from({ length: Math.ceil(runs.length / PORTION) }, (_, i) => i * PORTION)
  return portions.map((at) => runs.slice(at, at + PORTION))
}
