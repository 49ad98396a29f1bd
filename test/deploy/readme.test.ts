// Documents do not rot: every command that one shows is run, here or by a test that is named, or it
// is said why not.
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { EXIT } from '../../src/ports/errors.ts'
import { RunSurroundings, untilCommitted, urlOf } from '../cli/run-surroundings.ts'
import { runHere } from '../cli/run-here.ts'
import { filesIn } from '../house/repository.ts'
import { LiveWorker } from '../integration/live-worker.ts'
import { describeWithServices } from '../services.ts'
import { ELSEWHERE, NOT_RUN, OWN_DATA, SERVICES } from './documented-commands.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const LIMIT_MS = 120_000
const WITHIN = { timeout: 60_000, interval: 100 }
const RECORDS = 300

/** Commands of the blocks of a shell, without what is said of them. */
function commandsOf(markdown: string): string[] {
  const blocks = [...markdown.matchAll(/^ *```(?:sh|shell|console)\n([^]*?)^ *```/gm)]
  return blocks
    .flatMap(([, block = '']) => block.replaceAll(/\\\n\s*/g, '').split('\n'))
    .map((line) => line.replace(/(^|\s{2,})# .*$/, '').trim())
    .filter((line) => line !== '')
}

/** As a shell splits it, as far as documents go. */
const wordsOf = (command: string): string[] =>
  [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare ?? '',
  )

/** Runs `npx tributary …` in this process; what it said. */
async function tributary(command: string, env: Readonly<Record<string, string>>): Promise<string> {
  const [npx, name, ...args] = wordsOf(command)
  expect([npx, name]).toEqual(['npx', 'tributary'])
  const { exitCode, stdout, stderr } = await runHere(args, env)
  const exits = exitCode === 0 ? (process.exitCode ?? 0) : exitCode
  process.exitCode = undefined
  // Generated events are refused now and then, on purpose.
  const expected = args[0] === 'check' ? EXIT.badData : EXIT.ok
  expect([command, exits, exits === expected ? '' : stderr]).toEqual([command, expected, ''])
  return stdout + stderr
}

describe('the commands of the documents', () => {
  const shown = new Set(filesIn('', '.md').flatMap(({ text }) => commandsOf(text)))
  const stories = [...OWN_DATA, ...SERVICES].map(([command]) => command)
  const known = new Set([...stories, ...Object.keys(ELSEWHERE), ...Object.keys(NOT_RUN)])

  it('are all run, or it is said why not (list them in documented-commands.ts)', () => {
    expect(shown.size).toBeGreaterThan(30)
    expect([...shown].filter((command) => !known.has(command))).toEqual([])
    expect([...known].filter((command) => !shown.has(command))).toEqual([])
  })

  it('stand in blocks of sh; those of bash are whole programs, which keying.test.ts runs', () => {
    const programs = filesIn('', '.md').filter(({ text }) => /^ *```(bash|zsh)$/m.test(text))
    expect(programs.map(({ name }) => name)).toEqual(['schemas/keying/README.md'])
  })

  it('are run elsewhere by tests that are there', () => {
    const tests = [...new Set(Object.values(ELSEWHERE))]
    expect(tests.filter((file) => !existsSync(path.join(ROOT, file)))).toEqual([])
  })

  it('are found in blocks, without remarks', () => {
    const markdown = '```sh\na  # one\n# two\nb "c # d" \\\n  e\n```\n\n```js\nf\n```\n'
    expect(commandsOf(markdown)).toEqual(['a', 'b "c # d" e'])
    expect(wordsOf(`a "b 'c'" 'd e'`)).toEqual(['a', "b 'c'", 'd e'])
  })
})

describe('a newcomer with a file of events', () => {
  const home = process.cwd()
  const folder = mkdtempSync(path.join(tmpdir(), 'tributary-test-'))
  beforeAll(() => {
    symlinkSync(path.join(ROOT, 'schemas'), path.join(folder, 'schemas'))
    process.chdir(folder)
  })
  afterAll(() => {
    process.chdir(home)
    rmSync(folder, { recursive: true, force: true })
  })

  it(
    'follows README.md and schemas/attribution.md word for word',
    { timeout: LIMIT_MS },
    async () => {
      const own = (command: string): string => {
        if (!command.includes('USER_HASH')) {
          return command.replace('--events 20000', `--events ${RECORDS}`)
        }
        const [event = ''] = readFileSync('events.ndjson', 'utf8').split('\n')
        const { user_hash: userHash } = JSON.parse(event) as { user_hash: string }
        return command.replace('USER_HASH', userHash)
      }
      for (const [command, says] of OWN_DATA) {
        expect(await tributary(own(command), {})).toMatch(says)
      }
      expect(existsSync('out/bi_credits.csv')).toBe(true)
    },
  )
})

describeWithServices(
  ['kafka', 'redis', 'clickhouse'],
  'a newcomer with services',
  (brokers, redisUrl, clickhouseUrl) => {
    const around = new RunSurroundings({ brokers, redisUrl, clickhouseUrl })
    let worker: LiveWorker | undefined
    afterAll(async () => {
      await worker?.stop()
      await around.remove()
    }, LIMIT_MS)

    it(
      'follows README.md word for word, but for names and ports',
      { timeout: LIMIT_MS },
      async () => {
        let metrics = ''
        const untilPublished = async (): Promise<void> => {
          await untilCommitted(metrics, RECORDS)
          const published = async () =>
            Object.values(await around.intake()).reduce((sum, records) => sum + records, 0)
          await vi.waitFor(async () => expect(await published()).toBe(RECORDS), WITHIN)
        }
        const own = (command: string): string =>
          command
            .replace('--topic events', `--topic ${around.name}`)
            .replace('--events 20000', `--events ${RECORDS}`)
            .replace('http://127.0.0.1:8123', clickhouseUrl)
            .replace('--database tributary', `--database ${around.name}`)
        const follow = async (command: string): Promise<string> => {
          if (command === 'npx tributary run') {
            worker = new LiveWorker(around.env)
            metrics = await urlOf(worker)
            return JSON.stringify(await worker.sees('worker_started'))
          }
          if (command.startsWith('curl ')) return (await fetch(`${metrics}/metrics`)).text()
          const said = await tributary(own(command), around.env)
          if (command.startsWith('npx tributary generate')) await untilPublished()
          return said
        }
        for (const [command, says] of SERVICES) expect(await follow(command)).toMatch(says)
      },
    )
  },
)
