// A child process that does not outlive this one, however this one ends (on Linux).
import { spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import type { Readable } from 'node:stream'
import { which } from '../../deploy/local/requirements.mjs'

export type BoundChild = ChildProcessByStdio<null, Readable, Readable>

/** Runs a program of ours; of the environment's settings it gets only those given. */
export function spawnBound(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): BoundChild {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('TRIBUTARY_'))
  const setpriv = which('setpriv')
  const [command, before] =
    setpriv === ''
      ? [process.execPath, []]
      : [setpriv, ['--pdeathsig', 'KILL', '--', process.execPath]]
  return spawn(command, [...before, program, ...args], {
    env: { ...Object.fromEntries(own), NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}
