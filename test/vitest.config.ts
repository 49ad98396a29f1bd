// One configuration for all tests; `npm test` and `npx vitest --config test/vitest.config.ts` use
// it.
import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { BaseSequencer } from 'vitest/node'
import type { TestSpecification } from 'vitest/node'

/** Those that take minutes begin first: begun last, each would be waited for alone. */
const LONG = [
  '/sim/command.',
  '/chaos/',
  '/bad-input/',
  '/replay-large.',
  '/integration/',
  '/replay.',
]

/**
 * Nothing outside of themselves is touched by these. They share their process with others of them,
 * one after the other: what all of them import is loaded, and compiled, once.
 */
const PURE = ['contract', 'core', 'golden', 'logs', 'oracle', 'runtime', 'schema']
const PURE_FILES = PURE.map((folder) => `test/${folder}/**/*.test.ts`)

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const found = LONG.findIndex((part) => moduleId.includes(part))
      return found === -1 ? LONG.length : found
    }
    const sorted = await super.sort(files)
    return sorted.sort((a, b) => rank(a) - rank(b))
  }
}

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: 'pure', include: PURE_FILES, isolate: false } },
      {
        extends: true,
        test: { name: 'rest', include: ['test/**/*.test.ts'], exclude: PURE_FILES },
      },
    ],
    sequence: { sequencer: LongestFirst },
    // Left to itself, vitest keeps one core free: on a small machine that is half of them. One more
    // than there are, since tests of sessions and outages mostly wait.
    maxWorkers: availableParallelism() + 1,
    // Real services and thousands of generated logs take their time on a small machine.
    testTimeout: 300_000,
    hookTimeout: 120_000,
  },
})
