// `tributary audit` beside a run: whatever is going on, Redis, ClickHouse and a replay of the log
// must agree.
import { EXIT } from '../../src/ports/errors.ts'
import type { Findings } from './findings.ts'
import { runProgram } from './surroundings.ts'
import type { Surroundings } from './surroundings.ts'

const SHOWN_CHARACTERS = 2_000

/** Resolves to whether the audit came to an end; differences become findings. */
export async function expectAgreement(
  { env }: Pick<Surroundings, 'env'>,
  findings: Findings,
): Promise<boolean> {
  const { exitCode, stdout, stderr } = await runProgram(['audit', '--quiet'], env)
  if (exitCode === EXIT.ok) return true
  if (exitCode === EXIT.unavailable) return false
  const shown = (stdout + stderr).slice(0, SHOWN_CHARACTERS)
  findings.add(`an audit beside the faults ended with ${exitCode}:\n${shown}`)
  return true
}
