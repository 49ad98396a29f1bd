// Runs the real program as a person would.
import { spawn } from 'node:child_process'
import { PROGRAM, PROGRAM_ROOT } from '../program.ts'

export interface Run {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number | null
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  /** Called with everything on stdout so far: the moment to interrupt, which is done once. */
  readonly onOutput?: (stdout: string, interrupt: () => void) => void
  /** Asked again and again until it says yes; then Ctrl-C. */
  readonly interruptWhen?: () => boolean
  /** Stop reading stdout after its first chunk, as `| head -1` does. */
  readonly readsOnce?: boolean
}

export function runProgram(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const { env = {}, onOutput, interruptWhen, readsOnce = false } = options
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('TRIBUTARY_'))
  const child = spawn(process.execPath, [...PROGRAM, ...args], {
    cwd: PROGRAM_ROOT,
    env: { ...Object.fromEntries(own), NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let isInterrupted = false
  const interrupt = (): void => {
    // A second Ctrl-C would end the program at once.
    if (!isInterrupted) child.kill('SIGINT')
    isInterrupted = true
  }
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    onOutput?.(stdout, interrupt)
    if (readsOnce) child.stdout.destroy()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const watch = setInterval(() => {
    if (interruptWhen?.() === true) interrupt()
  }, 50)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (exitCode) => {
      clearInterval(watch)
      resolve({ stdout, stderr, exitCode })
    })
  })
}
