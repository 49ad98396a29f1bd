// Runs plans in a thread of its own, so that a run that never ends, or lets an error escape, is one
// more way to fail, and the next run begins in a fresh thread.
import { Worker } from 'node:worker_threads'
import type { Plan } from './plan.ts'
import type { Verdict } from './run-plan.ts'

/** A run takes milliseconds; what takes so long goes round in circles. */
const RUN_MAX_MS = 60_000
/** A run leaves a few MB behind; thrown away by the hundred, they cost little. */
const YOUNG_MB = 96

export interface RunRequest {
  /** A seed, or a plan as it is. */
  readonly what: number | Plan
  readonly trace: boolean
}

export interface ThreadData {
  /** Compiled tree that is run. */
  readonly tree: string
}

export class Runner {
  readonly #data: ThreadData
  #thread: Worker | null = null

  constructor(tree: string) {
    this.#data = { tree }
  }

  /** One at a time. */
  async run(what: number | Plan, { trace = false } = {}): Promise<Verdict> {
    this.#thread ??= new Worker(new URL('pool-worker.js', import.meta.url), {
      workerData: this.#data,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    })
    const thread = this.#thread
    const request: RunRequest = { what, trace }
    const answer = await answerTo(thread, request)
    if (typeof answer !== 'string') return answer
    await this.close()
    return { failure: answer, hash: '', trace: [], counts: {} }
  }

  async close(): Promise<void> {
    const thread = this.#thread
    this.#thread = null
    await thread?.terminate()
  }
}

/** What the thread answers, or why it does not. */
function answerTo(thread: Worker, request: RunRequest): Promise<Verdict | string> {
  return new Promise((resolve) => {
    const settle = (answer: Verdict | string): void => {
      clearTimeout(timer)
      thread.off('message', settle).off('error', escaped).off('exit', ended)
      resolve(answer)
    }
    const escaped = (error: Error): void => settle(`an error escapes: ${error.message}`)
    const ended = (): void => settle('the thread has ended')
    const timer = setTimeout(() => settle('the run does not end'), RUN_MAX_MS)
    thread.on('message', settle).on('error', escaped).on('exit', ended)
    thread.postMessage(request, [])
  })
}
