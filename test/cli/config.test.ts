import { readFileSync } from 'node:fs'
import { expect, it, vi } from 'vitest'
import { parse } from 'yaml'
import { ENV_MARK } from '../../src/config/documents.ts'
import { toFailure } from '../../src/cli/failure.ts'
import { createProgram } from '../../src/cli/program.ts'
import { temporaryFile } from '../config/temporary-file.ts'
import { runProgram } from './run-program.ts'

/** Runs `config …` in this process; what it prints and how the process would end. */
async function config(...args: string[]) {
  const printed = { stdout: '', stderr: '' }
  const out = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed.stdout += String(text)
    return true
  })
  const err = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    printed.stderr += String(text)
    return true
  })
  try {
    await createProgram().parseAsync(['config', ...args], { from: 'user' })
    const exitCode = process.exitCode ?? 0
    process.exitCode = undefined
    return { ...printed, exitCode }
  } catch (error) {
    const failure = toFailure(error)
    return { ...printed, stderr: failure?.message, exitCode: failure?.exitCode }
  } finally {
    out.mockRestore()
    err.mockRestore()
  }
}

it('checks the environment and the file and says so', async () => {
  const file = temporaryFile('t.yaml', 'lookback: 7d\n')
  const [fine, wrong] = await Promise.all([
    runProgram(['config', 'check', '--config', file]),
    runProgram(['config', 'check', '--config', file], { env: { TRIBUTARY_TOUCHPOINT_GAP: '31d' } }),
  ])
  expect(fine).toEqual({ exitCode: 0, stderr: '', stdout: 'the configuration is in order\n' })
  expect(wrong).toEqual({
    exitCode: 78,
    stdout: '',
    stderr: expect.stringMatching(
      /^error: the configuration has 1 mistake:\n {2}TRIBUTARY_TOUCHPOINT_GAP: must .*\nhint: /,
    ),
  })
})

it('prints what is in force, passwords hidden, as YAML and as JSON', async () => {
  const file = temporaryFile('t.yaml', 'lateness: 1h\nclickhouse: { password: hunter2 }\n')
  const yaml = await config('print', '--config', file)
  const json = await config('print', '--config', file, '--json')
  expect(yaml.stdout + json.stdout).not.toContain('hunter2')
  expect(parse(yaml.stdout)).toEqual(JSON.parse(json.stdout))
  expect(JSON.parse(json.stdout)).toMatchObject({ lateness: '1h', clickhouse: { password: '***' } })
})

it('writes .env.example only over its own, and tells with --check when it is out of date', async () => {
  const file = temporaryFile('.env.example', `${ENV_MARK}\n# from an older version\n`)
  expect(await config('env', file, '--check')).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: expect.stringContaining('is out of date'),
  })
  expect(readFileSync(file, 'utf8')).toContain('older version')
  const silent = { exitCode: 0, stdout: '', stderr: '' }
  expect(await config('env', file)).toEqual(silent)
  expect(await config('env', file, '--check')).toEqual(silent)
  expect(readFileSync(file, 'utf8')).toContain('# TRIBUTARY_LATENESS=7d\n')
  const foreign = temporaryFile('.env', 'PASSWORD=x\n')
  expect(await config('env', foreign)).toMatchObject({ exitCode: 2 })
  expect(readFileSync(foreign, 'utf8')).toBe('PASSWORD=x\n')
})

it('writes the table of settings between its marks and nowhere else', async () => {
  const { stdout } = await config('table', '-')
  const file = temporaryFile('README.md', `# Mine\n\n${stdout.replace('`7d`', '`8d`')}\nMore.\n`)
  expect(await config('table', file, '--check')).toMatchObject({ exitCode: 1 })
  expect(await config('table', file)).toMatchObject({ exitCode: 0 })
  expect(readFileSync(file, 'utf8')).toBe(`# Mine\n\n${stdout}\nMore.\n`)
  const bare = temporaryFile('README.md', '# Mine\n')
  expect(await config('table', bare)).toMatchObject({
    exitCode: 2,
    stderr: `${bare} has no place for the table`,
  })
})
