import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { createGenerator } from '../../src/adapters/generator/generator.ts'
import { generatorOptions } from '../../src/adapters/generator/options.ts'
import { toFailure } from '../../src/cli/failure.ts'
import { createProgram } from '../../src/cli/program.ts'
import { temporaryFile } from '../config/temporary-file.ts'
import { runProgram } from './run-program.ts'

const log = (options: Parameters<typeof generatorOptions>[0]) =>
  [...createGenerator(generatorOptions(options))].map(({ value }) => `${value}\n`).join('')

it('writes the log of its options, to stdout and to a file alike', async () => {
  const file = path.join(path.dirname(temporaryFile('x', '')), 'events.ndjson')
  const args = ['generate', '--events', '700', '--seed', '7', '--persons', '50', '--late', '0.2']
  const more = [
    '--duplicate',
    '0.1',
    '--invalid',
    '0.05',
    '--refund',
    '0.5',
    '--start',
    '2025-01-01',
  ]
  const [toStdout, toFile] = await Promise.all([
    runProgram([...args, ...more]),
    runProgram([...args, ...more, '--file', file]),
  ])
  const expected = log({
    events: 700,
    seed: 7,
    persons: 50,
    late: 0.2,
    duplicate: 0.1,
    invalid: 0.05,
    refund: 0.5,
    startMs: Date.UTC(2025, 0),
  })
  expect(toStdout).toEqual({ exitCode: 0, stdout: expected, stderr: '' })
  expect(toFile).toMatchObject({ exitCode: 0, stdout: '' })
  expect(readFileSync(file, 'utf8')).toBe(expected)
  expect(readdirSync(path.dirname(file)).toSorted()).toEqual(['events.ndjson', 'x'])
})

it('keeps to a rate', async () => {
  const startedMs = performance.now()
  const times: number[] = []
  const { exitCode, stdout } = await runProgram(['generate', '--events', '400', '--rate', '200'], {
    onOutput: () => times.push(performance.now()),
  })
  expect(exitCode).toBe(0)
  expect(stdout).toBe(log({ events: 400 }))
  // The first records come at once, or late on a slow machine, the last ones after two seconds.
  expect(performance.now() - startedMs).toBeGreaterThan(1900)
  expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(500)
})

it('leaves no file behind when interrupted, exit 130', async () => {
  const file = path.join(path.dirname(temporaryFile('x', '')), 'events.ndjson')
  const slow = ['generate', '--rate', '100', '--events', '10000']
  const toStdout = runProgram(slow, { onOutput: (_, interrupt) => interrupt() })
  expect(await toStdout).toMatchObject({ exitCode: 130, stderr: 'error: interrupted\n' })
  const toFile = runProgram([...slow, '--file', file], {
    interruptWhen: () => existsSync(`${file}.part`),
  })
  expect(await toFile).toMatchObject({
    exitCode: 130,
    stderr: expect.stringContaining(`hint: ${file} was not written\n`),
  })
  expect(readdirSync(path.dirname(file))).toEqual(['x'])
})

it.each([
  [['--events', 'many'], "option '--events <number>' argument 'many' is invalid. Not a number."],
  [
    ['--events', '1.5', '--late', '0.9'],
    /^events is a whole number from 0 on; late, duplicate and/,
  ],
  [['--start', 'yesterday'], /argument 'yesterday' is invalid. Expected 2026-10-05 or/],
  [['--rate', '0'], /argument '0' is invalid. A rate is more than 0.$/],
  [
    ['--quiet', '--file', 'no/such/folder/x'],
    'cannot write no/such/folder/x: its folder does not exist',
  ],
])('refuses %j', async (args, message) => {
  const run = createProgram().parseAsync(['generate', ...args], { from: 'user' })
  const failure = toFailure(await run.catch((error: unknown) => error))
  expect(failure?.message).toEqual(
    typeof message === 'string' ? expect.stringContaining(message) : expect.stringMatching(message),
  )
  expect(failure?.exitCode).toBe(2)
})
