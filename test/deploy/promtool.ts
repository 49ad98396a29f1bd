// promtool for tests: where it cannot be had, one skipped test says so.
import { spawnSync } from 'node:child_process'
import { describe, it } from 'vitest'
import { requirePromtool } from '../../deploy/prometheus/obtain.mjs'
import { Unavailable } from '../../deploy/local/unavailable.mjs'

type Promtool = (args: readonly string[], input?: string) => { status: number; output: string }

/** `describe`, given a way to run promtool. */
export function describeWithPromtool(title: string, suite: (promtool: Promtool) => void): void {
  let program = ''
  let reason = ''
  try {
    program = requirePromtool((line: string) => process.stderr.write(`${line}\n`))
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error
    reason = error.message
  }
  describe(title, () => {
    const isMissing = program === ''
    if (isMissing) {
      return it.skipIf(isMissing)(reason, () => {
        throw new Error(reason)
      })
    }
    return suite((args, input = '') => {
      const { status, stdout, stderr } = spawnSync(program, args, { input, encoding: 'utf8' })
      return { status: status ?? 1, output: stdout + stderr }
    })
  })
}
