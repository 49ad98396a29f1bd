// The parts of the proof: what is run for each, in full, and what it leaves behind. A part's report
// is kept with the commit it was made of, so that parts that take an hour need not run again
// because another one did.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'

export interface PartSpec {
  readonly name: 'sim' | 'mutants' | 'chaos' | 'bad-input'
  /** The script of package.json, and what it is given beside `--json`. */
  readonly script: string
  readonly options: string
}

const FAULTS = '--kills 300 --rewinds 60 --outages 60 --rebalances 60 --zombies 30'

export const PARTS: readonly PartSpec[] = [
  { name: 'sim', script: 'sim', options: '--seeds 100000' },
  { name: 'mutants', script: 'sim', options: '--mutants --seeds 5000' },
  { name: 'chaos', script: 'chaos', options: `${FAULTS} --seed 2` },
  { name: 'bad-input', script: 'bad-input', options: '--records 200000 --seed 1' },
]

/** As a person would type it. */
export const commandOf = ({ script, options }: PartSpec): string =>
  `npm run ${script} -- ${options}`

export interface PartRun {
  readonly command: string
  /** Short id of the commit, with `+` where files had been changed since. */
  readonly commit: string
  /** YYYY-MM-DD. */
  readonly day: string
  readonly exitCode: number
  /** What the command has printed: JSON. */
  readonly report: unknown
}

const fileOf = (folder: string, name: string): string => path.join(folder, `${name}.json`)

/** null: the part has not been run. */
export async function readPart(folder: string, name: string): Promise<PartRun | null> {
  try {
    return JSON.parse(await readFile(fileOf(folder, name), 'utf8')) as PartRun
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** Runs a part with its progress on stderr, and keeps its report. Throws where there is none. */
export async function runPart(folder: string, part: PartSpec): Promise<PartRun> {
  const { name, script, options } = part
  const commit = await commitNow()
  const args = ['run', '--silent', script, '--', ...options.split(' '), '--json']
  const { exitCode, stdout } = await execute('npm', args)
  const day = new Date().toISOString().slice(0, 10)
  const report = JSON.parse(stdout) as unknown
  const run: PartRun = { command: commandOf(part), commit, day, exitCode, report }
  await mkdir(folder, { recursive: true })
  const file = fileOf(folder, name)
  await writeFile(`${file}.part`, JSON.stringify(run))
  await rename(`${file}.part`, file)
  return run
}

async function commitNow(): Promise<string> {
  const { stdout: id } = await execute('git', ['rev-parse', '--short', 'HEAD'])
  const { stdout: changed } = await execute('git', [
    'status',
    '--porcelain',
    'src',
    'test',
    ':!test/PROOF.md',
  ])
  return `${id.trim()}${changed === '' ? '' : '+'}`
}

async function execute(
  program: string,
  args: readonly string[],
): Promise<{ exitCode: number; stdout: string }> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  const [code] = (await once(child, 'close')) as [number | null]
  return { exitCode: code ?? 1, stdout }
}
