// The product as an operator runs it: the program from its source, a worker with its log lines and
// its memory, and commands that end.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
type Env = Readonly<Record<string, string>>

function start(args: readonly string[], env: Env): ChildProcess {
  const others = Object.entries(process.env).filter(([name]) => !name.startsWith('TRIBUTARY_'))
  return spawn(process.execPath, ['--import', 'tsx', 'src/main.ts', ...args], {
    cwd: ROOT,
    env: { ...Object.fromEntries(others), TRIBUTARY_HTTP__PORT: '0', NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** Runs a command to its end; resolves to its stdout. Throws where it fails. */
export async function runCommand(args: readonly string[], env: Env): Promise<string> {
  const child = start(args, env)
  let [stdout, stderr] = ['', '']
  child.stdout!.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr!.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`tributary ${args.join(' ')} ended with ${code}:\n${stderr}`)
  return stdout
}

export interface LogLine {
  readonly event: string
  readonly level: string
  readonly [field: string]: unknown
}

export class WorkerProcess {
  readonly #child: ChildProcess
  readonly #ended: Promise<number | null>
  #output = ''
  /** The most that was resident, as the kernel counts it; 0 where there is no /proc. */
  residentMb = 0

  constructor(env: Env) {
    this.#child = start(['run'], env)
    for (const stream of [this.#child.stdout!, this.#child.stderr!]) {
      stream.on('data', (chunk: Buffer) => (this.#output += chunk.toString()))
    }
    this.#ended = once(this.#child, 'close').then(([code]) => code as number | null)
  }

  /** Everything it has printed. */
  get output(): string {
    return this.#output
  }

  /** The log lines of one kind so far. */
  lines(event: string): LogLine[] {
    return this.#output
      .slice(0, this.#output.lastIndexOf('\n') + 1)
      .split('\n')
      .filter((line) => line.includes(`"${event}"`))
      .map((line) => JSON.parse(line) as LogLine)
      .filter((line) => line.event === event)
  }

  /** Looks again and again. Throws where the worker ends, or nothing moves, before it is so. */
  async until(isSo: () => Promise<{ isDone: boolean; position: number }>): Promise<void> {
    let [position, sinceMs] = [-1, Date.now()]
    for (;;) {
      const seen = await isSo()
      this.#measure()
      if (seen.isDone) return
      if (this.#child.exitCode !== null) throw new Error(`the worker has ended: ${this.#tail()}`)
      if (seen.position !== position) [position, sinceMs] = [seen.position, Date.now()]
      if (Date.now() - sinceMs > STANDSTILL_MS) throw new Error(`no progress: ${this.#tail()}`)
      await delay(100)
    }
  }

  /** Asks it to end; resolves to its exit code. */
  async stop(): Promise<number | null> {
    this.#measure()
    if (this.#child.exitCode === null) this.#child.kill('SIGTERM')
    return this.#ended
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#ended
  }

  #measure(): void {
    try {
      const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8')
      const peak = Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0)
      this.residentMb = Math.max(this.residentMb, Math.round(peak / 1024))
    } catch {
      // Another system, or it has just ended.
    }
  }

  #tail = (): string => this.#output.trimEnd().split('\n').slice(-10).join('\n')
}

const STANDSTILL_MS = 120_000
