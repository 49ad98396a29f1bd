// One worker as a process of its own, between proxies of its own: its log lines as they come, and
// how it ends. It does not outlive this process.
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { FATAL_VARIABLE, LAST_WORDS } from './fatal-probe.ts'
import { REPLY_LOST } from './fail-points.ts'
import type { Kill } from './fail-points.ts'
import { startProxy } from '../services/proxy.ts'
import type { Proxy } from '../services/proxy.ts'
import { spawnBound } from './spawn-bound.ts'
import type { BoundChild } from './spawn-bound.ts'
import type { LogLine, Tally } from './tally.ts'

const PROGRAM = fileURLToPath(new URL('worker.js', import.meta.url))
/** A commit writes this field of the meta. */
const COMMIT = 'last_record'
const TAIL_LINES = 30

export interface WorkerPlan {
  readonly env: Readonly<Record<string, string>>
  readonly redisPort: number
  readonly clickhousePort: number
  readonly kill: Kill | null
  readonly tally: Tally
  /** Told of each partition that halts, and why. */
  readonly halted?: (what: string) => void
}

export interface WorkerEnding {
  /** null: a signal ended it. */
  readonly code: number | null
  /** It came by its fail-point, and died there. */
  readonly isKilledAsPlanned: boolean
}

const running = new Set<WorkerProcess>()

/** Ends every worker at once. */
export async function killWorkers(): Promise<void> {
  await Promise.all([...running].map((worker) => worker.kill()))
}

export class WorkerProcess {
  readonly redis: Proxy
  readonly clickhouse: Proxy
  readonly plan: WorkerPlan
  readonly ended: Promise<WorkerEnding>
  readonly #child: BoundChild
  readonly #tail: string[] = []
  readonly #held = new Set<number>()
  /** Partitions that have halted, with their reasons. */
  readonly halts: string[] = []
  #isMember = false
  #said = ''
  #rest = ''
  #isDoomed = false
  #hasEnded = false

  static async start(plan: WorkerPlan): Promise<WorkerProcess> {
    const proxies = await Promise.all([startProxy(plan.redisPort), startProxy(plan.clickhousePort)])
    return new WorkerProcess(plan, ...proxies)
  }

  private constructor(plan: WorkerPlan, redis: Proxy, clickhouse: Proxy) {
    this.plan = plan
    this.redis = redis
    this.clickhouse = clickhouse
    this.#child = this.#spawn()
    running.add(this)
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => this.#hear(text))
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#said += text))
    this.ended = once(this.#child, 'close').then(([code]) => this.#end(code as number | null))
    if (plan.kill?.at === REPLY_LOST) this.#loseReply(plan.kill.passing)
  }

  /** It has joined the group, and has not been told since that it is none. */
  get isMember(): boolean {
    return this.#isMember
  }

  get held(): ReadonlySet<number> {
    return this.#held
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** Its last lines. */
  get tail(): string {
    return [...this.#tail, this.#said.trim()].join('\n')
  }

  signal(name: NodeJS.Signals): void {
    if (!this.#hasEnded) this.#child.kill(name)
  }

  stop(): Promise<WorkerEnding> {
    this.signal('SIGCONT')
    this.signal('SIGTERM')
    return this.ended
  }

  kill(): Promise<WorkerEnding> {
    this.signal('SIGKILL')
    return this.ended
  }

  #spawn(): BoundChild {
    const { env, kill } = this.plan
    return spawnBound(PROGRAM, [], {
      ...env,
      TRIBUTARY_HTTP__PORT: '0',
      TRIBUTARY_REDIS__URL: `redis://127.0.0.1:${this.redis.port}`,
      TRIBUTARY_CLICKHOUSE__URL: `http://127.0.0.1:${this.clickhouse.port}`,
      [FATAL_VARIABLE]: kill === null ? '' : `${kill.point} ${kill.passing} ${kill.lingerMs}`,
    })
  }

  /** The answer to the so-manyth commit is lost, and the worker dies with it. */
  #loseReply(passing: number): void {
    const mishap = passing === 1 ? 'lose' : 'pass'
    const sprung = (): void => {
      if (passing > 1) return this.#loseReply(passing - 1)
      this.#isDoomed = true
      this.signal('SIGKILL')
    }
    this.redis.set({ mishap, holding: COMMIT, sprung })
  }

  #end(code: number | null): WorkerEnding {
    this.#hasEnded = true
    running.delete(this)
    this.redis.close()
    this.clickhouse.close()
    return { code, isKilledAsPlanned: this.#isDoomed || this.#said.includes(LAST_WORDS) }
  }

  #hear(text: string): void {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) this.#note(line)
  }

  #note(text: string): void {
    this.#tail.push(text)
    if (this.#tail.length > TAIL_LINES) this.#tail.shift()
    const line = JSON.parse(text) as LogLine
    this.plan.tally.add(line)
    const partition = Number(line['partition'])
    if (line.event === 'partitions_assigned') this.#isMember = true
    if (line.event === 'partitions_lost') this.#isMember = false
    if (line.event === 'partition_acquired') this.#held.add(partition)
    if (line.event === 'partition_halted') this.#noteHalt(line)
    const isGone = ['partition_released', 'partition_fenced', 'partition_halted']
    if (isGone.includes(line.event)) this.#held.delete(partition)
  }
  #noteHalt({ partition, reason, msg }: LogLine): void {
    this.halts.push(`${String(partition)}: ${String(reason)}`)
    this.plan.halted?.(
      `partition ${String(partition)} has halted: ${String(reason)}, ${String(msg)}`,
    )
  }
}
