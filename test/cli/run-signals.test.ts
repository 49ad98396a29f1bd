// How a process ends that meets a defect, and what it says of it.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { logFailure } from '../../src/cli/run-signals.ts'
import { TributaryError } from '../../src/ports/errors.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Level, event, message and fields of the one line that is logged. */
function logged(error: unknown): unknown[] {
  const lines: unknown[][] = []
  logFailure((...line) => void lines.push(line), error)
  expect(lines).toHaveLength(1)
  return lines[0] ?? []
}

it('logs an error that a person can act on with its code and exit code', () => {
  const error = new TributaryError('TRIBUTARY_HALTED', 'partition 3 has halted', { hint: 'look' })
  expect(logged(error)).toEqual([
    'error',
    'process_failed',
    'partition 3 has halted',
    { code: 'TRIBUTARY_HALTED', exit_code: 70 },
  ])
})

it('logs a defect with the places where it happened', () => {
  const [level, event, message, fields] = logged(new RangeError('too long'))
  expect([level, event, message]).toEqual(['error', 'process_failed', 'too long'])
  expect(fields).toMatchObject({
    code: 'TRIBUTARY_UNEXPECTED',
    exit_code: 1,
    stack: expect.stringMatching(/^at .*run-signals\.test\.ts/),
  })
})

it('does not repeat what a parser choked on, nor what a vendor hung on its error', () => {
  let syntax: unknown
  try {
    JSON.parse('quokka@example.com')
  } catch (error) {
    syntax = error
  }
  const vendor = Object.assign(new Error('refused'), { command: { args: ['quokka'] } })
  expect(String(syntax)).toContain('quokka')
  expect(JSON.stringify([logged(syntax), logged(vendor)])).not.toContain('quokka')
})

it.each(['throw new Error("boom")', 'void Promise.reject(new Error("boom"))'])(
  'ends the process with 1 and its last words after: %s',
  (defect) => {
    const script = `
      import { stdoutLog } from './src/adapters/telemetry/log-stream.ts'
      import { endOnDefects } from './src/cli/run-signals.ts'
      const { write } = stdoutLog()
      endOnDefects((...line) => write(JSON.stringify(line)))
      setInterval(() => {}, 1000)
      setTimeout(() => { ${defect} }, 1)`
    const args = ['--import', 'tsx', '--input-type=module', '-e', script]
    const { status, stdout } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' })
    expect({ status, line: JSON.parse(stdout) as unknown }).toMatchObject({
      status: 1,
      line: ['error', 'process_failed', 'boom', { exit_code: 1 }],
    })
  },
)
