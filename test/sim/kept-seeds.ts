// Seeds that once failed, in seeds.json, each with the reason why it is kept. A seed means another
// run once plans are drawn in another way; where that would lose the point, the plan itself is
// kept.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Plan } from './plan.ts'

export interface KeptSeed {
  readonly seed: number
  /** What it found. */
  readonly note: string
  /** Run in place of the plan of the seed. */
  readonly plan?: Plan
}

/** @param root the repository */
export const keptSeeds = (root: string): readonly KeptSeed[] =>
  JSON.parse(readFileSync(path.join(root, 'test/sim/seeds.json'), 'utf8')) as KeptSeed[]
