// What every command has in common: streams, errors, exit codes.
import { expect, it } from 'vitest'
import { toFailure } from '../../src/cli/failure.ts'
import { createProgram } from '../../src/cli/program.ts'
import { runProgram } from './run-program.ts'

/** What main would say of a command line, without a process. */
async function failureOf(args: readonly string[]) {
  try {
    await createProgram().parseAsync(args, { from: 'user' })
    return null
  } catch (error) {
    return toFailure(error)
  }
}

it.each([
  [['confg'], "unknown command 'confg'", 'Did you mean config?'],
  [['config', 'prin'], "unknown command 'prin'", 'Did you mean print?'],
  [['generate', '--evnts', '3'], "unknown option '--evnts'", 'Did you mean --events?'],
  [
    ['version', 'extra'],
    "too many arguments for 'version'. Expected 0 arguments but got 1.",
    undefined,
  ],
  [['generate', '--events'], "option '--events <number>' argument missing", undefined],
])('explains the usage error of %j', async (args, message, hint) => {
  expect(await failureOf(args)).toEqual({
    code: 'TRIBUTARY_USAGE',
    message,
    exitCode: 2,
    ...(hint === undefined ? {} : { hint }),
  })
})

it('takes anything that is not its own error for a defect and shows where it happened', () => {
  expect(toFailure(new RangeError('boom'))).toMatchObject({
    code: 'TRIBUTARY_UNEXPECTED',
    message: expect.stringMatching(/^RangeError: boom\n\s+at /),
    exitCode: 1,
  })
})

it('takes --no-color in every command', () => {
  const commands = createProgram().commands.flatMap((command) =>
    command.commands.length > 0 ? command.commands : [command],
  )
  for (const command of commands) {
    const long = command.options.map((option) => option.long)
    expect(long, command.name()).toContain('--no-color')
  }
})

it('shows its commands and the error on stderr when none is given, exit 2', async () => {
  const { stdout, stderr, exitCode } = await runProgram([])
  expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 })
  expect(stderr).toMatch(/^Usage: tributary .*\nerror: a command is missing\n$/s)
})

it('gives errors as one line of JSON with --json', async () => {
  const { stderr, exitCode } = await runProgram(['config', 'check', '--json'], {
    env: { TRIBUTARY_LATENES: '7d', TRIBUTARY_HTTP__PORT: 'x' },
  })
  expect(exitCode).toBe(78)
  expect(JSON.parse(stderr)).toEqual({
    error: {
      code: 'TRIBUTARY_CONFIG',
      message: expect.stringMatching(/^the configuration has 2 mistakes/),
      hint: expect.any(String),
      mistakes: [
        { where: 'TRIBUTARY_LATENES', what: expect.stringContaining('TRIBUTARY_LATENESS') },
        { where: 'TRIBUTARY_HTTP__PORT', what: expect.stringContaining('expected an integer') },
      ],
      exit_code: 78,
    },
  })
})

it('prints versions on stdout, exit 0', async () => {
  const { stdout, stderr, exitCode } = await runProgram(['version', '--json'])
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
  expect(JSON.parse(stdout)).toEqual({
    tributary: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    node: process.versions.node,
  })
})

it('ends quietly when its reader has had enough', async () => {
  const { stderr, exitCode } = await runProgram(['generate', '--events', '200000'], {
    readsOnce: true,
  })
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
})
