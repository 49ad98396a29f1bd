// How tests start the program as a process: what `npm test` has just built, and from its source
// where tests are run without that (`npx vitest`), which takes a second more each time.
import { fileURLToPath } from 'node:url'

export const PROGRAM_ROOT = fileURLToPath(new URL('..', import.meta.url))

const built = process.env['TEST_PROGRAM'] ?? ''

/** Arguments of Node, from the folder PROGRAM_ROOT. */
export const PROGRAM: readonly string[] =
  built === '' ? ['--import', 'tsx', 'src/main.ts'] : [built]
