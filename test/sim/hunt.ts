// Every planted bug in its own tree, seed after seed until one fails that passes without the bug.
import type { Mutant } from './mutants/mutant.ts'
import { inLanes } from './pool.ts'
import { Runner } from './runner.ts'

export interface HuntOptions {
  readonly mutants: readonly Mutant[]
  /** The tree without any, and that of each, by name. */
  readonly sound: string
  readonly trees: ReadonlyMap<string, string>
  /** At most so many seeds each, from 1 on. */
  readonly seeds: number
  readonly threads: number
  /** So many mutants are through. */
  readonly progress: (done: number) => void
}

export interface Hunted {
  readonly name: string
  readonly wrong: string
  /** The first seed that fails, which is how many it took; null: it survived. */
  readonly seed: number | null
  /** What differed; '' for one that survived. */
  readonly failure: string
}

export interface Hunt {
  readonly seconds: number
  /** In the order of the list. */
  readonly hunted: readonly Hunted[]
}

export async function hunt(options: HuntOptions): Promise<Hunt> {
  const { mutants, trees, threads, progress } = options
  const begunMs = performance.now()
  const found = new Map<string, Hunted>()
  const sound = Array.from({ length: threads }, () => new Runner(options.sound))
  await inLanes(mutants, threads, async (mutant, lane) => {
    const runner = sound[lane]!
    const runners = { planted: runner.over(trees.get(mutant.name)!), sound: runner }
    found.set(mutant.name, await huntOne(mutant, runners, options.seeds))
    progress(found.size)
  })
  await Promise.all(sound.map((runner) => runner.close()))
  const hunted = mutants.map(({ name }) => found.get(name)!)
  return { seconds: (performance.now() - begunMs) / 1_000, hunted }
}

interface Runners {
  readonly planted: Runner
  readonly sound: Runner
}

async function huntOne(
  { name, wrong }: Mutant,
  { planted, sound }: Runners,
  seeds: number,
): Promise<Hunted> {
  for (let seed = 1; seed <= seeds; seed++) {
    const { failure } = await planted.run(seed)
    if (failure === null || (await sound.run(seed)).failure !== null) continue
    return { name, wrong, seed, failure }
  }
  return { name, wrong, seed: null, failure: '' }
}
