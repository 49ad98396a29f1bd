// One thread of the simulation: runs the plans it is sent, each over the tree that is named. What
// escapes a run ends the thread, and its runner says so.
import path from 'node:path'
import { setImmediate as afterAll } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { parentPort } from 'node:worker_threads'
import { abortLightly } from './light-abort.ts'
import type * as PlanModule from './plan.ts'
import type * as RunModule from './run-plan.ts'
import type { RunRequest } from './runner.ts'

const port = parentPort!
// Workers are fenced off and services fail all the time; of such an error only its message is told.
Error.stackTraceLimit = 0
abortLightly()

/** Modules that are loaded are kept, as those are that several trees have in common. */
function load<Module>(tree: string, file: string): Promise<Module> {
  return import(pathToFileURL(path.join(tree, 'test/sim', file)).href) as Promise<Module>
}

async function answer({ tree, runs, trace }: RunRequest): Promise<void> {
  const { planOf } = await load<typeof PlanModule>(tree, 'plan.js')
  const { runPlan } = await load<typeof RunModule>(tree, 'run-plan.js')
  const verdicts: RunModule.Verdict[] = []
  for (const run of runs) {
    const verdict = await runPlan(typeof run === 'number' ? planOf(run) : run, { trace })
    verdicts.push(verdict)
    // A rejection that nobody handles must end the thread before the run counts as over.
    await afterAll()
    if (verdict.failure !== null) break
  }
  port.postMessage(verdicts)
}

port.on('message', (request: RunRequest) => void answer(request))
