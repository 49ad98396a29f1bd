// One thread of the simulation: runs the plans it is sent, over the tree it was started for. What
// escapes a run ends the thread, and its runner says so.
import path from 'node:path'
import { setImmediate as afterAll } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { parentPort, workerData } from 'node:worker_threads'
import type * as PlanModule from './plan.ts'
import type * as RunModule from './run-plan.ts'
import type { RunRequest, ThreadData } from './runner.ts'

const { tree } = workerData as ThreadData
const inTree = (file: string): string => pathToFileURL(path.join(tree, 'test/sim', file)).href
const { planOf } = (await import(inTree('plan.js'))) as typeof PlanModule
const { runPlan } = (await import(inTree('run-plan.js'))) as typeof RunModule
const port = parentPort!

async function answer({ what, trace }: RunRequest): Promise<void> {
  const plan = typeof what === 'number' ? planOf(what) : what
  const verdict = await runPlan(plan, { trace })
  // A rejection that nobody handles must end the thread before the run counts as over.
  await afterAll()
  port.postMessage(verdict)
}

port.on('message', (request: RunRequest) => void answer(request))
