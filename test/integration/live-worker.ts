// Workers as processes, as operators run them: the program with its log lines, to be killed, frozen
// and stopped.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, vi } from 'vitest'
import { PROGRAM, PROGRAM_ROOT } from '../program.ts'

export interface LogLine {
  readonly level: string
  readonly event: string
  readonly [field: string]: unknown
}

const running = new Set<LiveWorker>()
// A test that fails leaves its workers behind, which would take the next one's partitions.
afterEach(async () => {
  await Promise.all([...running].map((worker) => worker.kill()))
  running.clear()
})

export class LiveWorker {
  readonly #child: ChildProcess
  readonly #ended: Promise<number | null>
  #stdout = ''
  #stderr = ''

  constructor(env: Readonly<Record<string, string>>) {
    running.add(this)
    const own = Object.entries(process.env).filter(([name]) => !name.startsWith('TRIBUTARY_'))
    this.#child = spawn(process.execPath, [...PROGRAM, 'run'], {
      cwd: PROGRAM_ROOT,
      env: { ...Object.fromEntries(own), TRIBUTARY_HTTP__PORT: '0', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child.stdout!.on('data', (chunk: Buffer) => (this.#stdout += chunk.toString()))
    this.#child.stderr!.on('data', (chunk: Buffer) => (this.#stderr += chunk.toString()))
    this.#ended = once(this.#child, 'close').then(([code]) => code as number | null)
  }

  /** Everything it has printed. */
  get output(): string {
    return this.#stdout + this.#stderr
  }

  get lines(): LogLine[] {
    const whole = this.#stdout.slice(0, this.#stdout.lastIndexOf('\n') + 1)
    return whole
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as LogLine)
  }

  /** Waits for a log line of the event that has these fields. */
  async sees(event: string, fields: Readonly<Record<string, unknown>> = {}): Promise<LogLine> {
    const matches = (line: LogLine): boolean =>
      line.event === event && Object.entries(fields).every(([name, value]) => line[name] === value)
    return vi.waitFor(
      () => {
        const found = this.lines.find(matches)
        if (found === undefined) throw new Error(`no ${event} yet:\n${this.output.slice(-2_000)}`)
        return found
      },
      { timeout: 60_000, interval: 50 },
    )
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name)
  }

  /** Its exit code; null: a signal ended it. */
  async ended(): Promise<number | null> {
    return this.#ended
  }

  async stop(): Promise<number | null> {
    if (this.#child.exitCode === null) {
      this.#child.kill('SIGCONT')
      this.#child.kill('SIGTERM')
    }
    return this.#ended
  }

  /** At once, and without a word. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#ended
  }
}
