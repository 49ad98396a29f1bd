// A server that one test file has to itself: on ports that nobody else uses, in a folder of its
// own, or a program of proof. It can be killed, frozen and started again on the same data and
// ports, and it never outlives the process that started it. What is ended is known by pid and start
// time. Nothing here is of the test runner: `describe-with-private.ts` is.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { isAlive, sleep, startBound, stop } from '../../deploy/local/processes.mjs'

export interface StartCommand {
  command: string
  args: string[]
  cwd: string
  env?: Record<string, string>
}

export interface ServerPlan {
  readonly name: string
  /** Where it keeps what it keeps; its log is added as `service.log`. */
  readonly folder: string
  readonly start: StartCommand
  /** Does it serve? `log`: what it has written since it was started the last time. */
  readonly isReady: (log: string) => boolean | Promise<boolean>
}

export interface PrivateServer {
  readonly folder: string
  /** Everything that it has written. */
  log(): string
  pid(): number
  /** kill -9; resolves when it is gone. */
  kill(): Promise<void>
  /** Asks it to end, after 20 s by force; resolves when it is gone. A frozen one is thawed. */
  stop(): Promise<void>
  /**
   * Starts it again, ending it first if it runs, on the same data and ports. `args` are added to
   * the command line, for this start. With `ready: false` it does not wait until it serves.
   */
  restart(how?: { args?: readonly string[]; ready?: boolean }): Promise<void>
  /** SIGSTOP: connections stay open, nothing is answered. */
  freeze(): void
  thaw(): void
  /** Ends it and removes its folder; the end of the test file does so for those left. */
  remove(): Promise<void>
}

const START_MS = 120_000
const LOG_LINES = 15

/** What a preparation of deploy/local has to say is of no interest among test results. */
export const silently = (): void => {}

const leftBehind = new Set<() => unknown>()

/** Ends what is still running and removes what is left; tests have it done for them. */
export async function removeServers(): Promise<void> {
  for (const remove of [...leftBehind].toReversed()) await remove()
  leftBehind.clear()
}

/** A folder that is removed with the servers. */
export function newFolder(name: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), `tributary-test-${name}-`))
  leftBehind.add(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Starts the server and waits until it serves; throws with the end of its log if it does not. */
export async function startServer(plan: ServerPlan): Promise<PrivateServer> {
  const { name, folder, start } = plan
  const file = path.join(folder, 'service.log')
  const readLog = (from = 0) => readFileSync(file).subarray(from).toString()
  let identity = { pid: 0, mark: '' }

  const launch = async (args: readonly string[], ready: boolean) => {
    const logged = statSync(file, { throwIfNoEntry: false })?.size ?? 0
    identity = startBound({ ...start, args: [...start.args, ...args] }, file)
    if (!ready) return
    const deadline = Date.now() + START_MS
    while (!(await plan.isReady(readLog(logged)))) {
      if (isAlive(identity) && Date.now() < deadline) await sleep(20)
      else {
        const end = readLog(logged).trimEnd().split('\n').slice(-LOG_LINES).join('\n')
        const how = isAlive(identity) ? `does not serve after ${START_MS / 1_000} s` : 'has ended'
        throw new Error(`the test's own ${name} ${how}; its log ends:\n${end}`)
      }
    }
  }
  const signal = (which: NodeJS.Signals) => {
    if (isAlive(identity)) process.kill(identity.pid, which)
  }
  const end = async () => {
    signal('SIGCONT')
    await stop(identity)
  }
  const gone = async () => {
    while (isAlive(identity)) await sleep(5)
  }
  leftBehind.add(end)
  await launch([], true)
  return {
    folder,
    log: () => readLog(),
    pid: () => identity.pid,
    kill: async () => {
      signal('SIGKILL')
      await gone()
    },
    stop: end,
    restart: async ({ args = [], ready = true } = {}) => {
      await end()
      await launch(args, ready)
    },
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    remove: async () => {
      await end()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
