// One configuration for all tests; `npm test` and `npx vitest --config test/vitest.config.ts` use
// it.
import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Left to itself, vitest keeps one core free: on a small machine that is half of them. One more
    // than there are, since tests of sessions and outages mostly wait.
    maxWorkers: availableParallelism() + 1,
    // Real services and thousands of generated logs take their time on a small machine.
    testTimeout: 300_000,
    hookTimeout: 120_000,
  },
})
