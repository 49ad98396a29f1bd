// Runs a command inside this process, which spares the seconds that starting the program takes: for
// tests of what commands do with services. Those of the program as a whole use `runProgram`.
import { vi } from 'vitest'
import { formatFailure, toFailure } from '../../src/cli/failure.ts'
import { createProgram } from '../../src/cli/program.ts'

interface Ran {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** One at a time: stdout, stderr and environment are the process's. */
export async function runHere(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Ran> {
  const printed = { stdout: '', stderr: '' }
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      printed[name] += String(text)
      return true
    }),
  )
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
  try {
    await createProgram().parseAsync(args, { from: 'user' })
    return { exitCode: 0, ...printed }
  } catch (error) {
    const failure = toFailure(error)
    if (failure === null) return { exitCode: 0, ...printed }
    const stderr = printed.stderr + formatFailure(failure, args.includes('--json'))
    return { exitCode: failure.exitCode, stdout: printed.stdout, stderr }
  } finally {
    vi.unstubAllEnvs()
    for (const spy of spies) spy.mockRestore()
  }
}
