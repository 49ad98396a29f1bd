// One configuration for all tests; `npm test` and `npx vitest --config test/vitest.config.ts` use
// it.
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Real services and thousands of generated logs take their time on a small machine.
    testTimeout: 300_000,
    hookTimeout: 60_000,
  },
})
