// Every planted bug by name.
import type { Mutant } from './mutant.ts'
import { MUTANTS_OF_THE_LEDGER } from './of-the-ledger.ts'
import { MUTANTS_OF_THE_LOG } from './of-the-log.ts'
import { MUTANTS_OF_THE_STORE } from './of-the-store.ts'
import { MUTANTS_OF_TIME } from './of-time.ts'

export const MUTANTS: readonly Mutant[] = [
  ...MUTANTS_OF_THE_STORE,
  ...MUTANTS_OF_THE_LEDGER,
  ...MUTANTS_OF_THE_LOG,
  ...MUTANTS_OF_TIME,
]
