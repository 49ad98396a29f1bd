// Runs plans in a thread of its own, so that a run that never ends, or lets an error escape, is one
// more way to fail, and the next run begins in a fresh thread.
import { Worker } from 'node:worker_threads'
import type { Plan } from './plan.ts'
import type { Verdict } from './run-plan.ts'

/** A run takes milliseconds; a request that takes so long goes round in circles. */
const RUN_MAX_MS = 60_000
/** A run leaves a few MB behind; thrown away by the hundred, they cost little. */
const YOUNG_MB = 96

/** A seed, or a plan as it is. */
export type Run = number | Plan

export interface RunRequest {
  /** Compiled tree that is run. */
  readonly tree: string
  readonly runs: readonly Run[]
  readonly trace: boolean
}

export class Runner {
  readonly #tree: string
  readonly #lane: Thread

  constructor(tree: string, lane: Thread = new Lane()) {
    this.#tree = tree
    this.#lane = lane
  }

  /** Runs another tree in the same thread: what both have in common is warm already. */
  over(tree: string): Runner {
    return new Runner(tree, this.#lane)
  }

  async run(run: Run, { trace = false } = {}): Promise<Verdict> {
    const answer = await this.#lane.ask({ tree: this.#tree, runs: [run], trace })
    if (typeof answer !== 'string') return answer[0]!
    return { failure: answer, hash: '', trace: [], counts: {} }
  }

  /** One after another up to the first that fails; a word to the thread for each takes long. */
  async runAll(runs: readonly Run[]): Promise<Verdict[]> {
    const answer = await this.#lane.ask({ tree: this.#tree, runs, trace: false })
    if (typeof answer !== 'string') return answer
    // One of them has ended the thread: which, comes out where each is run by itself.
    const verdicts: Verdict[] = []
    for (const run of runs) {
      const verdict = await this.run(run)
      verdicts.push(verdict)
      if (verdict.failure !== null) return verdicts
    }
    const failure = `${answer}, among ${runs.length} runs, but with none of them alone`
    return [...verdicts.slice(0, -1), { ...verdicts.at(-1)!, failure }]
  }

  /** Ends the thread. */
  close(): Promise<void> {
    return this.#lane.close()
  }
}

type Thread = Pick<Lane, 'ask' | 'close'>

/** A thread, and after one that has failed the next. */
class Lane {
  #thread: Worker | null = null

  /** The verdicts, or why there are none; one request at a time. */
  async ask(request: RunRequest): Promise<Verdict[] | string> {
    this.#thread ??= new Worker(new URL('pool-worker.js', import.meta.url), {
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    })
    const answer = await answerTo(this.#thread, request)
    if (typeof answer === 'string') await this.close()
    return answer
  }

  async close(): Promise<void> {
    const thread = this.#thread
    this.#thread = null
    await thread?.terminate()
  }
}

/** What the thread answers, or why it does not. */
function answerTo(thread: Worker, request: RunRequest): Promise<Verdict[] | string> {
  return new Promise((resolve) => {
    const settle = (answer: Verdict[] | string): void => {
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
